import { decodeFrame } from '../decode/frame.ts';
import { PROTOCOL } from '../decode/network/transport.ts';
import { FRAME, Packet } from '../decode/packet.ts';
import { D, FACT, FLAG, FlowBatch, RECORD_DOUBLES, RECORD_WORDS, W } from '../model/flow.ts';
import type { Observation } from '../model/observation.ts';
import { Clock, isTime } from './clock.ts';
import { Crowds } from './crowds.ts';
import { FlowHash } from './flow-hash.ts';
import { IDLE, isClosed, maxIdle, moveRecord, writeEnds } from './flow-record.ts';
import { FlowTable, STATE } from './flow-table.ts';
import { Fragments } from './fragments.ts';
import { icmpKey, isIcmpAnswer, looksLikeAnswer } from './initiator.ts';
import { OWNER_SHARES, Owners } from './owners.ts';
import { countSkipped, newTotals, type Totals } from './totals.ts';

/** Takes the packets that it wants whole. `wants` is asked about every packet and must be cheap. */
export type ControlPackets = { wants(p: Packet): boolean; packet(p: Packet): void };

export type DigestOptions = {
  /** Decodes control protocols (decode/control.ts); what it throws is counted and goes no further. */
  control?: ControlPackets;
  /** `false`: another source counts; records carry header facts and `seen` only. Default `true`. */
  count?: boolean;
  /** Observed time between two drains, ms. Default 100. */
  step?: number;
  /**
   * Observed time between two drains of flows that were told of before, ms, a multiple of `step`. Default the same;
   * longer makes fewer records of a long capture, while new flows still come in their turn with the names looked up.
   */
  standingStep?: number;
  /** Most flows at a time. */
  maxFlows?: number;
  /** Secret of the flow hash: random on live traffic, fixed where runs shall be repeatable. */
  seed?: number;
  /** Tell flows of who begins very many in sums (crowds.ts), but for the first of each second and those that are answered. */
  crowds?: boolean;
  /** Added to every slot in batches, where the flows of several tables share one stream. */
  firstSlot?: number;
};

/**
 * A scanner makes 3,000 flows a second that live for a minute; more than that is evicted without loss. At 148 bytes
 * each with index and free list the table takes 19 MB.
 */
const MAX_FLOWS = 131_072;
/** An owner alone may hold one in so many of them. */
const SHARE_OF_ONE = 8;
/**
 * From this many flows on, a sender's oldest flow ends with each new one if nobody answered it or it fell silent: who
 * scans or floods is not waited for. Few enough that the records stay near the processor.
 */
const MANY_OF_ONE = 2048;
/** Flows in use that an eviction may pass over before it takes one anyway. */
const MAX_SPARED = 8;
const STEP = 100;
const BATCH_RECORDS = 1024;
/** Changed records that may wait for the end of their step: of new flows, and of those told of before. */
const MAX_DIRTY = 16_384;
/** Packets with which a flow is told of by itself, whoever began it. */
const QUIET_PACKETS = 4;
/** Time that a flow of a crowd is given to be answered before it is summed up, ms. */
const QUIET_TIME = 1000;

/** The whole table is looked through for idle flows once in so many seconds. */
const SWEEP_SECONDS = 60;

const FIN = 1;
const SYN = 2;
const RST = 4;
const ACK = 16;

/**
 * Turns frames into counters: the hot path. Each frame is decoded in place and added to its flow's record; at every
 * step of observed time the records that changed go to `sink` as one or more `flows` observations, whose batch is only
 * valid during the call, and are zeroed.
 */
export class Digest {
  readonly totals: Totals = newTotals();
  readonly #sink: (o: Observation) => void;
  readonly #control: ControlPackets | undefined;
  readonly #count: boolean;
  readonly #firstSlot: number;
  readonly #packet = new Packet();
  readonly #clock: Clock;
  readonly #hash: FlowHash;
  readonly #table: FlowTable;
  readonly #owners: Owners;
  readonly #maxOfOne: number;
  readonly #fragments: Fragments;
  readonly #dirty = new Int32Array(MAX_DIRTY);
  #dirtyCount = 0;
  readonly #standing = new Int32Array(MAX_DIRTY);
  #standingCount = 0;
  /** Flows that are not told of yet, and may never be by themselves. */
  readonly #quiet: Int32Array;
  #quietCount = 0;
  readonly #crowds: Crowds | undefined;
  readonly #standingStep: number;
  #standingEnd = Number.NEGATIVE_INFINITY;
  readonly #batch = FlowBatch.ofCapacity(BATCH_RECORDS);
  readonly #tick = (at: number) => this.#passSecond(at);
  #sweepAt = 0;
  #now = 0;

