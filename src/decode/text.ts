/**
 * Text out of bytes that anybody may have sent. Two kinds: names (lower case, everything odd escaped) and words for people
 * (UTF-8 without anything that moves a cursor or turns the writing direction).
 */

/** Remembered names: queries, answers and hellos repeat the same ones. A power of two; the table never grows. */
const NAME_MEMO = 8192;
/** Octets of a name without its escapes: what 255 octets of wire format can hold (RFC 1035 §2.3.4). */
export const MAX_NAME_OCTETS = 253;

const DOT = 46;
const BACKSLASH = 92;

/** For each octet the character that stands for it in a label, or 0 where it must be escaped. */
const LABEL_CHARACTERS = charactersOf('abcdefghijklmnopqrstuvwxyz0123456789-_');
/** The same for a name whose labels are already joined by dots. */
const DOTTED_CHARACTERS = charactersOf('abcdefghijklmnopqrstuvwxyz0123456789-_.');

function charactersOf(kept: string): Uint8Array {
  const table = new Uint8Array(256);
  for (const character of kept) table[character.charCodeAt(0)] = character.charCodeAt(0);
  for (let upper = 65; upper <= 90; upper++) table[upper] = upper + 32;
  return table;
}

const characters = new Uint8Array(MAX_NAME_OCTETS * 4);
const names = new Array<string>(NAME_MEMO).fill('');
let length = 0;
let hash = 0;

/** Begins a name; `nameLabel` extends it and `nameText` ends it. One name is built at a time. */
export function nameStart(): void {
  length = 0;
  hash = 0;
}

/** Adds a label, behind a dot where it is not the first. At most MAX_NAME_OCTETS in all fit: the caller counts. */
export function nameLabel(bytes: Uint8Array, start: number, end: number): void {
  if (length > 0) characters[length++] = DOT;
  write(bytes, start, end, LABEL_CHARACTERS);
}

/** Octets without a character of their own become `\ddd` (RFC 4343 §2.1). */
function write(bytes: Uint8Array, start: number, end: number, table: Uint8Array): void {
  let to = length;
  let h = hash;
  for (let at = start; at < end; at++) {
    const octet = bytes[at]!;
    const character = table[octet]!;
    h = Math.imul(h ^ (character || octet), 0x01000193);
    if (character !== 0) characters[to++] = character;
    else {
      characters[to++] = BACKSLASH;
      characters[to++] = 48 + Math.floor(octet / 100);
      characters[to++] = 48 + (Math.floor(octet / 10) % 10);
      characters[to++] = 48 + (octet % 10);
    }
  }
  length = to;
  hash = h;
}

export function nameText(): string {
  const slot = (hash ^ (hash >>> 15)) & (NAME_MEMO - 1);
  const known = names[slot]!;
  if (isBuilt(known)) return known;
  const text = String.fromCharCode.apply(null, characters.subarray(0, length) as unknown as number[]);
  names[slot] = text;
  return text;
}

function isBuilt(text: string): boolean {
  if (text.length !== length) return false;
  for (let i = 0; i < length; i++) if (text.charCodeAt(i) !== characters[i]) return false;
  return true;
}

/** A dotted name written as plain octets (TLS server name, DHCP host name); `undefined` when empty or too long. */
export function plainName(bytes: Uint8Array, start: number, end: number): string | undefined {
  const last = end > start && bytes[end - 1] === DOT ? end - 1 : end;
  if (last <= start || last - start > MAX_NAME_OCTETS) return undefined;
  nameStart();
  write(bytes, start, last, DOTTED_CHARACTERS);
  return nameText();
}

/** Stands for octets that are no text. */
const REPLACEMENT = '\ufffd';

/**
 * UTF-8 for people: at most `limit` characters, ends at a NUL, without white space around it; octets that are no UTF-8,
 * control characters and marks that change the writing direction become U+FFFD. `undefined` when nothing is left.
 */
export function displayText(bytes: Uint8Array, start: number, end: number, limit: number): string | undefined {
  let text = '';
  let at = start;
  while (at < end && text.length < limit && bytes[at] !== 0) {
    const size = sequenceLength(bytes, at, end);
    text += size === 0 ? REPLACEMENT : shown(codePoint(bytes, at, size));
    at += size || 1;
  }
  return text.trim() || undefined;
}

/** Octets of the well-formed UTF-8 sequence at `at` (RFC 3629 §4), or 0. */
function sequenceLength(bytes: Uint8Array, at: number, end: number): number {
  const lead = bytes[at]!;
  if (lead < 0x80) return 1;
  const size = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  if (size === 0 || at + size > end) return 0;
  for (let i = 1; i < size; i++) if ((bytes[at + i]! & 0xc0) !== 0x80) return 0;
  const point = codePoint(bytes, at, size);
  if (size === 3 && (point < 0x800 || (point >= 0xd800 && point < 0xe000))) return 0;
  if (size === 4 && (point < 0x10000 || point > 0x10ffff)) return 0;
  return size;
}

function codePoint(bytes: Uint8Array, at: number, size: number): number {
  if (size === 1) return bytes[at]!;
  let point = bytes[at]! & (0x7f >> size);
  for (let i = 1; i < size; i++) point = (point << 6) | (bytes[at + i]! & 0x3f);
  return point;
}

function shown(point: number): string {
  const control = point < 0x20 || (point >= 0x7f && point < 0xa0);
  const direction =
    point === 0x061c ||
    (point >= 0x200b && point <= 0x200f) ||
    (point >= 0x2028 && point <= 0x202e) ||
    (point >= 0x2060 && point <= 0x206f) ||
    point === 0xfeff;
  return control || direction ? REPLACEMENT : String.fromCodePoint(point);
}
