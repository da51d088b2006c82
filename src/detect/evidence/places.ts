/** Words of a key. */
const KEY = 5;
/** A place this heavy gains no more: what once was busy must not stay for ever. */
const MAX_WEIGHT = 1 << 16;

/**
 * A fixed number of places for keys, two to each set. A key that finds its set taken wears the lighter one down and has
 * its place once that is at zero, so that what comes often stays, and what comes once (a scan's targets) passes by. The
 * columns of a place belong to the user, who clears them where `isNew` is set.
 */
export class Places {
  readonly size: number;
  /** The last `take` gave its place to a key that was not there. */
  isNew = false;
  readonly #keys: Uint32Array;
  readonly #weights: Uint32Array;
  readonly #mask: number;

  /** @param size a power of two */
  constructor(size: number) {
    this.size = size;
    this.#keys = new Uint32Array(size * KEY);
    this.#weights = new Uint32Array(size);
    this.#mask = size / 2 - 1;
  }

  /** Whether anything lives there. */
  isTaken(place: number): boolean {
    return this.#weights[place] !== 0;
  }

  /** Word `i` of the key that lives at a place. */
  word(place: number, i: number): number {
    return this.#keys[place * KEY + i]!;
  }

  /** The first four words of the key that lives at a place: an address, where the user keeps addresses. */
  address(place: number): [number, number, number, number] {
    return [this.word(place, 0), this.word(place, 1), this.word(place, 2), this.word(place, 3)];
  }

  /** The place of a key, or -1. */
  find(hash: number, k0: number, k1: number, k2: number, k3: number, k4: number): number {
    const place = (hash & this.#mask) * 2;
    if (this.#is(place, k0, k1, k2, k3, k4)) return place;
    return this.#is(place + 1, k0, k1, k2, k3, k4) ? place + 1 : -1;
  }

  /** The place of a key, given to it now if it is new; -1 while others are too heavy. */
  take(hash: number, k0: number, k1: number, k2: number, k3: number, k4: number, weight: number): number {
    this.isNew = false;
    const known = this.find(hash, k0, k1, k2, k3, k4);
    if (known >= 0) {
      this.#weights[known] = Math.min(MAX_WEIGHT, this.#weights[known]! + weight);
      return known;
    }
    const first = (hash & this.#mask) * 2;
    const place = this.#weights[first + 1]! < this.#weights[first]! ? first + 1 : first;
    if (this.#weights[place]! > 0 && --this.#weights[place]! > 0) return -1;
    this.isNew = true;
    this.#weights[place] = Math.max(1, weight);
    const at = place * KEY;
    this.#keys[at] = k0;
    this.#keys[at + 1] = k1;
    this.#keys[at + 2] = k2;
    this.#keys[at + 3] = k3;
    this.#keys[at + 4] = k4;
    return place;
  }

  /** Time passes: half of every weight is forgotten, and what had little left makes room. */
  age(): void {
    for (let place = 0; place < this.size; place++) this.#weights[place] = this.#weights[place]! >>> 1;
  }

  #is(place: number, k0: number, k1: number, k2: number, k3: number, k4: number): boolean {
    const at = place * KEY;
    const keys = this.#keys;
    return (
      this.#weights[place] !== 0 &&
      keys[at + 3] === k3 &&
      keys[at + 2] === k2 &&
      keys[at + 1] === k1 &&
      keys[at] === k0 &&
      keys[at + 4] === k4
    );
  }
}

/** Spreads five words over 32 bits; the seed keeps strangers from choosing keys that share a set. */
export function spread(seed: number, k0: number, k1: number, k2: number, k3: number, k4: number): number {
  let hash = seed ^ Math.imul(k3, 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 15) ^ k4, 0x85ebca77);
  hash = Math.imul(hash ^ (hash >>> 13) ^ k0, 0xc2b2ae3d);
  hash = Math.imul(hash ^ (hash >>> 16) ^ k1, 0x27d4eb2f);
  hash = Math.imul(hash ^ (hash >>> 15) ^ k2, 0x165667b1);
  return hash ^ (hash >>> 16);
}
