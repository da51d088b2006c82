import type { Packet } from '../decode/packet.ts';
import { D, FLAG, RECORD_BYTES, RECORD_DOUBLES, RECORD_WORDS, W } from '../model/flow.ts';
import { vacate } from './probing.ts';

/** Bits of a record's flag word that only the table uses; they stay out of batches. */
export const STATE = {
  /** On the list of records that changed since the last drain. */
  dirty: 1 << 16,
  finUp: 1 << 17,
  finDown: 1 << 18,
  reset: 1 << 19,
  live: 1 << 20,
  /** Packets went both ways. */
  answered: 1 << 21,
  /** The first packet went downwards, as far as is known. */
  beganDown: 1 << 22,
  /** Data went either way. */
  spoke: 1 << 23,
  /** Of a sender who begins very many: told of by itself only once it is answered or goes on. */
  quiet: 1 << 24,
} as const;

/** Places of the index at first; doubled whenever it is half full. */
const FIRST_PLACES = 4096;
/** Word of a record that no batch carries: the flow's hash. */
const HASH = 28;

/**
 * Flows by five-tuple, both directions in one record. Records lie in one buffer in the layout of model/flow.ts; an
 * open-addressing index (linear probing, at most half full, deletion by shifting back) finds them. The index grows with
 * the flows, so that a quiet home's stays near the processor.
 */
export class FlowTable {
  readonly capacity: number;
  /** Signed view of the records: int32 comparisons are the fast ones. */
  readonly words: Int32Array;
  readonly doubles: Float64Array;
  /** Flows in the table now. */
  size = 0;
  /** Slots at and above this one were never used. */
  highWater = 0;
  /** Pairs of hash and slot + 1; zero: empty. */
  #index = new Int32Array(FIRST_PLACES * 2);
  #mask = FIRST_PLACES - 1;
  readonly #free: Int32Array;
  #freeCount = 0;

  constructor(capacity: number) {
    const buffer = new ArrayBuffer(capacity * RECORD_BYTES);
    this.capacity = capacity;
    this.words = new Int32Array(buffer);
    this.doubles = new Float64Array(buffer);
    this.#free = new Int32Array(capacity);
  }

  get full(): boolean {
    return this.size === this.capacity;
  }

  /**
   * The flow of a packet as `slot * 2`, plus 1 where the packet goes from the record's destination to its source; −1 if
   * there is none. `ports` and `reversed` are the port word as the packet has it and with its halves exchanged.
   */
  find(p: Packet, hash: number, ports: number, reversed: number): number {
    const index = this.#index;
    const words = this.words;
    const mask = this.#mask;
    for (let place = hash & mask; ; place = (place + 1) & mask) {
      const entry = index[place * 2 + 1]!;
      if (entry === 0) return -1;
      if (index[place * 2] !== hash) continue;
      const base = (entry - 1) * RECORD_WORDS;
      if ((words[base + W.protocol]! & 0xff) !== p.protocol) continue;
      if (isForward(words, base, p, ports)) return (entry - 1) * 2;
      if (isBackward(words, base, p, reversed)) return (entry - 1) * 2 + 1;
    }
  }

  /**
   * A record for a new flow; the table must not be full. Its counters are zero, as the drain of an ended flow leaves
   * them; the caller writes the rest.
   */
  insert(hash: number): number {
    const slot = this.#freeCount > 0 ? this.#free[--this.#freeCount]! : this.highWater++;
    const base = slot * RECORD_WORDS;
    this.words[base + W.slot] = slot;
    this.words[base + W.flags] = STATE.live | FLAG.fresh;
    this.words[base + HASH] = hash;
    if (++this.size * 2 > this.#mask) this.#grow();
    this.#enter(hash, slot + 1);
    return slot;
  }

  #enter(hash: number, entry: number): void {
    const index = this.#index;
    let place = hash & this.#mask;
    while (index[place * 2 + 1] !== 0) place = (place + 1) & this.#mask;
    index[place * 2] = hash;
    index[place * 2 + 1] = entry;
  }

  #grow(): void {
    const old = this.#index;
    this.#index = new Int32Array(old.length * 2);
    this.#mask = this.#mask * 2 + 1;
    for (let i = 0; i < old.length; i += 2) {
      if (old[i + 1] !== 0) this.#enter(old[i]!, old[i + 1]!);
    }
  }

  remove(slot: number): void {
    vacate(this.#index, this.#mask, this.words[slot * RECORD_WORDS + HASH]!, slot + 1);
    this.words[slot * RECORD_WORDS + W.flags] = 0;
    this.#free[this.#freeCount++] = slot;
    this.size--;
  }

  /** Exchanges the two ends of a record: what was up is down. */
  swap(slot: number): void {
    const { words, doubles } = this;
    const base = slot * RECORD_WORDS;
    for (let i = 0; i < 4; i++) exchange(words, base + W.source + i, base + W.destination + i);
    exchange(words, base + W.sourceMacLow, base + W.destinationMacLow);
    exchange(words, base + W.packetsUp, base + W.packetsDown);
    exchange(doubles, slot * RECORD_DOUBLES + D.bytesUp, slot * RECORD_DOUBLES + D.bytesDown);
    words[base + W.macHigh] = rotate(words[base + W.macHigh]!);
    words[base + W.ports] = rotate(words[base + W.ports]!);
    const protocol = words[base + W.protocol]!;
    words[base + W.protocol] = (protocol & 0xff) | ((protocol >>> 8) & 0xff00) | ((protocol & 0xff00) << 8);
    const flags = words[base + W.flags]!;
    words[base + W.flags] =
      ((flags & ~(STATE.finUp | STATE.finDown)) ^ STATE.beganDown) |
      ((flags & FLAG.fresh) === 0 ? FLAG.swapped : 0) |
      ((flags & STATE.finUp) !== 0 ? STATE.finDown : 0) |
      ((flags & STATE.finDown) !== 0 ? STATE.finUp : 0);
  }
}

function isForward(words: Int32Array, base: number, p: Packet, ports: number): boolean {
  return (
    words[base + W.ports] === ports &&
    words[base + W.source + 3] === p.source3 &&
    words[base + W.destination + 3] === p.destination3 &&
    words[base + W.source + 2] === p.source2 &&
    words[base + W.destination + 2] === p.destination2 &&
    words[base + W.source + 1] === p.source1 &&
    words[base + W.destination + 1] === p.destination1 &&
    words[base + W.source] === p.source0 &&
    words[base + W.destination] === p.destination0
  );
}

function isBackward(words: Int32Array, base: number, p: Packet, reversed: number): boolean {
  return (
    words[base + W.ports] === reversed &&
    words[base + W.destination + 3] === p.source3 &&
    words[base + W.source + 3] === p.destination3 &&
    words[base + W.destination + 2] === p.source2 &&
    words[base + W.source + 2] === p.destination2 &&
    words[base + W.destination + 1] === p.source1 &&
    words[base + W.source + 1] === p.destination1 &&
    words[base + W.destination] === p.source0 &&
    words[base + W.source] === p.destination0
  );
}

function exchange(array: Int32Array | Float64Array, a: number, b: number): void {
  const value = array[a]!;
  array[a] = array[b]!;
  array[b] = value;
}

function rotate(word: number): number {
  return (word << 16) | (word >>> 16);
}
