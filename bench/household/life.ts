/** Of what ordinary days are made: things of a household, and what they have to do with far ends. */
import { between, type Random, randomFor } from '../../lab/random.ts';

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
/** A Monday, midnight. */
export const MONDAY = Date.UTC(2026, 0, 5);

export const TCP = 6;
export const UDP = 17;
/** Bytes of a packet that says little, and of a full one. */
export const SMALL = 120;
export const FULL = 1400;

export type Member = {
  name: string;
  mac: string;
  address: string;
  /** Where it speaks IPv6. */
  address6?: string;
  hostname: string;
  vendorClass: string;
};

/** One exchange with a far end: what was looked up, and how much went each way. */
export type Call = {
  at: number;
  member: Member;
  /** Looked up before; absent for a peer known by its address. */
  name?: string;
  address: string;
  protocol: number;
  port: number;
  up: number;
  down: number;
  bytesUp: number;
  bytesDown: number;
  /** ms */
  lasts: number;
};
export type Arrival = { at: number; member: Member; joins: true };
export type Doing = Call | Arrival;

/** What a thing does again and again. */
export type Duty = {
  name: string;
  port?: number;
  protocol?: number;
  /** ms between two calls, and by how much of that they differ. */
  every: number;
  jitter: number;
  /** Packets each way at most. */
  packets: number;
  /** Addresses of a content network that take turns. */
  rotates?: number;
  upload?: true;
};

export const duty = (name: string, every: number, more: Partial<Duty> = {}): Duty => ({
  ...{ name, every, jitter: 0.1, packets: 12 },
  ...more,
});

/** Of calls of a member that speaks IPv6 this share goes over it. */
const OVER_IPV6 = 0.6;

export function exchange(member: Member, what: Duty, at: number, random: Random): Call {
  const { name, port = 443, protocol = TCP, packets, rotates = 1, upload } = what;
  const most = Math.max(1, Math.round(packets * (0.4 + 0.6 * random())));
  const [up, down] = upload ? [most, Math.ceil(most / 3)] : [Math.max(1, Math.ceil(most * 0.7)), most];
  const heavy = packets > 100 ? FULL : SMALL;
  const server = `${name} ${Math.floor(random() * rotates)}`;
  return {
    ...{ at, member, name, address: addressOf(server, member, random), protocol, port, up, down },
    ...{ bytesUp: up * (upload ? heavy : SMALL), bytesDown: down * (upload ? SMALL : heavy) },
    lasts: packets > 100 ? most * 15 : 400,
  };
}

/** A stranger's address and a port of chance: what games, calls and file sharing are made of. */
export function meeting(member: Member, peer: string, at: number, random: Random, more: Partial<Call>): Call {
  const common = { at, member, address: addressOf(peer, member, random), protocol: UDP };
  return {
    ...common,
    port: between(random, 10_000, 60_000),
    up: 1,
    down: 1,
    bytesUp: SMALL,
    bytesDown: SMALL,
    lasts: 400,
    ...more,
  };
}

/** An address of 198.18.0.0/15 (RFC 2544) or 2001:2::/48 (RFC 5180) for a text, always the same. */
function addressOf(text: string, member: Member, random: Random): string {
  const own = randomFor(7, text);
  if (member.address6 === undefined || random() >= OVER_IPV6)
    return `198.${between(own, 18, 19)}.${between(own, 0, 255)}.${between(own, 1, 254)}`;
  const group = () => between(own, 1, 0xffff).toString(16);
  return `2001:2:0:${between(own, 0x100, 0xffff).toString(16)}::${group()}:${group()}`;
}
