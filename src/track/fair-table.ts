import { vacate } from '../digest/probing.ts';

/**
 * A bounded hash table of six-word keys in typed arrays, shared fairly by owners.
 *
 * Entries are numbers that stay the same while the entry lives, so that users keep columns beside the table. Each owner's
 * entries form a list, oldest first. A new entry that finds no room displaces the oldest untouched entry of the owner
 * that holds most: a chatty owner can never displace what a quiet one holds. The index is open-addressed with linear
 * probing and backward-shift deletion, so it needs no tombstones and never degrades.
 */
export type FairTableOptions = {
  /** Entries in all. */
  capacity: number;
  perOwner: number;
  owners: number;
  /** Makes hash values unpredictable to who chooses the keys. */
  seed: number;
  /** Called before an entry is displaced. */
  onEvict: (entry: number) => void;
  /** Called when the table grows: columns need so many entries. */
  onGrow: (capacity: number) => void;
};

export const KEY_WORDS = 6;
const FIRST_CAPACITY = 256;
/** Entries passed over because they were touched, before one is displaced all the same. */
const SECOND_CHANCES = 16;
/** Displacements between two searches for the largest owner, which look at every owner. */
const SEARCH_EVERY = 64;

export class FairTable {
  readonly #options: FairTableOptions;
  readonly #seed: number;
  readonly #counts: Int32Array;
  readonly #heads: Int32Array;
  readonly #tails: Int32Array;
  /** Signed, as comparisons of int32 are the fast ones. */
  #keys: Int32Array;
  #hashes: Int32Array;
  #owners: Int32Array;
  #next: Int32Array;
  #previous: Int32Array;
  #touched: Uint8Array;
  /** Pairs of hash and entry + 1, zero where nothing is: a place is compared without a look at any entry. */
  #index: Int32Array;
  #mask: number;
  #capacity: number;
  #free = -1;
  #used = 0;
  #largest = 0;
  #untilSearch = 0;
  size = 0;
  /** The last `take` added its key. */
  isNew = false;

  constructor(options: FairTableOptions) {
    this.#options = options;
    this.#seed = options.seed;
    this.#counts = new Int32Array(options.owners);
    this.#heads = new Int32Array(options.owners).fill(-1);
    this.#tails = new Int32Array(options.owners).fill(-1);
    const capacity = Math.min(FIRST_CAPACITY, options.capacity);
    this.#capacity = capacity;
    this.#keys = new Int32Array(capacity * KEY_WORDS);
    this.#hashes = new Int32Array(capacity);
    this.#owners = new Int32Array(capacity).fill(-1);
    this.#next = new Int32Array(capacity);
    this.#previous = new Int32Array(capacity);
    this.#touched = new Uint8Array(capacity);
    this.#index = new Int32Array(placesFor(capacity) * 2);
    this.#mask = placesFor(capacity) - 1;
    options.onGrow(capacity);
  }

  /** Entries ever used are below this number. */
  get used(): number {
    return this.#used;
  }

  count(owner: number): number {
    return this.#counts[owner]!;
  }

  /** Owner of an entry; -1 where the entry is free. */
  owner(entry: number): number {
    return this.#owners[entry]!;
  }

  word(entry: number, word: number): number {
    return this.#keys[entry * KEY_WORDS + word]! >>> 0;
  }

  /** Whether these are the first four words of an entry's key. */
  isAt(entry: number, k0: number, k1: number, k2: number, k3: number): boolean {
    const keys = this.#keys;
    const at = entry * KEY_WORDS;
    return keys[at + 3] === (k3 | 0) && keys[at + 2] === (k2 | 0) && keys[at + 1] === (k1 | 0) && keys[at] === (k0 | 0);
  }

  /** Oldest entry of an owner; -1 at the end. */
  first(owner: number): number {
    return this.#heads[owner]!;
  }

  next(entry: number): number {
    return this.#next[entry]!;
  }

  /** Keeps an entry from being displaced at its next turn. */
  touch(entry: number): void {
    this.#touched[entry] = 1;
  }