  constructor(sink: (o: Observation) => void, options: DigestOptions = {}) {
    const { maxFlows = MAX_FLOWS, seed = 0x5b1d_e5e1 } = options;
    this.#sink = sink;
    this.#control = options.control;
    this.#count = options.count ?? true;
    this.#firstSlot = options.firstSlot ?? 0;
    const step = options.step ?? STEP;
    this.#clock = new Clock(step);
    this.#standingStep = options.standingStep ?? step;
    this.#hash = new FlowHash(seed);
    this.#table = new FlowTable(maxFlows);
    this.#owners = new Owners(this.#table.words);
    this.#maxOfOne = Math.max(1, Math.floor(maxFlows / SHARE_OF_ONE));
    this.#fragments = new Fragments(seed);
    this.#quiet = new Int32Array(options.crowds ? MAX_DIRTY : 0);
    this.#crowds = options.crowds ? new Crowds(this.#emitSum) : undefined;
  }

  /**
   * Takes one frame.
   *
   * @param view a view of the whole of `bytes`
   * @param start first byte of the frame in `bytes`; `capturedEnd` one past the last captured one
   * @param wireLength original length, bytes: the one that counts
   * @param at ms since the epoch
   */
  frame(
    bytes: Uint8Array,
    view: DataView,
    start: number,
    capturedEnd: number,
    wireLength: number,
    at: number,
    linkType: number,
  ): void {
    if (!this.#clock.within(at)) at = this.#enterStep(at);
    const { totals } = this;
    totals.packets++;
    totals.bytes += wireLength;
    if (at > totals.last) totals.last = at;
    if (at < totals.first || totals.packets === 1) totals.first = at;

    const p = this.#packet;
    p.bytes = bytes;
    p.view = view;
    p.frameStart = start;
    p.frameEnd = capturedEnd;
    p.wireLength = wireLength;
    p.at = at;
    p.linkType = linkType;
    const kind = decodeFrame(p, linkType);
    if (kind === FRAME.skipped) {
      countSkipped(totals, p.skipReason, wireLength);
      return;
    }
    if (this.#control !== undefined) this.#decodeControl(p, this.#control);
    if (kind === FRAME.flow) this.#countFlow(p);
    else {
      totals.localOnly.packets++;
      totals.localOnly.bytes += wireLength;
    }
  }

  /** Time passes without a packet. */
  advance(at: number): void {
    if (!this.#clock.within(at)) this.#enterStep(at);
  }

  /** Sends what is held; the digest may go on afterwards. */
  finish(): void {
    this.#drain();
    this.#drainStanding();
    this.#sumUp(Number.POSITIVE_INFINITY);
    this.#crowds?.turn();
    this.#send();
  }

  /** Ends the step before `at` and answers the time that is now: an impossible time is taken for the last one. */
  #enterStep(at: number): number {
    if (!isTime(at)) return this.#now;
    if (this.#clock.stepEnd >= 0) this.#now = Math.min(this.#clock.stepEnd, Math.max(at, this.#now));
    this.#drain();
    if (!(at < this.#standingEnd && at >= this.#standingEnd - this.#standingStep)) {
      this.#drainStanding();
      this.#standingEnd = Math.floor(at / this.#standingStep) * this.#standingStep + this.#standingStep;
    }
    this.#send();
    this.#clock.move(at, this.#tick);
    this.#now = at;
    return at;
  }

  #passSecond(at: number): void {
    this.#now = at;
    this.#sweep(at);
    this.#sumUp(at - QUIET_TIME);
    this.#crowds?.turn();
    this.#send();
    this.#sink({ kind: 'tick', at });
  }

  #decodeControl(p: Packet, control: ControlPackets): void {
    try {
      if (control.wants(p)) control.packet(p);
    } catch {
      this.totals.controlFaults++;
    }
  }

  #countFlow(p: Packet): void {
    if (p.fragment === 1) this.#fragments.keep(p);
    else if (p.fragment === 2) this.#fragments.restore(p);
    const isIcmp = p.protocol === PROTOCOL.icmp || p.protocol === PROTOCOL.icmp6;
    const source = isIcmp ? icmpKey(p) : p.sourcePort;
    const destination = isIcmp ? source : p.destinationPort;
    const ports = isIcmp ? source : (source << 16) | destination;
    const reversed = isIcmp ? source : (destination << 16) | source;
    const hash = this.#hash.of(p, source, destination);

    let found = this.#table.find(p, hash, ports, reversed);
    if (found >= 0 && this.#isOver(found >> 1, p)) {
      this.#end(found >> 1);
      found = -1;
    }
    if (found < 0) found = this.#insert(p, hash, ports, reversed, isIcmp);
    let down = found & 1;
    const slot = found >> 1;
    const { words, doubles } = this.#table;
    const base = slot * RECORD_WORDS;
    if (p.protocol === PROTOCOL.tcp) {
      if ((p.tcpFlags & (FIN | SYN | RST)) !== 0) down = this.#tcpControl(p, slot, down);
      words[base + W.protocol]! |= p.tcpFlags << (8 + 8 * down);
    }

    let flags = words[base + W.flags]!;
    if (((flags & STATE.beganDown) !== 0) !== (down === 1)) words[base + W.flags] = flags |= STATE.answered;
    if ((flags & (STATE.dirty | STATE.quiet)) === 0) this.#markDirty(slot, flags);
    else if ((flags & STATE.quiet) !== 0) this.#hush(slot, flags);
    if ((flags & STATE.spoke) === 0 && p.payloadLength > 0) this.#firstData(p, base, down);
    if ((p.destinationMacHigh | p.destinationMacLow) === 0) this.#learnMac(p, base, down);
    const at = p.at;
    const time = slot * RECORD_DOUBLES + D.last;
    if (at > doubles[time]!) doubles[time] = at;
    if (this.#count) {
      words[base + W.packetsUp + down]!++;
      doubles[slot * RECORD_DOUBLES + D.bytesUp + down]! += p.wireLength;
    } else words[base + W.seen]!++;
  }

  /** A new connection on the ports of an old one, or a packet after the longest silence that a flow survives. */
  #isOver(slot: number, p: Packet): boolean {
    const { words, doubles } = this.#table;
    if (p.at - doubles[slot * RECORD_DOUBLES + D.last]! > IDLE.tcp) return true;
    return (p.tcpFlags & (SYN | ACK)) === SYN && isClosed(words[slot * RECORD_WORDS + W.flags]!);
  }

