/** Who is in the made-up home, and what it talks to. All addresses are private, documentation or benchmark ranges. */
import type { End } from './frames.ts';
import { clientHello, dnsAnswer, dnsQuery } from './messages.ts';
import type { Random } from './random.ts';

/** What a perfect reader says of one device. */
export type DeviceTruth = {
  name: string;
  mac: string;
  innocent: boolean;
  packetsUp: number;
  packetsDown: number;
  bytesUp: number;
  bytesDown: number;
  dnsQueries: number;
  dnsAnswers: number;
  hellos: number;
  /** Packets and bytes both ways with each server that the device looked up, port 443. */
  servers: Record<string, { packets: number; bytes: number }>;
};

export type Device = End & {
  truth: DeviceTruth;
  services: Service[];
  leaves: (length: number) => void;
  enters: (length: number) => void;
};

/** A server as one device knows it, with the messages that belong to it. */
export type Service = {
  end: End;
  name: string;
  query: [v4: Uint8Array, v6: Uint8Array];
  answer: [v4: Uint8Array, v6: Uint8Array];
  /** Ordinary hellos are longer than a segment since browsers send post-quantum keys; appliances send short ones. */
  hello: Uint8Array;
  total: { packets: number; bytes: number };
};

const KINDS = 'camera bulb plug tv fridge alarm thermostat phone laptop speaker printer console vacuum lock hub'.split(
  ' ',
);
const BIG_HELLOS = new Set(['phone', 'laptop', 'tv', 'console']);
const SERVICES_PER_DEVICE = 100;
const SHORT_HELLO = 517;
const LONG_HELLO = 1800;

const LAN = 0xc0a80700;
/** 198.18.0.0/15, set aside for benchmarks (RFC 2544). */
const SERVERS = 0xc6120000;
/** Names of different devices share these, as they do at a content network. */
const SERVER_ADDRESSES = 1500;

export const PREFIX = v6(0x7, 0);
export const ROUTER: End = { mac: mac(0x0100), v4: LAN + 1, v6: v6(0x7, 1) };
export const ROUTER_LINK: End = { ...ROUTER, v6: address6('fe80', 1) };
export const ALL_NODES: End = { mac: Uint8Array.of(0x33, 0x33, 0, 0, 0, 1), v4: 0, v6: address6('ff02', 1) };
export const MDNS: End = { mac: Uint8Array.of(1, 0, 0x5e, 0, 0, 0xfb), v4: 0xe00000fb, v6: address6('ff02', 0xfb) };
export const EVERYBODY: End = { mac: new Uint8Array(6).fill(0xff), v4: 0xffffffff, v6: ALL_NODES.v6 };

export function household(innocent: number, guilty: number, random: Random): Device[] {
  return Array.from({ length: innocent + guilty }, (_, index) => device(index, index < innocent, random));
}

function device(index: number, innocent: boolean, random: Random): Device {
  const kind = KINDS[index % KINDS.length]!;
  const end = { mac: mac(0x0200 + index), v4: LAN + 16 + index, v6: v6(0x7, 0x100 + index) };
  const truth: DeviceTruth = {
    name: `${kind}-${index}`,
    mac: [...end.mac].map((byte) => byte.toString(16).padStart(2, '0')).join(':'),
    innocent,
    packetsUp: 0,
    packetsDown: 0,
    bytesUp: 0,
    bytesDown: 0,
    dnsQueries: 0,
    dnsAnswers: 0,
    hellos: 0,
    servers: {},
  };
  const helloLength = BIG_HELLOS.has(kind) ? LONG_HELLO : SHORT_HELLO;
  const services = Array.from({ length: SERVICES_PER_DEVICE }, (_, number) =>
    service(index, number, helloLength, random),
  );
  for (const { name, total } of services) truth.servers[name] = total;
  const leaves = (length: number) => {
    truth.packetsUp += 1;
    truth.bytesUp += length;
  };
  const enters = (length: number) => {
    truth.packetsDown += 1;
    truth.bytesDown += length;
  };
  return { ...end, truth, services, leaves, enters };
}

function service(device: number, number: number, helloLength: number, random: Random): Service {
  const name = `h${number}.d${device}.${['example.com', 'example.net', 'cdn.example.org'][number % 3]}`;
  const address = (device * 37 + number) % SERVER_ADDRESSES;
  const end = { mac: ROUTER.mac, v4: SERVERS + 256 + address, v6: v6(0xf000, 0x1000 + address) };
  return {
    end,
    name,
    query: [dnsQuery(name, false), dnsQuery(name, true)],
    answer: [dnsAnswer(name, false, end), dnsAnswer(name, true, end)],
    hello: clientHello(name, helloLength, random.bytes(64)),
    total: { packets: 0, bytes: 0 },
  };
}

/** Locally administered. */
function mac(number: number): Uint8Array {
  return Uint8Array.of(0x02, 0x53, 0x50, 0x4e, number >>> 8, number & 0xff);
}

function v6(net: number, host: number): Uint8Array {
  const bytes = address6('2001', host);
  bytes.set([0x0d, 0xb8, net >>> 8, net & 0xff], 2);
  return bytes;
}

function address6(head: string, host: number): Uint8Array {
  const bytes = new Uint8Array(16);
  bytes.set([Number.parseInt(head.slice(0, 2), 16), Number.parseInt(head.slice(2), 16)]);
  bytes.set([host >>> 8, host & 0xff], 14);
  return bytes;
}
