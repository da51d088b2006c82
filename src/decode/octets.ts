/**
 * Reading numbers and addresses out of captured bytes. Callers check bounds first: nothing here does.
 *
 * The texts of addresses are remembered in direct-mapped tables, since a home repeats few of them in very many messages;
 * a table never grows, and an unlucky address is only written out anew.
 */
import { type Address, formatAddress, formatMac, type Mac, V4_MAPPED } from '../model/address.ts';
import type { Endpoint } from '../model/observation.ts';
import type { Packet } from './packet.ts';

/** Remembered hardware addresses: a large home has a few hundred. A power of two. */
const MAC_MEMO = 1024;
/** Remembered network addresses: what a home talks to within minutes. A power of two. */
const ADDRESS_MEMO = 8192;

export function u16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

export function u32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

/** Spreads 32 bits well enough for tables indexed by the low bits (the finaliser of MurmurHash3). */
export function mix(word: number): number {
  let h = word;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

const macKeys = new Float64Array(MAC_MEMO).fill(-1);
const macTexts = new Array<Mac>(MAC_MEMO).fill('');

export function macText(high: number, low: number): Mac {
  const key = high * 0x100000000 + (low >>> 0);
  const slot = mix(low ^ high) & (MAC_MEMO - 1);
  if (macKeys[slot] !== key) {
    macKeys[slot] = key;
    macTexts[slot] = formatMac(high, low);
  }
  return macTexts[slot]!;
}

const addressKeys = new Int32Array(ADDRESS_MEMO * 4);
const addressTexts = new Array<Address>(ADDRESS_MEMO).fill('');

/** Words may be signed or unsigned. */
export function addressText(w0: number, w1: number, w2: number, w3: number): Address {
  const slot = mix(w3 ^ Math.imul(w2, 31) ^ Math.imul(w1, 131) ^ Math.imul(w0, 1031)) & (ADDRESS_MEMO - 1);
  const key = slot * 4;
  const known =
    addressTexts[slot] !== '' &&
    addressKeys[key + 3] === (w3 | 0) &&
    addressKeys[key + 2] === (w2 | 0) &&
    addressKeys[key + 1] === (w1 | 0) &&
    addressKeys[key] === (w0 | 0);
  if (!known) {
    addressKeys[key] = w0;
    addressKeys[key + 1] = w1;
    addressKeys[key + 2] = w2;
    addressKeys[key + 3] = w3;
    addressTexts[slot] = formatAddress(w0 >>> 0, w1 >>> 0, w2 >>> 0, w3 >>> 0);
  }
  return addressTexts[slot]!;
}

export function v4At(bytes: Uint8Array, at: number): Address {
  return addressText(0, 0, V4_MAPPED, u32(bytes, at));
}

export function v6At(bytes: Uint8Array, at: number): Address {
  return addressText(u32(bytes, at), u32(bytes, at + 4), u32(bytes, at + 8), u32(bytes, at + 12));
}

/** The hardware address at `at` if it can belong to one interface: neither a group's (multicast bit) nor all zero. */
export function stationMacAt(bytes: Uint8Array, at: number): Mac | undefined {
  return stationMac(u16(bytes, at), u32(bytes, at + 2));
}

export function stationMac(high: number, low: number): Mac | undefined {
  return (high & 0x0100) !== 0 || (high === 0 && low === 0) ? undefined : macText(high, low);
}

export function sourceAddress(packet: Packet): Address {
  return addressText(packet.source0, packet.source1, packet.source2, packet.source3);
}

export function sourceEndpoint(packet: Packet): Endpoint {
  const address = sourceAddress(packet);
  const mac = stationMac(packet.sourceMacHigh, packet.sourceMacLow);
  return mac === undefined ? { address } : { mac, address };
}

export function destinationEndpoint(packet: Packet): Endpoint {
  const address = addressText(packet.destination0, packet.destination1, packet.destination2, packet.destination3);
  const mac = stationMac(packet.destinationMacHigh, packet.destinationMacLow);
  return mac === undefined ? { address } : { mac, address };
}
