/** Senders are hashed into this many shares; more than one home has devices, few enough to look through. */
export const OWNER_SHARES = 4096;
/** How many evictions may pass before the largest share is looked for again. */
const EVICTIONS_PER_SEARCH = 64;

/**
 * Who fills the flow table: a list of flows per sender, oldest first, so that a full table is paid for by the sender
 * with most entries and a chatty device cannot evict a quiet one.
 */
export class Owners {
  readonly count = new Int32Array(OWNER_SHARES);
  readonly #head = new Int32Array(OWNER_SHARES).fill(-1);
  readonly #tail = new Int32Array(OWNER_SHARES).fill(-1);
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  readonly #owner: Uint16Array;
  #largest = 0;
  #untilSearch = 0;

  constructor(slots: number) {
    this.#next = new Int32Array(slots);
    this.#previous = new Int32Array(slots);
    this.#owner = new Uint16Array(slots);
  }

  add(slot: number, owner: number): void {
    const tail = this.#tail[owner]!;
    this.#owner[slot] = owner;
    this.#previous[slot] = tail;
    this.#next[slot] = -1;
    if (tail < 0) this.#head[owner] = slot;
    else this.#next[tail] = slot;
    this.#tail[owner] = slot;
    this.count[owner]!++;
  }

  remove(slot: number): void {
    const owner = this.#owner[slot]!;
    const previous = this.#previous[slot]!;
    const next = this.#next[slot]!;
    if (previous < 0) this.#head[owner] = next;
    else this.#next[previous] = next;
    if (next < 0) this.#tail[owner] = previous;
    else this.#previous[next] = previous;
    this.count[owner]!--;
  }

  /** Gives the owner's oldest flow another round. */
  spare(slot: number): void {
    const owner = this.#owner[slot]!;
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
