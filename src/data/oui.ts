/**
 * The registry of hardware addresses as a compact file: for each prefix length (24, 28 and 36 bits: MA-L, MA-M, MA-S of
 * the IEEE) the sorted prefixes and, beside each, the number of its organisation. Little-endian:
 * magic, the number of prefixes per length, the number of names; keys (float64), name numbers (uint16 or uint32), name
 * ends (uint32, offsets into the text), text (UTF-8).
 */
const MAGIC = 0x3149_554f;
const PREFIX_BITS = [36, 28, 24] as const;
const HEADER_WORDS = 6;

export type VendorLookup = (mac: string) => string | undefined;

/** Organisations by prefix, as hex digits without colons. */
export function encodeVendors(vendors: ReadonlyMap<string, string>): Uint8Array {
  const names = [...new Set(vendors.values())].sort();
  const numbers = new Map(names.map((name, number) => [name, number]));
  const prefixes = PREFIX_BITS.map((bits) => [...vendors.keys()].filter((key) => key.length * 4 === bits).sort());
  const all = prefixes.flat();
  const text = names.map((name) => new TextEncoder().encode(name));
  const size = HEADER_WORDS * 4 + all.length * 12 + names.length * 4 + text.reduce((sum, name) => sum + name.length, 0);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  const header = [MAGIC, ...prefixes.map((list) => list.length), names.length, 0];
  header.forEach((word, i) => {
    view.setUint32(i * 4, word, true);
  });
  let at = HEADER_WORDS * 4;
  for (const key of all) {
    view.setFloat64(at, Number.parseInt(key, 16), true);
    at += 8;
  }
  for (const key of all) {
    view.setUint32(at, numbers.get(vendors.get(key)!)!, true);
    at += 4;
  }
  let end = 0;
  for (const name of text) {
    end += name.length;
    view.setUint32(at, end, true);
    at += 4;
  }
  for (const name of text) {
    bytes.set(name, at);
    at += name.length;
  }
  return bytes;
}

/** @throws RangeError where the bytes are no such registry */
export function decodeVendors(bytes: Uint8Array): VendorLookup {
  const copy = bytes.slice();
  const header = new Uint32Array(copy.buffer, 0, HEADER_WORDS);
  if (header[0] !== MAGIC) throw new RangeError('no vendor registry');
  const counts = PREFIX_BITS.map((_, i) => header[i + 1]!);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const keys = new Float64Array(copy.buffer, HEADER_WORDS * 4, total);
  const numbers = new Uint32Array(copy.buffer, keys.byteOffset + total * 8, total);
  const ends = new Uint32Array(copy.buffer, numbers.byteOffset + total * 4, header[4]!);
  const text = copy.subarray(ends.byteOffset + ends.length * 4);
  const nameOf = (number: number) =>
    new TextDecoder().decode(text.subarray(number === 0 ? 0 : ends[number - 1]!, ends[number]!));
  return (mac) => {
    const value = macValue(mac);
    if (value === undefined) return undefined;
    let from = 0;
    for (const [i, bits] of PREFIX_BITS.entries()) {
      const found = search(keys, from, from + counts[i]!, Math.floor(value / 2 ** (48 - bits)));
      if (found >= 0) return nameOf(numbers[found]!);
      from += counts[i]!;
    }
    return undefined;
  };
}

/** A universally administered unicast address as a number; others belong to no organisation (IEEE 802c). */
function macValue(mac: string): number | undefined {
  if (!/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(mac)) return undefined;
  const value = Number.parseInt(mac.replaceAll(':', ''), 16);
  return Number.parseInt(mac.slice(0, 2), 16) & 3 ? undefined : value;
}

function search(keys: Float64Array, from: number, until: number, key: number): number {
  let low = from;
  let high = until;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keys[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return low < until && keys[low] === key ? low : -1;
}
