import { type AddressWords, isV4 } from '../../model/address.ts';
import { PROTOCOL, protocolNumber } from '../../model/protocols.ts';
import { END_OF_TIME } from '../capture/format.ts';

/** One connection as a flow log told of it: what it came to in the end. */
export type FlowRow = {
  /** Its first packet, ms since the epoch; and how long it lasted, ms. */
  start: number;
  duration: number;
  /** IP protocol number. */
  protocol: number;
  /** Who began it, as far as the log's writer knew, and the other end. */
  source: AddressWords;
  destination: AddressWords;
  sourceMac?: { hi: number; lo: number };
  destinationMac?: { hi: number; lo: number };
  /** As `W.ports`. */
  ports: number;
  initiatorKnown: boolean;
  packetsUp: number;
  packetsDown: number;
  bytesUp: number;
  bytesDown: number;
  /** TCP flags that were sent, each way. */
  flagsUp: number;
  flagsDown: number;
  /** Nothing but SYNs was sent upwards. */
  onlySyns: boolean;
  /** The first data came from the server. */
  serverFirst: boolean;
  /** Its client greeted as TLS does, by the log's writer's own look. */
  greeted: boolean;
  /** What somebody said of it afterwards, for judging alone; empty where nobody did. */
  label: string;
};

/** A row that can be counted, but no flow be made of. */
export type Uncounted = { reason: string; packets: number; bytes: number };

export const TCP_FLAG = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32 } as const;

/** What a flow record's 32 bits hold. */
export const LARGEST_COUNT = 0xffff_ffff;

/** A whole number as logs write it; 0 where there is none, `undefined` where it is no number or too large. */
export function countOf(text: string | undefined): number | undefined {
  if (text === undefined) return 0;
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

export function packetsOf(text: string | undefined): number | undefined {
  const count = countOf(text);
  return count !== undefined && count <= LARGEST_COUNT ? count : undefined;
}

/** Seconds as a decimal number → ms. */
export function milliseconds(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,15}(\.\d+)?(e[-+]?\d{1,3})?$/i.test(text)) return undefined;
  const ms = Number(text) * 1000;
  return ms <= END_OF_TIME ? ms : undefined;
}

export function portOf(text: string | undefined): number | undefined {
  if (text === undefined) return 0;
  const port = /^0x[0-9a-f]{1,4}$/i.test(text) ? Number(text) : countOf(text);
  return port !== undefined && port <= 0xffff ? port : undefined;
}

/** The protocol's number; ICMP has two, and logs often one name for both. */
export function protocolOf(name: string | undefined, source: AddressWords): number | undefined {
  const word = (name ?? '').toLowerCase();
  if (word === 'icmp' || word === 'icmp6' || word === 'ipv6-icmp')
    return word === 'icmp' && isV4(source) ? PROTOCOL.icmp : PROTOCOL.icmpv6;
  const number = protocolNumber(word);
  return word !== '' && Number.isInteger(number) && number >= 0 && number <= 255 ? number : undefined;
}
