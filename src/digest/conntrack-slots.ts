import { RECORD_BYTES, RECORD_WORDS, W } from '../model/flow.ts';
import type { ConntrackEntry } from './conntrack-entry.ts';

/** The four totals kept per connection: packets up, packets down, bytes up, bytes down. */
export const TOTALS = 4;
export const STATE = { free: 0, live: 1, ended: 2 } as const;

/** The columns of the table of connections, one row per slot, with an index by the kernel's id and a queue of changes. */
export class ConntrackSlots {
  capacity: number;
  /** Flow records (model/flow.ts), as words and as doubles. */
  words: Uint32Array;
  doubles: Float64Array;
  /** The kernel's counters when they were last seen. */
  totals: Float64Array;
  state: Uint8Array;
  /** Baselined by a dump, so that a late begin event can still count it from zero. */
  baselined: Uint8Array;
  /** Number of the last dump that showed the connection; when the first one did not, ms. */
  seenIn: Uint32Array;
  missingSince: Float64Array;
  queued: Uint8Array;
  /** Rows in the queue. */
  waiting = 0;
  freeCount: number;
  #ids: Uint32Array;
  /** Open addressing by the kernel's id; slot + 1, 0 for empty. */
  #index: Int32Array;
  #free: Int32Array;
  /** Slots with something to drain, oldest first, as a ring. */
  #queue: Int32Array;
  #queueHead = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
    const records = new ArrayBuffer(capacity * RECORD_BYTES);
    this.words = new Uint32Array(records);
    this.doubles = new Float64Array(records);
    this.totals = new Float64Array(capacity * TOTALS);
    this.state = new Uint8Array(capacity);
    this.baselined = new Uint8Array(capacity);
    this.seenIn = new Uint32Array(capacity);
    this.missingSince = new Float64Array(capacity);
    this.queued = new Uint8Array(capacity);
    this.#ids = new Uint32Array(capacity);
    this.#index = new Int32Array(indexSize(capacity));
    this.#queue = new Int32Array(capacity);
    this.#free = new Int32Array(capacity);
    this.freeCount = capacity;
    for (let i = 0; i < capacity; i++) this.#free[i] = capacity - 1 - i;
  }

  /** A row with the entry's id and ends, everything else zero; the caller made sure that one is free. */
  allocate(entry: ConntrackEntry): number {
    const slot = this.#free[--this.freeCount]!;
    const base = slot * RECORD_WORDS;
    for (let i = 0; i < RECORD_WORDS; i++) this.words[base + i] = 0;
    this.words[base + W.protocol] = entry.protocol;
    this.words[base + W.ports] = entry.ports;
    for (let i = 0; i < 4; i++) {
      this.words[base + W.source + i] = entry.source[i]!;
      this.words[base + W.destination + i] = entry.destination[i]!;
    }
    for (let i = 0; i < TOTALS; i++) this.totals[slot * TOTALS + i] = 0;
    this.state[slot] = STATE.live;
    this.baselined[slot] = 0;
    this.seenIn[slot] = 0;
    this.missingSince[slot] = 0;
    this.#ids[slot] = entry.id;
    this.#indexAdd(slot);
    return slot;
  }

  find(entry: ConntrackEntry): number {
    const mask = this.#index.length - 1;
    for (let at = entry.id & mask; ; at = (at + 1) & mask) {
      const slot = this.#index[at]! - 1;
      if (slot < 0) return -1;
      if (this.#ids[slot] === entry.id && this.#hasEnds(slot, entry)) return slot;
    }
  }

  #hasEnds(slot: number, entry: ConntrackEntry): boolean {
    const words = this.words;
    const at = slot * RECORD_WORDS;
    if (words[at + W.ports] !== entry.ports || (words[at + W.protocol]! & 255) !== entry.protocol) return false;
    for (let i = 0; i < 4; i++) {
      if (words[at + W.source + i] !== entry.source[i]) return false;
      if (words[at + W.destination + i] !== entry.destination[i]) return false;
    }
    return true;
  }

  release(slot: number): void {
    this.#indexRemove(slot);
    this.state[slot] = STATE.free;
    this.#free[this.freeCount++] = slot;
  }

  enqueue(slot: number): void {
    if (this.queued[slot] === 1) return;
    this.queued[slot] = 1;
    this.#queue[(this.#queueHead + this.waiting++) % this.capacity] = slot;
  }

  dequeue(): number {
    const slot = this.#queue[this.#queueHead]!;
    this.#queueHead = (this.#queueHead + 1) % this.capacity;
    this.waiting--;
    this.queued[slot] = 0;
    return slot;
  }

  grow(capacity: number): void {
    const before = this.capacity;
    const records = new ArrayBuffer(capacity * RECORD_BYTES);
    const words = new Uint32Array(records);
    words.set(this.words);
    this.words = words;
    this.doubles = new Float64Array(records);
    this.#ids = enlarged(this.#ids, new Uint32Array(capacity));
    this.totals = enlarged(this.totals, new Float64Array(capacity * TOTALS));
    this.state = enlarged(this.state, new Uint8Array(capacity));
    this.baselined = enlarged(this.baselined, new Uint8Array(capacity));
    this.seenIn = enlarged(this.seenIn, new Uint32Array(capacity));
    this.missingSince = enlarged(this.missingSince, new Float64Array(capacity));
    const queue = new Int32Array(capacity);
    for (let i = 0; i < this.waiting; i++) queue[i] = this.#queue[(this.#queueHead + i) % before]!;
    this.#queue = queue;
    this.#queueHead = 0;
    this.queued = enlarged(this.queued, new Uint8Array(capacity));
    this.#free = enlarged(this.#free, new Int32Array(capacity));
    for (let slot = capacity - 1; slot >= before; slot--) this.#free[this.freeCount++] = slot;
    this.capacity = capacity;
    this.#index = new Int32Array(indexSize(capacity));
    for (let slot = 0; slot < before; slot++) if (this.state[slot] !== STATE.free) this.#indexAdd(slot);
  }
  #indexAdd(slot: number): void {
    const mask = this.#index.length - 1;
    let at = this.#ids[slot]! & mask;
    while (this.#index[at] !== 0) at = (at + 1) & mask;
    this.#index[at] = slot + 1;
  }

  /** Removes without a tombstone: entries behind the gap that hash at or before it move up (Knuth 6.4, algorithm R). */
  #indexRemove(slot: number): void {
    const index = this.#index;
    const mask = index.length - 1;
    let gap = this.#ids[slot]! & mask;
    while (index[gap] !== slot + 1) gap = (gap + 1) & mask;
    for (let at = (gap + 1) & mask; index[at] !== 0; at = (at + 1) & mask) {
      const home = this.#ids[index[at]! - 1]! & mask;
      if (((at - home) & mask) >= ((at - gap) & mask)) {
        index[gap] = index[at]!;
        gap = at;
      }
    }
    index[gap] = 0;
  }
}

/** A power of two, at most half full. */
function indexSize(capacity: number): number {
  return 2 ** Math.ceil(Math.log2(capacity * 2));
}

function enlarged<T extends Uint8Array | Uint32Array | Int32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
