/**
 * How many different things were seen, in little memory: linear counting (Whang, Vander-Zanden and Taylor 1990). A
 * bitmap of m bits tells some m·ln(m) things apart; near and beyond that the answer is the bitmap's limit.
 */
const WORD_BITS = 32;

/** Bitmaps side by side in one array. */
export class Distinct {
  readonly #bits: number;
  readonly #words: number;
  readonly #maps: Uint32Array;

  /** @param bits of each bitmap, a power of two of at least 32 */
  constructor(bitmaps: number, bits: number) {
    this.#bits = bits;
    this.#words = bits / WORD_BITS;
    this.#maps = new Uint32Array(bitmaps * this.#words);
  }

  /** @param hash evenly spread over 32 bits */
  add(bitmap: number, hash: number): void {
    const bit = hash & (this.#bits - 1);
    this.#maps[bitmap * this.#words + (bit >>> 5)]! |= 1 << (bit & 31);
  }

  /** Word by word, since a call of `fill` costs more. */
  clear(bitmap: number): void {
    const end = (bitmap + 1) * this.#words;
    for (let at = bitmap * this.#words; at < end; at++) this.#maps[at] = 0;
  }

  /** Adds all that another bitmap of the same size holds. */
  gather(bitmap: number, from: Distinct, its: number): void {
    for (let i = 0; i < this.#words; i++) this.#maps[bitmap * this.#words + i]! |= from.#maps[its * this.#words + i]!;
  }

  /** The bitmap becomes the one after it, and begins empty. */
  turn(bitmap: number): void {
    const at = bitmap * this.#words;
    this.#maps.copyWithin(at + this.#words, at, at + this.#words);
    this.clear(bitmap);
  }

  /** What was added to either of two bitmaps. */
  countOfBoth(a: number, b: number): number {
    let zeros = this.#bits;
    for (let i = 0; i < this.#words; i++)
      zeros -= ones(this.#maps[a * this.#words + i]! | this.#maps[b * this.#words + i]!);
    return Math.round(this.#bits * Math.log(this.#bits / Math.max(1, zeros)));
  }
}

function ones(word: number): number {
  const pairs = word - ((word >>> 1) & 0x5555_5555);
  const nibbles = (pairs & 0x3333_3333) + ((pairs >>> 2) & 0x3333_3333);
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
}
