import type { AddressWords } from '../../model/address.ts';
import { spread } from '../evidence/places.ts';

const NONE = -1;

/**
 * The addresses met last, by their words: a set of fixed memory without texts, since it is asked at every new flow. Each
 * address is in a chain of those with the same hash, and in the row of all by when they were met.
 */
export class RecentAddresses {
  readonly #most: number;
  readonly #words: Uint32Array;
  readonly #hashes: Uint32Array;
  /** By hash: the first of its chain; by place: the next one in it. */
  readonly #heads: Int32Array;
  readonly #chain: Int32Array;
  /** Neighbours of a place in the row. */
  readonly #later: Int32Array;
  readonly #earlier: Int32Array;
  #latest = NONE;
  #oldest = NONE;
  #size = 0;

  /** @param most addresses remembered, a power of two */
  constructor(most: number) {
    this.#most = most;
    this.#words = new Uint32Array(most * 4);
    this.#hashes = new Uint32Array(most);
    this.#heads = new Int32Array(most).fill(NONE);
    this.#chain = new Int32Array(most);
    this.#later = new Int32Array(most);
    this.#earlier = new Int32Array(most);
  }

  get size(): number {
    return this.#size;
  }

  has(address: AddressWords): boolean {
    return this.#find(address, hashOf(address)) !== NONE;
  }

  /** Remembers an address as the latest; the oldest makes room. */
  add(address: AddressWords): void {
    const hash = hashOf(address);
    let place = this.#find(address, hash);
    if (place !== NONE && place === this.#latest) return;
    if (place === NONE) place = this.#enter(address, hash);
    else this.#unlink(place);
    this.#earlier[place] = this.#latest;
    this.#later[place] = NONE;
    if (this.#latest === NONE) this.#oldest = place;
    else this.#later[this.#latest] = place;
    this.#latest = place;
  }

  #find(address: AddressWords, hash: number): number {
    const words = this.#words;
    for (let place = this.#heads[hash & (this.#most - 1)]!; place !== NONE; place = this.#chain[place]!) {
      const at = place * 4;
      const isIt =
        words[at + 3] === address[3] &&
        words[at + 2] === address[2] &&
        words[at + 1] === address[1] &&
        words[at] === address[0];
      if (isIt) return place;
    }
    return NONE;
  }

  #enter(address: AddressWords, hash: number): number {
    const place = this.#size < this.#most ? this.#size++ : this.#forgetOldest();
    this.#words.set(address, place * 4);
    this.#hashes[place] = hash;
    const head = hash & (this.#most - 1);
    this.#chain[place] = this.#heads[head]!;
    this.#heads[head] = place;
    return place;
  }

  #forgetOldest(): number {
    const place = this.#oldest;
    this.#unlink(place);
    const head = this.#hashes[place]! & (this.#most - 1);
    if (this.#heads[head] === place) this.#heads[head] = this.#chain[place]!;
    else {
      let before = this.#heads[head]!;
      while (this.#chain[before] !== place) before = this.#chain[before]!;
      this.#chain[before] = this.#chain[place]!;
    }
    return place;
  }

  #unlink(place: number): void {
    const earlier = this.#earlier[place]!;
    const later = this.#later[place]!;
    if (earlier === NONE) this.#oldest = later;
    else this.#later[earlier] = later;
    if (later === NONE) this.#latest = earlier;
    else this.#earlier[later] = earlier;
  }
}

/** Who chose addresses to share a chain would only lengthen one of `most` at worst. */
function hashOf(address: AddressWords): number {
  return spread(0, address[0], address[1], address[2], address[3], 0) >>> 0;
}