  /** Makes the record of a new flow, with its ends in the order that is more likely client and server. */
  #insert(p: Packet, hash: number, ports: number, reversed: number, isIcmp: boolean): number {
    const table = this.#table;
    const owner = this.#hash.ofSender(p) & (OWNER_SHARES - 1);
    const held = this.#owners.count[owner]!;
    if (held >= this.#maxOfOne) this.#evict(owner);
    else if (table.full) this.#evict(this.#owners.largest());
    else if (held >= MANY_OF_ONE) this.#endUnanswered(owner);
    const slot = table.insert(hash);
    this.#owners.add(slot, owner);
    this.totals.flows++;

    const { words, doubles } = table;
    const base = slot * RECORD_WORDS;
    const isTcp = p.protocol === PROTOCOL.tcp;
    const opening = isTcp ? p.tcpFlags & (SYN | ACK) : 0;
    const known = (opening & SYN) !== 0;
    const down = known ? opening === (SYN | ACK) : isIcmp ? isIcmpAnswer(p) : looksLikeAnswer(p);
    writeEnds(words, base, p, down);
    words[base + W.ports] = down ? reversed : ports;
    words[base + W.protocol] = p.protocol;
    if (down) words[base + W.flags]! |= STATE.beganDown;
    if (p.portless) words[base + W.flags]! |= FLAG.portless;
    const isOneTooMany = held >= MANY_OF_ONE && this.#crowds?.isOneTooMany(owner) === true;
    if (isOneTooMany && hasStation(p) && !(isIcmp && down)) words[base + W.flags]! |= STATE.quiet;
    if (isTcp && !p.portless && (p.tcpFlags & (SYN | RST)) === 0) words[base + W.facts]! |= FACT.stateless;
    doubles[slot * RECORD_DOUBLES + D.first] = p.at;
    doubles[slot * RECORD_DOUBLES + D.last] = p.at;
    return slot * 2 + (down ? 1 : 0);
  }

