/**
 * Addresses in their two forms: words (hot path, typed arrays) and canonical text (everywhere else).
 *
 * An IP address is four 32-bit words, most significant first; IPv4 is held IPv4-mapped
 * (`0, 0, 0xffff, a.b.c.d`, RFC 4291 §2.5.5.2), so one table serves both families.
 * A hardware address is a 16-bit high half and a 32-bit low half (EUI-48).
 */

/** Canonical text of an IPv4 address or of an IPv6 address as RFC 5952 writes it. */
export type Address = string;
/** Six lower-case hex pairs with colons. */
export type Mac = string;
/** `address/length` with the host bits zero. */
export type Prefix = string;
/** Four words, each an unsigned 32-bit number, most significant first. */
export type AddressWords = readonly [number, number, number, number];

export const V4_MAPPED = 0xffff;

export function isV4(words: AddressWords): boolean {
  return words[0] === 0 && words[1] === 0 && words[2] === V4_MAPPED;
}

/** Reads an IPv4 or IPv6 address; `undefined` for anything else (zones and prefixes included). */
export function parseAddress(text: string): AddressWords | undefined {
  return text.includes(':') ? parseV6(text) : parseV4(text);
}

export function parseV4(text: string): AddressWords | undefined {
  let value = 0;
  let octet = -1;
  let dots = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 46) {
      if (octet < 0 || ++dots > 3) return undefined;
      value = value * 256 + octet;
      octet = -1;
    } else if (code >= 48 && code <= 57) {
      if (octet === 0) return undefined;
      octet = Math.max(octet, 0) * 10 + code - 48;
      if (octet > 255) return undefined;
    } else return undefined;
  }
  if (dots !== 3 || octet < 0) return undefined;
  return [0, 0, V4_MAPPED, value * 256 + octet];
}

function parseV6(text: string): AddressWords | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = parseGroups(halves[0] ?? '');
  const tail = halves.length === 2 ? parseGroups(halves[1] ?? '') : [];
  if (!head || !tail) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const groups = [...head, ...new Array<number>(missing).fill(0), ...tail];
  const word = (i: number) => (groups[i] ?? 0) * 0x10000 + (groups[i + 1] ?? 0);
  return [word(0), word(2), word(4), word(6)];
}

function parseGroups(text: string): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i] ?? '';
    if (part.includes('.')) {
      const v4 = i === parts.length - 1 ? parseV4(part) : undefined;
      if (!v4) return undefined;
      groups.push(v4[3] >>> 16, v4[3] & 0xffff);
    } else {
      if (!/^[0-9a-f]{1,4}$/i.test(part)) return undefined;
      groups.push(Number.parseInt(part, 16));
    }
  }
  return groups.length <= 8 ? groups : undefined;
}

export function formatAddress(w0: number, w1: number, w2: number, w3: number): Address {
  if (w0 === 0 && w1 === 0 && w2 >>> 0 === V4_MAPPED) return formatV4(w3);
  return formatV6(w0, w1, w2, w3);
}

export function formatWords(words: AddressWords): Address {
  return formatAddress(words[0], words[1], words[2], words[3]);
}

export function formatV4(word: number): Address {
  return `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`;
}

function formatV6(w0: number, w1: number, w2: number, w3: number): Address {
  const groups = [w0 >>> 16, w0 & 0xffff, w1 >>> 16, w1 & 0xffff, w2 >>> 16, w2 & 0xffff, w3 >>> 16, w3 & 0xffff];
  let bestStart = -1;
  let bestLength = 1;
  for (let i = 0; i < 8; i++) {
    let length = 0;
    while (i + length < 8 && groups[i + length] === 0) length++;
    if (length > bestLength) {
      bestStart = i;
      bestLength = length;
    }
    i += length;
  }
  const hex = groups.map((group) => group.toString(16));
  if (bestStart < 0) return hex.join(':');
  return `${hex.slice(0, bestStart).join(':')}::${hex.slice(bestStart + bestLength).join(':')}`;
}

