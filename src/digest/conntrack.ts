/**
 * The gateway's flow table: what the kernel counts for each connection becomes flow records that hold what was added
 * since the last drain. Three things feed it: the event of a connection's begin, the event of its end with the final
 * counters, and dumps of the kernel's whole table in between.
 *
 * Sums stay exact whatever is lost on the way:
 * - A connection that does not fit into the table is not followed; the event of its end still holds all its bytes.
 * - Bytes from before the guard started are a baseline and never counted.
 * - An ordinary dump only updates connections that are known. Their begin is in the event queue if they are new, and
 *   their end is already counted if they are gone: a dump can be older than an event that was handled before it. Only
 *   a reconciling dump (at start and after lost events) adds connections, and until it is complete ended ones are
 *   remembered, so that it cannot bring them back.
 * - A connection missing in dumps for `MISSING_MS` has ended unseen; what it had at last is kept. The kernel tells the
 *   end only of connections that began while someone listened (nf_conntrack_events = 2), so an older one has ended when
 *   two dumps do not show it; its traffic since the last dump that did is unknown.
 */
import { D, FLAG, type FlowBatch, RECORD_BYTES, RECORD_DOUBLES, RECORD_WORDS, W } from '../model/flow.ts';
import type { ConntrackEntry } from './conntrack-entry.ts';

/** Twice the kernel's default table of a machine with 4 GiB and more; 100 MB when full. */
export const MAX_CONNECTIONS = 524_288;
const FIRST_CAPACITY = 4096;
/** The kernel retries an undelivered end about every second; a connection absent this long is gone. */
export const MISSING_MS = 30_000;
/** Steps that a full table spends on looking for an undrained ended connection to give up. */
const RECLAIM_STEPS = 64;

const STATE = { free: 0, live: 1, ended: 2 } as const;
/** The four totals kept per connection: packets up, packets down, bytes up, bytes down. */
const TOTALS = 4;

export type ConntrackOptions = {
  /** Number of the first slot in the records: keeps apart several tables that feed one home. */
  slotBase?: number;
  capacity?: number;
  /** Connections that began earlier (ms since the epoch) are only counted from their first dump on. */
  since: number;
};

export class ConntrackTable {
  readonly #slotBase: number;
  readonly #maximum: number;
  readonly #since: number;
  #capacity: number;
  #words: Uint32Array;
  #doubles: Float64Array;
  #ids: Uint32Array;
  #totals: Float64Array;
  #state: Uint8Array;
  #queued: Uint8Array;
  /** Baselined by a dump, so that a late begin event can still count it from zero. */
  #baselined: Uint8Array;
  #seenIn: Uint32Array;
  #missingSince: Float64Array;
  /** Open addressing by the kernel's id; slot + 1, 0 for empty. */
  #index: Int32Array;
  #free: Int32Array;
  #freeCount: number;
  /** Slots with something to drain, oldest first, as a ring. */
  #queue: Int32Array;
  #queueHead = 0;
  #queueCount = 0;
  #live = 0;
  #dump = 0;
  #reconciling = true;
  #starting = true;
  /** Ended and drained, kept until the reconciling dump is complete. */
  #remembered: number[] = [];

  /** Ends that were never seen or had to be given up undrained; their last bytes are missing in the sums. */
  lostEnds = 0;
  /** Connections that the last dump showed without counters, because they began before accounting was on. */
  uncounted = 0;
  #uncountedNow = 0;