  /** SYN, FIN and RST say who began and when it is over. Answers the packet's direction, which a late SYN corrects. */
  #tcpControl(p: Packet, slot: number, down: number): number {
    const { words } = this.#table;
    const flagsAt = slot * RECORD_WORDS + W.flags;
    if ((p.tcpFlags & SYN) !== 0) {
      const fromInitiator = (p.tcpFlags & ACK) === 0;
      if ((words[flagsAt]! & FLAG.initiatorKnown) === 0) {
        words[flagsAt]! |= FLAG.initiatorKnown;
        if (fromInitiator === (down === 1)) {
          this.#table.swap(slot);
          down = 1 - down;
        }
      }
      if (fromInitiator && down === 0) {
        words[slot * RECORD_WORDS + W.syns]!++;
        const isMirai = p.family === 4 && p.tcpSequence === p.destination3;
        if (isMirai) words[slot * RECORD_WORDS + W.facts]! |= FACT.sequenceIsDestination;
      }
    }
    if ((p.tcpFlags & RST) !== 0) words[flagsAt]! |= STATE.reset;
    if ((p.tcpFlags & FIN) !== 0) words[flagsAt]! |= down === 1 ? STATE.finDown : STATE.finUp;
    return down;
  }

  /** Who speaks first tells a login from a request, where the connection's begin was seen. */
  #firstData(p: Packet, base: number, down: number): void {
    const { words } = this.#table;
    const flags = words[base + W.flags]!;
    words[base + W.flags] = flags | STATE.spoke;
    const isKnown = p.protocol === PROTOCOL.tcp && (flags & FLAG.initiatorKnown) !== 0;
    if (isKnown && down === 1) words[base + W.facts]! |= FACT.serverFirst;
  }

  /** Where a link shows senders only, the other end's hardware address comes with its first packet. */
  #learnMac(p: Packet, base: number, down: number): void {
    const { words } = this.#table;
    const low = base + (down === 1 ? W.destinationMacLow : W.sourceMacLow);
    const shift = down === 1 ? 0 : 16;
    if (words[low] !== 0 || ((words[base + W.macHigh]! >>> shift) & 0xffff) !== 0) return;
    words[low] = p.sourceMacLow;
    words[base + W.macHigh]! |= p.sourceMacHigh << shift;
  }

  #markDirty(slot: number, flags: number): void {
    if (this.#dirtyCount === MAX_DIRTY || this.#standingCount === MAX_DIRTY) this.#drainEarly();
    this.#table.words[slot * RECORD_WORDS + W.flags]! |= STATE.dirty;
    if ((flags & FLAG.fresh) === 0) this.#standing[this.#standingCount++] = slot;
    else this.#dirty[this.#dirtyCount++] = slot;
  }

  /** A packet of a flow that is not told of yet: has it told if it was answered or goes on. */
  #hush(slot: number, flags: number): void {
    const { words } = this.#table;
    const base = slot * RECORD_WORDS;
    const counted = words[base + W.packetsUp]! + words[base + W.packetsDown]!;
    if ((flags & STATE.answered) !== 0 || counted >= QUIET_PACKETS) {
      words[base + W.flags] = flags & ~STATE.quiet;
      this.#markDirty(slot, flags & ~STATE.quiet);
    } else if (counted === 0) {
      if (this.#quietCount === MAX_DIRTY) this.#sumUp(Number.POSITIVE_INFINITY);
      this.#quiet[this.#quietCount++] = slot;
    }
  }

  /** Adds flows that nobody answered to their sums, those whose last packet came until then. */
  #sumUp(until: number): void {
    const { words, doubles } = this.#table;
    let kept = 0;
    for (let i = 0; i < this.#quietCount; i++) {
      const slot = this.#quiet[i]!;
      if ((words[slot * RECORD_WORDS + W.flags]! & STATE.quiet) === 0) continue;
      if (doubles[slot * RECORD_DOUBLES + D.last]! > until) this.#quiet[kept++] = slot;
      else this.#sumUpFlow(slot);
    }
    this.#quietCount = kept;
  }

  #sumUpFlow(slot: number): void {
    const { words, doubles } = this.#table;
    const base = slot * RECORD_WORDS;
    if (words[base + W.packetsUp]! + words[base + W.packetsDown]! > 0) this.#crowds?.add(words, doubles, slot);
  }

  /** Makes room in the middle of a step, before the flow in hand is noted. */
  #drainEarly(): void {
    this.#now = Math.max(this.#now, this.#packet.at);
    this.#drain();
    this.#drainStanding();
  }

  #drain(): void {
    this.#emitAll(this.#dirty, this.#dirtyCount);
    this.#dirtyCount = 0;
  }

  #drainStanding(): void {
    this.#emitAll(this.#standing, this.#standingCount);
    this.#standingCount = 0;
  }

  #emitAll(slots: Int32Array, count: number): void {
    const { words } = this.#table;
    for (let i = 0; i < count; i++) {
      const slot = slots[i]!;
      if ((words[slot * RECORD_WORDS + W.flags]! & STATE.dirty) !== 0) this.#emit(slot, 0);
    }
  }

  /** Moves what a record has counted into the batch. */
  #emit(slot: number, flags: number): void {
    const batch = this.#batch;
    const { words, doubles } = this.#table;
    moveRecord(words, doubles, slot, batch.words, batch.doubles, batch.count);
    const to = batch.count * RECORD_WORDS;
    batch.words[to + W.slot] = slot + this.#firstSlot;
    batch.words[to + W.flags] = (words[slot * RECORD_WORDS + W.flags]! & 0xffff) | flags;
    words[slot * RECORD_WORDS + W.flags]! &= ~(FLAG.fresh | FLAG.swapped | STATE.dirty);
    if (++batch.count === BATCH_RECORDS) this.#send();
  }

  readonly #emitSum = (words: Int32Array, doubles: Float64Array, place: number): void => {
    const batch = this.#batch;
    moveRecord(words, doubles, place, batch.words, batch.doubles, batch.count);
    const to = batch.count * RECORD_WORDS;
    batch.words[to + W.slot] = 0;
    batch.words[to + W.flags] = words[place * RECORD_WORDS + W.flags]!;
    batch.words[to + W.flows] = words[place * RECORD_WORDS + W.flows]!;
    if (++batch.count === BATCH_RECORDS) this.#send();
  };

  #send(): void {
    const batch = this.#batch;
    if (batch.count === 0) return;
    this.#sink({ kind: 'flows', at: this.#now, flows: batch });
    batch.count = 0;
  }

  /** What ends with nothing new is told no more. */
  #end(slot: number): void {
    const flags = this.#table.words[slot * RECORD_WORDS + W.flags]!;
    if ((flags & STATE.dirty) !== 0) this.#emit(slot, FLAG.ended);
    else if ((flags & STATE.quiet) !== 0) this.#sumUpFlow(slot);
    this.#owners.remove(slot);
    this.#table.remove(slot);
  }

  /** Ends the oldest flow of an owner that is not in use; after a few tries the oldest at all. */
  #evict(owner: number): void {
    const { words, doubles } = this.#table;
    for (let i = 0; i < MAX_SPARED; i++) {
      const slot = this.#owners.oldestOf(owner);
      const flags = words[slot * RECORD_WORDS + W.flags]!;
      const idle = this.#packet.at - doubles[slot * RECORD_DOUBLES + D.last]!;
      if ((flags & STATE.answered) === 0 || isClosed(flags) || idle > IDLE.other) break;
      this.#owners.spare(slot);
    }
    this.totals.evictedFlows++;
    this.#now = Math.max(this.#now, this.#packet.at);
    this.#end(this.#owners.oldestOf(owner));
  }

  /** Ends the oldest flow of an owner if nobody answered it or it fell silent; otherwise the next one's turn comes. */
  #endUnanswered(owner: number): void {
    const slot = this.#owners.oldestOf(owner);
    const flags = this.#table.words[slot * RECORD_WORDS + W.flags]!;
    const idle = this.#packet.at - this.#table.doubles[slot * RECORD_DOUBLES + D.last]!;
    const isTcp = (this.#table.words[slot * RECORD_WORDS + W.protocol]! & 0xff) === PROTOCOL.tcp;
    const isOver = idle > IDLE.closed && (!isTcp || isClosed(flags));
    if ((flags & STATE.answered) !== 0 && !isOver) {
      this.#owners.spare(slot);
      return;
    }
    this.totals.evictedFlows++;
    this.#now = Math.max(this.#now, this.#packet.at);
    this.#end(slot);
  }

  /** Ends idle flows in the next part of the table. */
  #sweep(now: number): void {
    const table = this.#table;
    const { words, doubles } = table;
    if (this.#sweepAt >= table.highWater) this.#sweepAt = 0;
    const until = Math.min(table.highWater, this.#sweepAt + Math.ceil(table.highWater / SWEEP_SECONDS));
    for (let slot = this.#sweepAt; slot < until; slot++) {
      const flags = words[slot * RECORD_WORDS + W.flags]!;
      if ((flags & STATE.live) === 0) continue;
      const idle = now - doubles[slot * RECORD_DOUBLES + D.last]!;
      if (idle > IDLE.closed && idle > maxIdle(flags, words[slot * RECORD_WORDS + W.protocol]! & 0xff)) this.#end(slot);
    }
    this.#sweepAt = until;
  }
}

/** Only with hardware addresses is it known whose doing an answerless flow is when its far end is not told. */
function hasStation(p: Packet): boolean {
  return (p.sourceMacHigh | p.sourceMacLow) !== 0 && (p.destinationMacHigh | p.destinationMacLow) !== 0;
}