export function parseMac(text: string): { hi: number; lo: number } | undefined {
  if (!/^[0-9a-f]{2}([:-][0-9a-f]{2}){5}$/i.test(text)) return undefined;
  const hex = text.replaceAll(/[:-]/g, '');
  return { hi: Number.parseInt(hex.slice(0, 4), 16), lo: Number.parseInt(hex.slice(4), 16) };
}

export function formatMac(hi: number, lo: number): Mac {
  const hex = (hi & 0xffff).toString(16).padStart(4, '0') + (lo >>> 0).toString(16).padStart(8, '0');
  return `${hex.slice(0, 2)}:${hex.slice(2, 4)}:${hex.slice(4, 6)}:${hex.slice(6, 8)}:${hex.slice(8, 10)}:${hex.slice(10)}`;
}

/** A prefix with its host bits cleared; `length` counts bits of the family's own width. */
export type PrefixWords = { words: AddressWords; length: number };

/** Reads `address/length`; a bare address is a host prefix. */
export function parsePrefix(text: string): PrefixWords | undefined {
  const [address = '', bits, rest] = text.split('/');
  const words = parseAddress(address);
  if (!words || rest !== undefined) return undefined;
  const width = isV4(words) ? 32 : 128;
  if (bits !== undefined && !/^\d{1,3}$/.test(bits)) return undefined;
  const length = bits === undefined ? width : Number(bits);
  if (length > width) return undefined;
  return { words: maskWords(words, length + 128 - width), length };
}

/** The prefix of that length, in bits of the family's own width, that an address lies in. */
export function prefixOf(words: AddressWords, length: number): PrefixWords {
  return { words: maskWords(words, isV4(words) ? length + 96 : length), length };
}

export function formatPrefix(prefix: PrefixWords): Prefix {
  return `${formatWords(prefix.words)}/${prefix.length}`;
}

export function inPrefix(words: AddressWords, prefix: PrefixWords): boolean {
  const bits = isV4(prefix.words) ? prefix.length + 96 : prefix.length;
  const masked = maskWords(words, bits);
  return prefix.words.every((word, i) => word === masked[i]);
}

function maskWords(words: AddressWords, bits: number): AddressWords {
  const mask = (i: number) => {
    const keep = Math.min(32, Math.max(0, bits - 32 * i));
    return keep === 0 ? 0 : (words[i as 0 | 1 | 2 | 3] & (0xffffffff << (32 - keep))) >>> 0;
  };
  return [mask(0), mask(1), mask(2), mask(3)];
}

/** What an address is by itself, after the IANA special-purpose registries (RFC 6890). */
export type AddressScope = 'unspecified' | 'loopback' | 'link-local' | 'private' | 'multicast' | 'broadcast' | 'global';

export function scopeOf(w0: number, w1: number, w2: number, w3: number): AddressScope {
  if (w0 === 0 && w1 === 0 && w2 >>> 0 === V4_MAPPED) return scopeOfV4(w3 >>> 0);
  const top = w0 >>> 16;
  if (top >>> 8 === 0xff) return 'multicast';
  if ((top & 0xffc0) === 0xfe80) return 'link-local';
  if ((top & 0xfe00) === 0xfc00) return 'private';
  if (w0 === 0 && w1 === 0 && w2 === 0) return w3 === 0 ? 'unspecified' : w3 === 1 ? 'loopback' : 'global';
  return 'global';
}

function scopeOfV4(word: number): AddressScope {
  const first = word >>> 24;
  if (word === 0xffffffff) return 'broadcast';
  if (first === 0) return 'unspecified';
  if (first === 127) return 'loopback';
  if (first >= 224 && first < 240) return 'multicast';
  if (first === 10 || word >>> 20 === 0xac1 || word >>> 16 === 0xc0a8) return 'private';
  if (word >>> 16 === 0xa9fe) return 'link-local';
  return 'global';
}