  /** The entry of a key, or -1. Of its words only the low 32 bits count, here and below. */
  find(k0: number, k1: number, k2: number, k3: number, k4: number, k5: number): number {
    return this.#find(hashOf(this.#seed, k0, k1, k2, k3, k4, k5), k0, k1, k2, k3, k4, k5);
  }

  /** The entry of a key, added for an owner where it is not there yet: `isNew` says so. */
  take(owner: number, k0: number, k1: number, k2: number, k3: number, k4: number, k5: number): number {
    const hash = hashOf(this.#seed, k0, k1, k2, k3, k4, k5);
    const known = this.#find(hash, k0, k1, k2, k3, k4, k5);
    this.isNew = known < 0;
    return known < 0 ? this.#add(hash, owner, k0, k1, k2, k3, k4, k5) : known;
  }

  /** Adds a key that is not there yet. */
  insert(owner: number, k0: number, k1: number, k2: number, k3: number, k4: number, k5: number): number {
    return this.#add(hashOf(this.#seed, k0, k1, k2, k3, k4, k5), owner, k0, k1, k2, k3, k4, k5);
  }

  #find(hash: number, k0: number, k1: number, k2: number, k3: number, k4: number, k5: number): number {
    const keys = this.#keys;
    const index = this.#index;
    const mask = this.#mask;
    for (let place = hash & mask; ; place = (place + 1) & mask) {
      const entry = index[place * 2 + 1]! - 1;
      if (entry < 0) return -1;
      if (index[place * 2] !== hash) continue;
      const at = entry * KEY_WORDS;
      if (
        keys[at] === (k0 | 0) &&
        keys[at + 1] === (k1 | 0) &&
        keys[at + 2] === (k2 | 0) &&
        keys[at + 3] === (k3 | 0) &&
        keys[at + 4] === (k4 | 0) &&
        keys[at + 5] === (k5 | 0)
      )
        return entry;
    }
  }

