/** Control messages of the made-up home, as bytes. */
import type { End } from './frames.ts';

const ascii = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const u16 = (value: number) => [value >>> 8, value & 0xff];
const u32 = (value: number) => [value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];

/** A name on the wire (RFC 1035 §3.1). */
function labels(name: string): number[] {
  return [...name.split('.').flatMap((label) => [label.length, ...ascii(label)]), 0];
}

const question = (name: string, v6: boolean) => [...labels(name), ...u16(v6 ? 28 : 1), ...u16(1)];

/** A query for an address; the first two bytes, its id, are for the caller to set. */
export function dnsQuery(name: string, v6: boolean): Uint8Array {
  return Uint8Array.from([0, 0, 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 0, ...question(name, v6)]);
}

/** The answer with one address, or NXDOMAIN without. */
export function dnsAnswer(name: string, v6: boolean, address?: End): Uint8Array {
  const data = address ? (v6 ? [...address.v6] : u32(address.v4)) : [];
  const record = address ? [0xc0, 12, ...u16(v6 ? 28 : 1), ...u16(1), ...u32(300), ...u16(data.length), ...data] : [];
  const header = [0, 0, 0x81, address ? 0x80 : 0x83, 0, 1, 0, address ? 1 : 0, 0, 0, 0, 0];
  return Uint8Array.from([...header, ...question(name, v6), ...record]);
}

export function mdnsQuery(service: string): Uint8Array {
  return Uint8Array.from([0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...labels(service), ...u16(12), ...u16(1)]);
}

/** A TLS 1.3 ClientHello record (RFC 8446 §4.1.2) with a server name and ALPN, padded to `length` (RFC 7685). */
export function clientHello(name: string, length: number, random: Uint8Array): Uint8Array {
  const extension = (type: number, body: readonly number[]) => [...u16(type), ...u16(body.length), ...body];
  const host = ascii(name);
  const entry = [0, ...u16(host.length), ...host];
  const protocols = [2, ...ascii('h2'), 8, ...ascii('http/1.1')];
  const extensions = [
    ...extension(0, [...u16(entry.length), ...entry]),
    ...extension(16, [...u16(protocols.length), ...protocols]),
    ...extension(43, [2, 3, 4]),
    ...extension(10, [0, 2, 0, 29]),
    ...extension(13, [0, 2, 4, 3]),
  ];
  const fixed = [3, 3, ...random.subarray(0, 32), 32, ...random.subarray(32, 64), ...u16(4), 0x13, 1, 0x13, 2, 1, 0];
  const padding = Math.max(0, length - 9 - fixed.length - 2 - extensions.length - 4);
  extensions.push(...extension(21, new Array<number>(padding).fill(0)));
  const body = [...fixed, ...u16(extensions.length), ...extensions];
  const handshake = [1, 0, ...u16(body.length), ...body];
  return Uint8Array.from([0x16, 3, 1, ...u16(handshake.length), ...handshake]);
}

/** A DHCP message (RFC 2131): `type` 1 discover, 2 offer, 3 request, 5 ack. */
export function dhcp(type: number, device: End, router: End, hostname: string): Uint8Array {
  const message = new Uint8Array(300);
  const answer = type === 2 || type === 5;
  message.set([answer ? 2 : 1, 1, 6, 0, 0x5b, 0x1e, device.mac[4]!, device.mac[5]!]);
  if (answer) message.set(u32(device.v4), 16);
  message.set(device.mac, 28);
  const lease = [54, 4, ...u32(router.v4), 51, 4, ...u32(86_400), 1, 4, 255, 255, 255, 0, 3, 4, ...u32(router.v4)];
  const client = [12, hostname.length, ...ascii(hostname), 55, 4, 1, 3, 6, 12, 50, 4, ...u32(device.v4)];
  message.set([0x63, 0x82, 0x53, 0x63, 53, 1, type, ...(answer ? lease : client), 255], 236);
  return message;
}

/** ARP (RFC 826): 1 asks, 2 answers. */
export function arp(operation: 1 | 2, from: End, to: End): Uint8Array {
  const target = operation === 1 ? new Uint8Array(6) : to.mac;
  return Uint8Array.from([0, 1, 8, 0, 6, 4, 0, operation, ...from.mac, ...u32(from.v4), ...target, ...u32(to.v4)]);
}

/** A router advertisement (RFC 4861 §4.2) with its hardware address and an on-link /64, checksum included. */
export function routerAdvertisement(router: End, group: End, prefix: Uint8Array): Uint8Array {
  const flags = [3, 4, 64, 0xc0, ...u32(86_400), ...u32(14_400), 0, 0, 0, 0, ...prefix];
  const options = [1, 1, ...router.mac, ...flags];
  return icmp6(router, group, [134, 0, 0, 0, 64, 0, ...u16(1800), ...u32(0), ...u32(0), ...options]);
}

/** A neighbour advertisement (RFC 4861 §4.4) of the sender's own address. */
export function neighbourAdvertisement(device: End, group: End): Uint8Array {
  return icmp6(device, group, [136, 0, 0, 0, 0x20, 0, 0, 0, ...device.v6, 2, 1, ...device.mac]);
}

function icmp6(from: End, to: End, message: readonly number[]): Uint8Array {
  const bytes = Uint8Array.from(message);
  const pseudo = [...from.v6, ...to.v6, ...u32(bytes.length), ...u32(58), ...bytes];
  let sum = 0;
  for (let at = 0; at < pseudo.length; at += 2) sum += (pseudo[at]! << 8) | (pseudo[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  bytes.set(u16(~sum & 0xffff), 2);
  return bytes;
}
