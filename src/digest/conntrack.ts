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
import { D, FLAG, type FlowBatch, RECORD_DOUBLES, RECORD_WORDS, W } from '../model/flow.ts';
import type { ConntrackEntry } from './conntrack-entry.ts';
import { ConntrackSlots, STATE, TOTALS } from './conntrack-slots.ts';

/** Twice the kernel's default table of a machine with 4 GiB and more; 100 MB when full. */
export const MAX_CONNECTIONS = 524_288;
const FIRST_CAPACITY = 4096;
/** The kernel retries an undelivered end about every second; a connection absent this long is gone. */
export const MISSING_MS = 30_000;
/** Steps that a full table spends on looking for an undrained ended connection to give up. */
const RECLAIM_STEPS = 64;

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
  readonly #slots: ConntrackSlots;
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
    this.#slots = new ConntrackSlots(Math.min(FIRST_CAPACITY, this.#maximum));
  }

  /** Connections that are open and followed. */
  get size(): number {
    return this.#live;
  }

  /** Records that wait for a drain. */
  get waiting(): number {
    return this.#slots.waiting;
  }

  /** A connection began. */
  begin(entry: ConntrackEntry, at: number): void {
    const known = this.#slots.find(entry);
    if (known >= 0) {
      if (this.#slots.baselined[known] === 1) this.#countBaseline(known, at);
      return;
    }
    const slot = this.#insert(entry, at);
    if (slot >= 0) this.#add(slot, entry, at, true);
  }

  /** A dump shows a connection with its counters so far. */
  update(entry: ConntrackEntry, at: number): void {
    if (!entry.counted) this.#uncountedNow++;
    let slot = this.#slots.find(entry);
    if (slot >= 0) {
      if (this.#slots.state[slot] !== STATE.live) return;
      this.#add(slot, entry, at, false);
    } else if (this.#reconciling) {
      slot = this.#insert(entry, at);
      if (slot < 0) return;
      if (this.#isOlder(entry)) this.#setBaseline(slot, entry);
      else this.#add(slot, entry, at, true);
    } else return;
    this.#slots.seenIn[slot] = this.#dump;
    this.#slots.missingSince[slot] = 0;
  }

  /** A connection ended; the entry holds its final counters. */
  end(entry: ConntrackEntry, at: number): void {
    const known = this.#slots.find(entry);
    if (known >= 0) {
      if (this.#slots.state[known] !== STATE.live) return;
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
    for (const slot of this.#remembered) this.#slots.release(slot);
    this.#remembered = [];
    this.#reconciling = false;
    this.#starting = false;
    this.uncounted = this.#uncountedNow;
  }

  /** Copies waiting records into the batch, as many as fit, and sets its `count`. */
  drain(batch: FlowBatch): number {
    let count = 0;
    while (count < batch.capacity && this.#slots.waiting > 0)
      this.#drainSlot(this.#slots.dequeue(), batch.words, count++);
    batch.count = count;
    return count;
  }

  #drainSlot(slot: number, out: Uint32Array, position: number): void {
    const words = this.#slots.words;
    const from = slot * RECORD_WORDS;
    const to = position * RECORD_WORDS;
    for (let i = 0; i < RECORD_WORDS; i++) out[to + i] = words[from + i]!;
    words[from + W.flags]! &= ~FLAG.fresh;
    words[from + W.packetsUp] = 0;
    words[from + W.packetsDown] = 0;
    const doubles = slot * RECORD_DOUBLES;
    this.#slots.doubles[doubles + D.bytesUp] = 0;
    this.#slots.doubles[doubles + D.bytesDown] = 0;
    if (this.#slots.state[slot] === STATE.ended) this.#forget(slot);
  }

  #isOlder(entry: ConntrackEntry): boolean {
    return entry.start > 0 ? entry.start < this.#since : this.#starting;
  }

  #setBaseline(slot: number, entry: ConntrackEntry): void {
    const at = slot * TOTALS;
    this.#slots.totals[at] = entry.packetsUp;
    this.#slots.totals[at + 1] = entry.packetsDown;
    this.#slots.totals[at + 2] = entry.bytesUp;
    this.#slots.totals[at + 3] = entry.bytesDown;
    this.#slots.baselined[slot] = 1;
  }

  /** The begin of a connection arrived after a dump had shown it: what looked old is new. */
  #countBaseline(slot: number, at: number): void {
    this.#slots.baselined[slot] = 0;
    this.#count(slot, this.#slots.totals[slot * TOTALS]!, this.#slots.totals[slot * TOTALS + 1]!);
    this.#countBytes(slot, this.#slots.totals[slot * TOTALS + 2]!, this.#slots.totals[slot * TOTALS + 3]!);
    this.#touch(slot, at);
  }

  /** Counts what the entry's totals have grown by. */
  #add(slot: number, entry: ConntrackEntry, at: number, always: boolean): void {
    let grown = always;
    if (entry.counted) {
      const total = slot * TOTALS;
      const totals = this.#slots.totals;
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
    this.#slots.words[at + W.packetsUp]! += up;
    this.#slots.words[at + W.packetsDown]! += down;
  }

  #countBytes(slot: number, up: number, down: number): void {
    const at = slot * RECORD_DOUBLES;
    this.#slots.doubles[at + D.bytesUp]! += up;
    this.#slots.doubles[at + D.bytesDown]! += down;
  }

  #touch(slot: number, at: number): void {
    const last = slot * RECORD_DOUBLES + D.last;
    if (at > this.#slots.doubles[last]!) this.#slots.doubles[last] = at;
    this.#slots.enqueue(slot);
  }

  #finish(slot: number): void {
    this.#slots.state[slot] = STATE.ended;
    this.#live--;
    const flags = this.#slots.words[slot * RECORD_WORDS + W.flags]!;
    this.#slots.words[slot * RECORD_WORDS + W.flags] = flags | FLAG.ended;
    const neverSaid = (flags & FLAG.fresh) !== 0 && this.#slots.queued[slot] === 0;
    if (neverSaid) this.#forget(slot);
    else this.#slots.enqueue(slot);
  }

  #forget(slot: number): void {
    if (this.#reconciling) this.#remembered.push(slot);
    else this.#slots.release(slot);
  }

  #endMissing(at: number): void {
    for (let slot = 0; slot < this.#slots.capacity; slot++) {
      if (this.#slots.state[slot] !== STATE.live || this.#slots.seenIn[slot] === this.#dump) continue;
      const since = this.#slots.missingSince[slot]!;
      if (since === 0) this.#slots.missingSince[slot] = at;
      else if (this.#slots.baselined[slot] === 1) this.#finish(slot);
      else if (at - since >= MISSING_MS) {
        this.lostEnds++;
        this.#finish(slot);
      }
    }
  }

  /** The new connection's slot; −1 when the table is full. */
  #insert(entry: ConntrackEntry, at: number): number {
    const slots = this.#slots;
    if (slots.freeCount === 0) this.#makeRoom();
    if (slots.freeCount === 0) return -1;
    const slot = slots.allocate(entry);
    const base = slot * RECORD_WORDS;
    slots.words[base + W.slot] = this.#slotBase + slot;
    slots.words[base + W.flags] = FLAG.fresh | FLAG.ipLengths | (entry.midstream ? 0 : FLAG.initiatorKnown);
    const began = entry.start > 0 && entry.start < at ? entry.start : at;
    slots.doubles[slot * RECORD_DOUBLES + D.first] = began;
    slots.doubles[slot * RECORD_DOUBLES + D.last] = began;
    slots.seenIn[slot] = this.#dump;
    this.#live++;
    return slot;
  }

  #makeRoom(): void {
    if (this.#slots.capacity < this.#maximum) this.#slots.grow(Math.min(this.#slots.capacity * 2, this.#maximum));
    else this.#reclaim();
  }

  /** Nobody drains: the oldest ended connection gives its place up. */
  #reclaim(): void {
    for (let step = Math.min(RECLAIM_STEPS, this.#slots.waiting); step > 0; step--) {
      const slot = this.#slots.dequeue();
      if (this.#slots.state[slot] === STATE.ended) {
        this.lostEnds++;
        this.#forget(slot);
        return;
      }
      this.#slots.enqueue(slot);
    }
  }
}

/** A counter that shrank was zeroed by someone (`conntrack -L -z`): all it shows is new. */
function growth(before: number, now: number): number {
  return now >= before ? now - before : now;
}
