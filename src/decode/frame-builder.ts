import { type AddressWords, parseAddress } from '../model/address.ts';

/**
 * Builds frames for tests and tools. Checksums are zero, as offloading network cards leave them; all else is as the
 * wire has it.
 */
export function octets(hex: string): Uint8Array {
  const digits = hex.replaceAll(' ', '');
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16));
}

export function concat(...parts: Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Numbers of 16 bits in network order. */
export function words(...values: number[]): Uint8Array {
  return Uint8Array.from(values.flatMap((value) => [(value >>> 8) & 255, value & 255]));
}

/** From 02:…:01 to 02:…:02, where nothing else is said. */
export function ethernet(etherType: number, payload: Uint8Array, source = 1, destination = 2): Uint8Array {
  return concat(mac(destination), mac(source), words(etherType), payload);
}

/** A locally administered hardware address. */
export function mac(number: number): Uint8Array {
  return words(0x0200, number >>> 16, number);
}

/** What follows the EtherType of a tag. */
export function vlan(id: number, etherType: number, payload: Uint8Array): Uint8Array {
  return concat(words(id, etherType), payload);
}

type Ipv4Options = { options?: Uint8Array; id?: number; fragment?: number };

/** @param extra.fragment flags and offset as in the header */
export function ipv4(
  from: string,
  to: string,
  protocol: number,
  payload: Uint8Array,
  extra: Ipv4Options = {},
): Uint8Array {
  const { options = new Uint8Array(0), id = 0, fragment = 0 } = extra;
  const header = 20 + options.length;
  const start = concat(Uint8Array.of(0x40 | (header / 4), 0), words(header + payload.length, id, fragment));
  const addresses = concat(address(from).subarray(12), address(to).subarray(12));
  return concat(start, Uint8Array.of(64, protocol, 0, 0), addresses, options, payload);
}

export function ipv6(from: string, to: string, nextHeader: number, payload: Uint8Array): Uint8Array {
  const start = concat(words(0x6000, 0, payload.length), Uint8Array.of(nextHeader, 255));
  return concat(start, address(from), address(to), payload);
}

export function udp(source: number, destination: number, payload: Uint8Array = new Uint8Array(0)): Uint8Array {
  return concat(words(source, destination, 8 + payload.length, 0), payload);
}

export function tcp(
  source: number,
  destination: number,
  flags: number,
  payload: Uint8Array = new Uint8Array(0),
  sequence = 0,
): Uint8Array {
  const start = words(source, destination, sequence >>> 16, sequence, 0, 0);
  return concat(start, Uint8Array.of(0x50, flags), words(0xffff, 0, 0), payload);
}

/** ICMP of either family: type, code, and an echo's identifier and number. */
export function icmp(type: number, code = 0): Uint8Array {
  return concat(Uint8Array.of(type, code), words(0, 1, 1));
}

function address(text: string): Uint8Array {
  const parsed: AddressWords | undefined = parseAddress(text);
  if (parsed === undefined) throw new RangeError(`not an address: ${text}`);
  return words(...parsed.flatMap((word) => [word >>> 16, word]));
}