  #add(hash: number, owner: number, k0: number, k1: number, k2: number, k3: number, k4: number, k5: number): number {
    while (this.#counts[owner]! >= this.#options.perOwner) this.#evictFrom(owner);
    if (this.size === this.#options.capacity) this.#evictFrom(this.#largestOwner());
    const entry = this.#takeFree();
    this.#setKey(entry, hash, k0, k1, k2, k3, k4, k5);
    this.#enterIndex(hash, entry + 1);
    this.#append(entry, owner);
    this.#touched[entry] = 0;
    this.size++;
    return entry;
  }

  remove(entry: number): void {
    this.#leaveIndex(entry);
    this.#unlink(entry);
    this.#owners[entry] = -1;
    this.#next[entry] = this.#free;
    this.#free = entry;
    this.size--;
  }

  /** Gives a living entry another owner and key (not there yet); its number stays. */
  move(entry: number, owner: number, k0: number, k1: number, k2: number, k3: number, k4: number, k5: number): void {
    const hash = hashOf(this.#seed, k0, k1, k2, k3, k4, k5);
    this.#leaveIndex(entry);
    this.#setKey(entry, hash, k0, k1, k2, k3, k4, k5);
    this.#enterIndex(hash, entry + 1);
    if (this.#owners[entry] === owner) return;
    this.#unlink(entry);
    this.#append(entry, owner);
  }

  #setKey(entry: number, hash: number, k0: number, k1: number, k2: number, k3: number, k4: number, k5: number): void {
    const keys = this.#keys;
    const at = entry * KEY_WORDS;
    keys[at] = k0;
    keys[at + 1] = k1;
    keys[at + 2] = k2;
    keys[at + 3] = k3;
    keys[at + 4] = k4;
    keys[at + 5] = k5;
    this.#hashes[entry] = hash;
  }

  #takeFree(): number {
    if (this.#free >= 0) {
      const entry = this.#free;
      this.#free = this.#next[entry]!;
      return entry;
    }
    if (this.#used === this.#capacity) this.#grow();
    return this.#used++;
  }

  #grow(): void {
    const capacity = Math.min(this.#capacity * 2, this.#options.capacity);
    this.#capacity = capacity;
    this.#keys = grown(this.#keys, capacity * KEY_WORDS);
    this.#hashes = grown(this.#hashes, capacity);
    this.#owners = grown(this.#owners, capacity);
    this.#next = grown(this.#next, capacity);
    this.#previous = grown(this.#previous, capacity);
    this.#touched = grown(this.#touched, capacity);
    const old = this.#index;
    this.#index = new Int32Array(placesFor(capacity) * 2);
    this.#mask = placesFor(capacity) - 1;
    for (let at = 0; at < old.length; at += 2) if (old[at + 1] !== 0) this.#enterIndex(old[at]!, old[at + 1]!);
    this.#options.onGrow(capacity);
  }

  #enterIndex(hash: number, numbered: number): void {
    const index = this.#index;
    let place = hash & this.#mask;
    while (index[place * 2 + 1] !== 0) place = (place + 1) & this.#mask;
    index[place * 2] = hash;
    index[place * 2 + 1] = numbered;
  }

  #leaveIndex(entry: number): void {
    vacate(this.#index, this.#mask, this.#hashes[entry]!, entry + 1);
  }

  #append(entry: number, owner: number): void {
    const tail = this.#tails[owner]!;
    this.#owners[entry] = owner;
    this.#previous[entry] = tail;
    this.#next[entry] = -1;
    if (tail < 0) this.#heads[owner] = entry;
    else this.#next[tail] = entry;
    this.#tails[owner] = entry;
    const count = this.#counts[owner]! + 1;
    this.#counts[owner] = count;
    if (count > this.#counts[this.#largest]!) this.#largest = owner;
  }

  #unlink(entry: number): void {
    const owner = this.#owners[entry]!;
    const previous = this.#previous[entry]!;
    const next = this.#next[entry]!;
    if (previous < 0) this.#heads[owner] = next;
    else this.#next[previous] = next;
    if (next < 0) this.#tails[owner] = previous;
    else this.#previous[next] = previous;
    this.#counts[owner]!--;
  }

  #evictFrom(owner: number): void {
    let entry = this.#heads[owner]!;
    for (let chance = 0; chance < SECOND_CHANCES && this.#touched[entry] === 1; chance++) {
      this.#touched[entry] = 0;
      this.#unlink(entry);
      this.#append(entry, owner);
      entry = this.#heads[owner]!;
    }
    this.#options.onEvict(entry);
    this.remove(entry);
  }

  /** The owner that holds most; between two searches, one that held most a few entries ago. */
  #largestOwner(): number {
    const counts = this.#counts;
    if (this.#untilSearch-- > 0 && counts[this.#largest]! > 0) return this.#largest;
    this.#untilSearch = SEARCH_EVERY;
    for (let i = 0; i < counts.length; i++) if (counts[i]! > counts[this.#largest]!) this.#largest = i;
    return this.#largest;
  }
}

function placesFor(capacity: number): number {
  let size = 8;
  while (size < capacity * 2) size *= 2;
  return size;
}

/** A longer copy of a column. */
export function grown<T extends Uint8Array | Int32Array | Uint32Array | Float64Array>(column: T, length: number): T {
  const copy = new (column.constructor as new (length: number) => T)(length);
  copy.set(column);
  return copy;
}

/** Mixes words after the scheme of MurmurHash3 (public domain). @returns 32 bits, signed */
function hashOf(seed: number, k0: number, k1: number, k2: number, k3: number, k4: number, k5: number): number {
  let hash = seed;
  hash = mix(hash, k0);
  hash = mix(hash, k1);
  hash = mix(hash, k2);
  hash = mix(hash, k3);
  hash = mix(hash, k4);
  hash = mix(hash, k5);
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

function mix(hash: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51);
  k = (k << 15) | (k >>> 17);
  const mixed = hash ^ Math.imul(k, 0x1b873593);
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}
