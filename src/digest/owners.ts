import { RECORD_WORDS } from '../model/flow.ts';

/** Senders are hashed into this many shares; far more than a home has devices, few enough to look through. */
export const OWNER_SHARES = 4096;
/** How many evictions may pass before the largest share is looked for again. */
const EVICTIONS_PER_SEARCH = 64;

/** Words of a flow record that no batch carries: its neighbours in its owner's list, as slots, and the owner. */
const NEXT = 29;
const PREVIOUS = 30;
const OWNER = 31;

/**
 * Who fills the flow table: a list of flows per sender, oldest first, so that a full table is paid for by the sender
 * with most entries and a chatty device cannot evict a quiet one. The links lie in the flow records themselves.
 */
export class Owners {
  readonly count = new Int32Array(OWNER_SHARES);
  readonly #head = new Int32Array(OWNER_SHARES).fill(-1);
  readonly #tail = new Int32Array(OWNER_SHARES).fill(-1);
  readonly #words: Int32Array;
  #largest = 0;
  #untilSearch = 0;

  /** @param words the flow records */
  constructor(words: Int32Array) {
    this.#words = words;
  }

  add(slot: number, owner: number): void {
    const words = this.#words;
    const base = slot * RECORD_WORDS;
    const tail = this.#tail[owner]!;
    words[base + NEXT] = -1;
    words[base + PREVIOUS] = tail;
    words[base + OWNER] = owner;
    if (tail < 0) this.#head[owner] = slot;
    else words[tail * RECORD_WORDS + NEXT] = slot;
    this.#tail[owner] = slot;
    this.count[owner]!++;
  }

  remove(slot: number): void {
    const words = this.#words;
    const base = slot * RECORD_WORDS;
    const next = words[base + NEXT]!;
    const previous = words[base + PREVIOUS]!;
    const owner = words[base + OWNER]!;
    if (previous < 0) this.#head[owner] = next;
    else words[previous * RECORD_WORDS + NEXT] = next;
    if (next < 0) this.#tail[owner] = previous;
    else words[next * RECORD_WORDS + PREVIOUS] = previous;
    this.count[owner]!--;
  }

  /** Gives the owner's oldest flow another round. */
  spare(slot: number): void {
    const owner = this.#words[slot * RECORD_WORDS + OWNER]!;
    this.remove(slot);
    this.add(slot, owner);
  }

  oldestOf(owner: number): number {
    return this.#head[owner]!;
  }

  /** An owner with most entries; exact at every search, up to 63 evictions old in between. */
  largest(): number {
    if (this.#untilSearch-- <= 0 || this.count[this.#largest] === 0) {
      this.#untilSearch = EVICTIONS_PER_SEARCH;
      let best = 0;
      for (let owner = 1; owner < OWNER_SHARES; owner++) {
        if (this.count[owner]! > this.count[best]!) best = owner;
      }
      this.#largest = best;
    }
    return this.#largest;
  }
}