  constructor(options: ConntrackOptions) {
    this.#slotBase = options.slotBase ?? 0;
    this.#maximum = options.capacity ?? MAX_CONNECTIONS;
    this.#since = options.since;
    const capacity = Math.min(FIRST_CAPACITY, this.#maximum);
    this.#capacity = capacity;
    const records = new ArrayBuffer(capacity * RECORD_BYTES);
    this.#words = new Uint32Array(records);
    this.#doubles = new Float64Array(records);
    this.#ids = new Uint32Array(capacity);
    this.#totals = new Float64Array(capacity * TOTALS);
    this.#state = new Uint8Array(capacity);
    this.#queued = new Uint8Array(capacity);
    this.#baselined = new Uint8Array(capacity);
    this.#seenIn = new Uint32Array(capacity);
    this.#missingSince = new Float64Array(capacity);
    this.#index = new Int32Array(indexSize(capacity));
    this.#queue = new Int32Array(capacity);
    this.#free = new Int32Array(capacity);
    this.#freeCount = capacity;
    for (let i = 0; i < capacity; i++) this.#free[i] = capacity - 1 - i;
  }

  /** Connections that are open and followed. */
  get size(): number {
    return this.#live;
  }

  /** Records that wait for a drain. */
  get waiting(): number {
    return this.#queueCount;
  }

  /** A connection began. */
  begin(entry: ConntrackEntry, at: number): void {
    const known = this.#find(entry);
    if (known >= 0) {
      if (this.#baselined[known] === 1) this.#countBaseline(known, at);
      return;
    }
    const slot = this.#insert(entry, at);
    if (slot >= 0) this.#add(slot, entry, at, true);
  }

  /** A dump shows a connection with its counters so far. */
  update(entry: ConntrackEntry, at: number): void {
    if (!entry.counted) this.#uncountedNow++;
    let slot = this.#find(entry);
    if (slot >= 0) {
      if (this.#state[slot] !== STATE.live) return;
      this.#add(slot, entry, at, false);
    } else if (this.#reconciling) {
      slot = this.#insert(entry, at);
      if (slot < 0) return;
      if (this.#isOlder(entry)) this.#setBaseline(slot, entry);
      else this.#add(slot, entry, at, true);
    } else return;
    this.#seenIn[slot] = this.#dump;
    this.#missingSince[slot] = 0;
  }

  /** A connection ended; the entry holds its final counters. */
  end(entry: ConntrackEntry, at: number): void {
    const known = this.#find(entry);
    if (known >= 0) {
      if (this.#state[known] !== STATE.live) return;
      this.#add(known, entry, at, false);
      this.#finish(known);
      return;
    }
    const older = this.#isOlder(entry);
    const slot = this.#insert(entry, at);
    if (slot < 0) {
      if (!older) this.lostEnds++;
      return;
    }
    if (older) this.#setBaseline(slot, entry);
    else this.#add(slot, entry, at, true);
    this.#finish(slot);
  }

  /**
   * Before the first entry of a dump.
   * @param reconcile whether it adds connections that are not known (after lost events; always at start)
   */
  startDump(reconcile: boolean): void {
    this.#dump++;
    this.#uncountedNow = 0;
    if (reconcile) this.#reconciling = true;
  }

  /** After the last entry of a complete dump. */
  finishDump(at: number): void {
    this.#endMissing(at);
    for (const slot of this.#remembered) this.#release(slot);
    this.#remembered = [];
    this.#reconciling = false;
    this.#starting = false;
    this.uncounted = this.#uncountedNow;
  }

  /** Copies waiting records into the batch, as many as fit, and sets its `count`. */
  drain(batch: FlowBatch): number {
    let count = 0;
    while (count < batch.capacity && this.#queueCount > 0) this.#drainSlot(this.#dequeue(), batch.words, count++);
    batch.count = count;
    return count;
  }

  #drainSlot(slot: number, out: Uint32Array, position: number): void {
    const words = this.#words;
    const from = slot * RECORD_WORDS;
    const to = position * RECORD_WORDS;
    for (let i = 0; i < RECORD_WORDS; i++) out[to + i] = words[from + i]!;
    words[from + W.flags]! &= ~FLAG.fresh;
    words[from + W.packetsUp] = 0;
    words[from + W.packetsDown] = 0;
    const doubles = slot * RECORD_DOUBLES;
    this.#doubles[doubles + D.bytesUp] = 0;
    this.#doubles[doubles + D.bytesDown] = 0;
    if (this.#state[slot] === STATE.ended) this.#forget(slot);
  }

  #isOlder(entry: ConntrackEntry): boolean {
    return entry.start > 0 ? entry.start < this.#since : this.#starting;
  }

  #setBaseline(slot: number, entry: ConntrackEntry): void {
    const at = slot * TOTALS;
    this.#totals[at] = entry.packetsUp;
    this.#totals[at + 1] = entry.packetsDown;
    this.#totals[at + 2] = entry.bytesUp;
    this.#totals[at + 3] = entry.bytesDown;
    this.#baselined[slot] = 1;
  }

  /** The begin of a connection arrived after a dump had shown it: what looked old is new. */
  #countBaseline(slot: number, at: number): void {
    this.#baselined[slot] = 0;
    this.#count(slot, this.#totals[slot * TOTALS]!, this.#totals[slot * TOTALS + 1]!);
    this.#countBytes(slot, this.#totals[slot * TOTALS + 2]!, this.#totals[slot * TOTALS + 3]!);
    this.#touch(slot, at);
  }

  /** Counts what the entry's totals have grown by. */
  #add(slot: number, entry: ConntrackEntry, at: number, always: boolean): void {
    let grown = always;
    if (entry.counted) {
      const total = slot * TOTALS;
      const totals = this.#totals;
      const packetsUp = growth(totals[total]!, entry.packetsUp);
      const packetsDown = growth(totals[total + 1]!, entry.packetsDown);
      if (packetsUp + packetsDown > 0) {
        this.#count(slot, packetsUp, packetsDown);
        this.#countBytes(slot, growth(totals[total + 2]!, entry.bytesUp), growth(totals[total + 3]!, entry.bytesDown));
        totals[total] = entry.packetsUp;
        totals[total + 1] = entry.packetsDown;
        totals[total + 2] = entry.bytesUp;
        totals[total + 3] = entry.bytesDown;
        grown = true;
      }
    }
    if (grown) this.#touch(slot, at);
  }

  #count(slot: number, up: number, down: number): void {
    const at = slot * RECORD_WORDS;
    this.#words[at + W.packetsUp]! += up;
    this.#words[at + W.packetsDown]! += down;
  }

  #countBytes(slot: number, up: number, down: number): void {
    const at = slot * RECORD_DOUBLES;
    this.#doubles[at + D.bytesUp]! += up;
    this.#doubles[at + D.bytesDown]! += down;
  }

  #touch(slot: number, at: number): void {
    const last = slot * RECORD_DOUBLES + D.last;
    if (at > this.#doubles[last]!) this.#doubles[last] = at;
    this.#enqueue(slot);
  }

  #finish(slot: number): void {
    this.#state[slot] = STATE.ended;
    this.#live--;
    const flags = this.#words[slot * RECORD_WORDS + W.flags]!;
    this.#words[slot * RECORD_WORDS + W.flags] = flags | FLAG.ended;
    const neverSaid = (flags & FLAG.fresh) !== 0 && this.#queued[slot] === 0;
    if (neverSaid) this.#forget(slot);
    else this.#enqueue(slot);
  }

