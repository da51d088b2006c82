/** The one door for text from outside into the ruleset: everything is read, checked and written anew. */
import {
  formatMac,
  formatPrefix,
  formatWords,
  inPrefix,
  isV4,
  type Mac,
  type Prefix,
  type PrefixWords,
  parseAddress,
  parseMac,
  parsePrefix,
} from '../model/address.ts';
import type { Rate } from '../model/policy.ts';

/** A policy that no ruleset can be made of. `field` is the path within it. */
export class PolicyError extends Error {
  readonly field: string;
  constructor(field: string, problem: string) {
    super(`${field}: ${problem}`);
    this.name = 'PolicyError';
    this.field = field;
  }
}

export type Family = 4 | 6;
export type ReadAddress = { family: Family; text: string };
export type ReadPrefix = ReadAddress & { words: PrefixWords };

/** IFNAMSIZ less the final zero. `*` would be a wildcard for nft, quotes and blanks would end the name. */
const INTERFACE = /^[A-Za-z0-9_.@+=~-]{1,15}$/;

export function readInterface(text: string, field: string): string {
  if (typeof text !== 'string' || !INTERFACE.test(text)) throw new PolicyError(field, 'no name of an interface');
  return `"${text}"`;
}

export function readMac(text: string, field: string): Mac {
  const mac = typeof text === 'string' ? parseMac(text) : undefined;
  if (!mac) throw new PolicyError(field, 'no hardware address');
  return formatMac(mac.hi, mac.lo);
}

export function readAddress(text: string, field: string): ReadAddress {
  const words = typeof text === 'string' ? parseAddress(text) : undefined;
  if (!words) throw new PolicyError(field, 'no address');
  return { family: isV4(words) ? 4 : 6, text: formatWords(words) };
}

export function readPrefix(text: string, field: string): ReadPrefix {
  const words = typeof text === 'string' ? parsePrefix(text) : undefined;
  if (!words) throw new PolicyError(field, 'no prefix');
  return { family: isV4(words.words) ? 4 : 6, text: formatPrefix(words), words };
}

/** @returns the number as text */
export function readNumber(value: number, field: string, least: number, most: number): string {
  if (!Number.isInteger(value) || value < least || value > most)
    throw new PolicyError(field, `no whole number from ${least} to ${most}`);
  return String(value);
}

/** nft takes 32-bit numbers; a home's line has fewer packets a second than this. */
const MAX_RATE = 10_000_000;

export function readRate(rate: Rate, field: string): string {
  const perSecond = readNumber(rate?.perSecond, `${field}.perSecond`, 1, MAX_RATE);
  const burst = readNumber(rate.burst, `${field}.burst`, 1, MAX_RATE);
  return `limit rate over ${perSecond}/second burst ${burst} packets`;
}

/** Without those that another one covers: nftables refuses intervals that overlap. */
export function outermost(prefixes: readonly ReadPrefix[]): ReadPrefix[] {
  const kept: ReadPrefix[] = [];
  for (const one of [...prefixes].sort(byPlace)) {
    const last = kept.at(-1);
    if (!last || last.family !== one.family || !inPrefix(one.words.words, last.words)) kept.push(one);
  }
  return kept;
}

/** Prefixes nest or are disjoint, so that whatever covers one stands right before it. */
function byPlace(a: ReadPrefix, b: ReadPrefix): number {
  if (a.family !== b.family) return a.family - b.family;
  for (let i = 0; i < 4; i++) {
    const difference = a.words.words[i]! - b.words.words[i]!;
    if (difference !== 0) return difference;
  }
  return a.words.length - b.words.length;
}

/** nftables writes a prefix of one address as the address. */
export function elementOf(prefix: Prefix): string {
  return prefix.replace(/(?<=^[\d.]+)\/32$|\/128$/, '');
}
