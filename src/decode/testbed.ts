/** Packets for the tests of this folder. */
import { parseAddress, parseMac } from '../model/address.ts';
import type { Observation } from '../model/observation.ts';
import { ControlDecoder, wantsControl } from './control.ts';
import { Packet } from './packet.ts';
import type { DecoderOptions } from './protocol.ts';

export const DEVICE = { mac: '02:00:5e:00:00:10', address: '192.168.1.10' };
export const ROUTER = { mac: '02:00:5e:00:00:01', address: '192.168.1.1' };
export const DEVICE6 = { mac: DEVICE.mac, address: 'fe80::10' };
export const ROUTER6 = { mac: ROUTER.mac, address: 'fe80::1' };
export const FAR = { mac: ROUTER.mac, address: '198.51.100.7' };

type End = { mac?: string; address: string; port?: number };
export type PacketOptions = {
  at?: number;
  ttl?: number;
  etherType?: number;
  /** Octets on the wire, where the capture cut the payload. */
  payloadLength?: number;
  fragment?: 0 | 1 | 2;
  tcpFlags?: number;
  tcpSequence?: number;
  /** What lies before and behind the payload in the buffer: no decoder may look. */
  surroundings?: number;
};

const MARGIN = 40;

export function packetOf(
  protocol: number,
  from: End,
  to: End,
  payload: Uint8Array,
  options: PacketOptions = {},
): Packet {
  const packet = new Packet();
  const bytes = new Uint8Array(payload.length + 2 * MARGIN).fill(options.surroundings ?? 0xa5);
  bytes.set(payload, MARGIN);
  packet.bytes = bytes;
  packet.view = new DataView(bytes.buffer);
  packet.frameEnd = bytes.length;
  packet.wireLength = bytes.length;
  packet.at = options.at ?? 1_000_000;
  const source = parseAddress(from.address)!;
  const destination = parseAddress(to.address)!;
  [packet.source0, packet.source1, packet.source2, packet.source3] = signed(source);
  [packet.destination0, packet.destination1, packet.destination2, packet.destination3] = signed(destination);
  const sourceMac = parseMac(from.mac ?? '00:00:00:00:00:00')!;
  const destinationMac = parseMac(to.mac ?? '00:00:00:00:00:00')!;
  packet.sourceMacHigh = sourceMac.hi;
  packet.sourceMacLow = sourceMac.lo | 0;
  packet.destinationMacHigh = destinationMac.hi;
  packet.destinationMacLow = destinationMac.lo | 0;
  packet.family = options.etherType ? 0 : from.address.includes(':') ? 6 : 4;
  packet.etherType = options.etherType ?? (packet.family === 6 ? 0x86dd : 0x0800);
  packet.protocol = protocol;
  packet.ttl = options.ttl ?? 64;
  packet.fragment = options.fragment ?? 0;
  packet.sourcePort = from.port ?? 0;
  packet.destinationPort = to.port ?? 0;
  packet.tcpFlags = options.tcpFlags ?? 0;
  packet.tcpSequence = options.tcpSequence ?? 0;
  packet.payloadStart = MARGIN;
  packet.payloadEnd = MARGIN + payload.length;
  packet.payloadLength = options.payloadLength ?? payload.length;
  return packet;
}

/** As decode/frame.ts holds them. */
function signed(words: readonly [number, number, number, number]): [number, number, number, number] {
  return [words[0] | 0, words[1] | 0, words[2] | 0, words[3] | 0];
}

export function udp(from: End, to: End, payload: Uint8Array, options?: PacketOptions): Packet {
  return packetOf(17, from, to, payload, options);
}

export function tcp(from: End, to: End, payload: Uint8Array, options?: PacketOptions): Packet {
  return packetOf(6, from, to, payload, options);
}

export function icmpv6(from: End, to: End, type: number, body: Uint8Array, options?: PacketOptions): Packet {
  return packetOf(58, from, { ...to, port: type << 8 }, body, { ttl: 255, ...options });
}

/** What the packets tell, in order, and that nothing threw. */
export function observe(packets: readonly Packet[], options?: DecoderOptions): Observation[] {
  const told: Observation[] = [];
  const decoder = new ControlDecoder((observation) => told.push(observation), options);
  for (const packet of packets) if (wantsControl(packet)) decoder.packet(packet);
  const faults = Object.keys(decoder.faults);
  if (faults.length > 0) throw new Error(`faults in ${faults.join(', ')}`);
  return told;
}

export function hex(text: string): Uint8Array {
  const digits = text.replaceAll(/\s/g, '');
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16));
}

export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

export function concat(...parts: (Uint8Array | readonly number[])[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

export function uint16(value: number): number[] {
  return [(value >> 8) & 255, value & 255];
}

export function uint32(value: number): number[] {
  return [...uint16(value >>> 16), ...uint16(value & 0xffff)];
}

export function v4Bytes(address: string): number[] {
  return uint32(parseAddress(address)![3]);
}

export function v6Bytes(address: string): number[] {
  return parseAddress(address)!.flatMap((word) => uint32(word));
}

export function macBytes(mac: string): number[] {
  return mac.split(':').map((pair) => Number.parseInt(pair, 16));
}

/** A ClientHello as a handshake message; padding extensions before the name, and `after` its protocols, make it long. */
export function clientHello(serverName: string, alpn: readonly string[] = [], padding = 0, after = 0): Uint8Array {
  const name = ascii(serverName);
  const protocols = alpn.flatMap((protocol) => [protocol.length, ...ascii(protocol)]);
  const extensions = concat(
    [...uint16(21), ...uint16(padding)],
    new Uint8Array(padding),
    [...uint16(0), ...uint16(name.length + 5), ...uint16(name.length + 3), 0, ...uint16(name.length)],
    name,
    protocols.length === 0
      ? []
      : [...uint16(16), ...uint16(protocols.length + 2), ...uint16(protocols.length), ...protocols],
    after === 0 ? [] : [...uint16(21), ...uint16(after), ...new Uint8Array(after)],
  );
  const body = concat(
    [3, 3],
    new Uint8Array(32),
    [0, ...uint16(2), 0x13, 0x01, 1, 0, ...uint16(extensions.length)],
    extensions,
  );
  return concat([1, body.length >> 16, ...uint16(body.length & 0xffff)], body);
}

export function tlsRecord(handshake: Uint8Array): Uint8Array {
  return concat([22, 3, 1, ...uint16(handshake.length)], handshake);
}