  #forget(slot: number): void {
    if (this.#reconciling) this.#remembered.push(slot);
    else this.#release(slot);
  }

  #endMissing(at: number): void {
    for (let slot = 0; slot < this.#capacity; slot++) {
      if (this.#state[slot] !== STATE.live || this.#seenIn[slot] === this.#dump) continue;
      const since = this.#missingSince[slot]!;
      if (since === 0) this.#missingSince[slot] = at;
      else if (this.#baselined[slot] === 1) this.#finish(slot);
      else if (at - since >= MISSING_MS) {
        this.lostEnds++;
        this.#finish(slot);
      }
    }
  }

  #find(entry: ConntrackEntry): number {
    const mask = this.#index.length - 1;
    for (let at = entry.id & mask; ; at = (at + 1) & mask) {
      const slot = this.#index[at]! - 1;
      if (slot < 0) return -1;
      if (this.#ids[slot] === entry.id && this.#hasEnds(slot, entry)) return slot;
    }
  }

  #hasEnds(slot: number, entry: ConntrackEntry): boolean {
    const words = this.#words;
    const at = slot * RECORD_WORDS;
    if (words[at + W.ports] !== entry.ports || (words[at + W.protocol]! & 255) !== entry.protocol) return false;
    for (let i = 0; i < 4; i++) {
      if (words[at + W.source + i] !== entry.source[i]) return false;
      if (words[at + W.destination + i] !== entry.destination[i]) return false;
    }
    return true;
  }

  /** The new connection's slot; −1 when the table is full. */
  #insert(entry: ConntrackEntry, at: number): number {
    if (this.#freeCount === 0) this.#makeRoom();
    if (this.#freeCount === 0) return -1;
    const slot = this.#free[--this.#freeCount]!;
    const words = this.#words;
    const base = slot * RECORD_WORDS;
    words.fill(0, base, base + RECORD_WORDS);
    words[base + W.slot] = this.#slotBase + slot;
    words[base + W.flags] = FLAG.fresh | FLAG.ipLengths | (entry.midstream ? 0 : FLAG.initiatorKnown);
    words[base + W.protocol] = entry.protocol;
    words[base + W.ports] = entry.ports;
    for (let i = 0; i < 4; i++) {
      words[base + W.source + i] = entry.source[i]!;
      words[base + W.destination + i] = entry.destination[i]!;
    }
    const began = entry.start > 0 && entry.start < at ? entry.start : at;
    this.#doubles[slot * RECORD_DOUBLES + D.first] = began;
    this.#doubles[slot * RECORD_DOUBLES + D.last] = began;
    this.#totals.fill(0, slot * TOTALS, slot * TOTALS + TOTALS);
    this.#ids[slot] = entry.id;
    this.#state[slot] = STATE.live;
    this.#baselined[slot] = 0;
    this.#seenIn[slot] = this.#dump;
    this.#missingSince[slot] = 0;
    this.#live++;
    this.#indexAdd(slot);
    return slot;
  }

  #indexAdd(slot: number): void {
    const mask = this.#index.length - 1;
    let at = this.#ids[slot]! & mask;
    while (this.#index[at] !== 0) at = (at + 1) & mask;
    this.#index[at] = slot + 1;
  }

  #release(slot: number): void {
    this.#indexRemove(slot);
    this.#state[slot] = STATE.free;
    this.#free[this.#freeCount++] = slot;
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

  #enqueue(slot: number): void {
    if (this.#queued[slot] === 1) return;
    this.#queued[slot] = 1;
    this.#queue[(this.#queueHead + this.#queueCount++) % this.#capacity] = slot;
  }

  #dequeue(): number {
    const slot = this.#queue[this.#queueHead]!;
    this.#queueHead = (this.#queueHead + 1) % this.#capacity;
    this.#queueCount--;
    this.#queued[slot] = 0;
    return slot;
  }

  #makeRoom(): void {
    if (this.#capacity < this.#maximum) this.#grow(Math.min(this.#capacity * 2, this.#maximum));
    else this.#reclaim();
  }

  /** Nobody drains: the oldest ended connection gives its place up. */
  #reclaim(): void {
    for (let step = Math.min(RECLAIM_STEPS, this.#queueCount); step > 0; step--) {
      const slot = this.#dequeue();
      if (this.#state[slot] === STATE.ended) {
        this.lostEnds++;
        this.#forget(slot);
        return;
      }
      this.#enqueue(slot);
    }
  }

  #grow(capacity: number): void {
    const before = this.#capacity;
    const records = new ArrayBuffer(capacity * RECORD_BYTES);
    const words = new Uint32Array(records);
    words.set(this.#words);
    this.#words = words;
    this.#doubles = new Float64Array(records);
    this.#ids = enlarged(this.#ids, new Uint32Array(capacity));
    this.#totals = enlarged(this.#totals, new Float64Array(capacity * TOTALS));
    this.#state = enlarged(this.#state, new Uint8Array(capacity));
    this.#baselined = enlarged(this.#baselined, new Uint8Array(capacity));
    this.#seenIn = enlarged(this.#seenIn, new Uint32Array(capacity));
    this.#missingSince = enlarged(this.#missingSince, new Float64Array(capacity));
    const queue = new Int32Array(capacity);
    for (let i = 0; i < this.#queueCount; i++) queue[i] = this.#queue[(this.#queueHead + i) % before]!;
    this.#queue = queue;
    this.#queueHead = 0;
    this.#queued = enlarged(this.#queued, new Uint8Array(capacity));
    this.#free = enlarged(this.#free, new Int32Array(capacity));
    for (let slot = capacity - 1; slot >= before; slot--) this.#free[this.#freeCount++] = slot;
    this.#capacity = capacity;
    this.#index = new Int32Array(indexSize(capacity));
    for (let slot = 0; slot < before; slot++) if (this.#state[slot] !== STATE.free) this.#indexAdd(slot);
  }
}

/** A counter that shrank was zeroed by someone (`conntrack -L -z`): all it shows is new. */
function growth(before: number, now: number): number {
  return now >= before ? now - before : now;
}

/** A power of two, at most half full. */
function indexSize(capacity: number): number {
  return 2 ** Math.ceil(Math.log2(capacity * 2));
}

function enlarged<T extends Uint8Array | Uint32Array | Int32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
