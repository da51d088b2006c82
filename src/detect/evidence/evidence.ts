import { FACT, W } from '../../model/flow.ts';
import { PROTOCOL } from '../../model/protocols.ts';
import type { FlowWitness } from '../../track/witness.ts';
import { isLogin } from '../scan/ports.ts';
import { Deeds } from './deeds.ts';
import { InHand } from './in-hand.ts';
import type { OpenedFlow } from './opened-flow.ts';
import { spread } from './places.ts';
import { SLOT, SlotStates } from './slots.ts';

/** Half of the window in which fast things are looked for, and of the slow one, ms. */
const FAST_HALF = 60_000;
const SLOW_HALF = 12 * 3_600_000;

/**
 * New flows of one device that detectors are told of one by one: so many at once, for a browser's start, and so many
 * each second. Who opens more is scanning or flooding, and is counted.
 */
const MAX_OPENED = 128;
const OPENED_PER_SECOND = 8;
/** Flows of one device and second whose far ends are told apart; beyond that a scan or flood says nothing new. */
const MAX_EXAMINED = 256;

/** Of a connection that is served, what is looked at further: so many packets in a record, and so few bytes in each answer. */
const TALK_PACKETS = 4;
const TALK_BYTES = 700;

/** After so long without a SYN's header the kernel's counters are all there is, ms. */
const SYNS_TELL = 60_000;

/** Bytes of the shortest packet that grants an association of SCTP: its cookie alone has some hundred (RFC 9260 §3.3.3). */
const SCTP_GRANT = 100;

const DNS = 53;
const SYN = 2;
const ACK = 16;

/** One object for all flows that are told of. */
class Opened implements OpenedFlow {
  at = 0.5;
  device = 0;
  conversation = 0;
  protocol = 0;
  port = 0;
  clientPort = 0;
  byDevice = false;
  begun = false;
  counted = false;
  marks = 0;
  readonly far: [number, number, number, number] = [0, 0, 0, 0];
}

/**
 * What every device did lately, counted once for all detectors: the hot path of detection. A record costs a few
 * comparisons, a new flow some dozens; nothing grows with what a device does.
 */
export class Evidence implements FlowWitness {
  /** Devices that did something since the last second. */
  readonly active: number[] = [];
  /** Devices whose slow windows may tell something new in this second; empty in most. */
  readonly gathered: number[] = [];
  readonly #deeds: (Deeds | undefined)[] = [];
  readonly #opened: ((flow: OpenedFlow) => void) | undefined;
  readonly #flow = new Opened();
  readonly #inHand = new InHand();
  readonly #slots = new SlotStates();
  readonly #seed: number;
  /** When a record with the header of a SYN came last: these tell of attempts sooner than the kernel's counters. */
  #synsAt = Number.NEGATIVE_INFINITY;
  /** Anything ever came back to anybody; and how many connections must have been granted out of sight. */
  #isHeard = false;
  #unheard = 0;
  #fastTurn = Number.NEGATIVE_INFINITY;
  #slowTurn = Number.NEGATIVE_INFINITY;
  /** The last whole second. */
  #at = 0;

  /** @param opened takes new flows, up to a rate for each device */
  constructor(seed: number, opened?: (flow: OpenedFlow) => void) {
    this.#seed = seed;
    this.#opened = opened;
  }

  /** Hash of a far end's address, as the tables know it. */
  readonly hashOf = (words: ArrayLike<number>): number =>
    spread(this.#seed, words[0]!, words[1]!, words[2]!, words[3]!, 0);

  /** Only what the home sends is seen (a tap on one line): that nothing comes back says nothing. */
  get isOneWay(): boolean {
    return !this.#isHeard && this.#unheard > 0;
  }

  /** What a device did; made now if nothing was known. */
  of(device: number): Deeds {
    return this.#deeds[device] ?? this.#begin(device);
  }

  forget(device: number): void {
    this.#deeds[device] = undefined;
  }

  flow(
    words: Uint32Array,
    doubles: Float64Array,
    record: number,
    device: number,
    turned: number,
    marks: number,
    entry: number,
  ): void {
    const deeds = this.#deeds[device] ?? this.#begin(device);
    if (!deeds.isActive) this.#activate(device, deeds);
    const it = this.#inHand;
    it.take(words, doubles, record, device, turned, marks, entry);
    if (it.isNew) this.#slots.begin(it.slot);
    if (it.down > 0) this.#isHeard = true;
    if (it.isToNobody) return;
    // Most records by far are of flows that are served. Questions of a flood may have as many answers, some of them late.
    const isServed = it.protocol === PROTOCOL.tcp ? it.down >= it.up : it.down > it.up + (it.up >> 4);
    if (isServed && (this.#slots.get(it.slot) & SLOT.settled) !== 0 && !isTalk(it)) return;
    it.meet(this.#seed);
    const began = it.isNew ? this.#open(deeds, it) : 0;
    if (turned === 0 && (it.facts & FACT.sequenceIsDestination) !== 0) deeds.mark(it.syns, it.port, it.last);
    if (entry < 0) return;
    this.#follow(deeds, it);
    this.#press(deeds, it, began);
  }

  /** Of a crowd nothing is new but how many, and how hard they press on a far end that they share. */
  crowd(words: Uint32Array, doubles: Float64Array, record: number, device: number, marks: number): void {
    const deeds = this.#deeds[device] ?? this.#begin(device);
    if (!deeds.isActive) this.#activate(device, deeds);
    const it = this.#inHand;
    it.take(words, doubles, record, device, 0, marks, 0);
    if ((it.facts & FACT.sequenceIsDestination) !== 0) deeds.mark(it.syns, it.port, it.last);
    if (it.isToNobody) return;
    it.meet(this.#seed);
    const flows = words[it.w + W.flows]!;
    deeds.pressure.add(it, it.port, 0, flows, it.protocol === PROTOCOL.tcp && it.isBaseless ? flows : 0);
  }

  /** A second of observed time ended: `active` and what they did in it may be looked at until `clear`. */
  second(at: number): void {
    this.#at = at;
    for (const device of this.active) this.#deeds[device]?.pressure.second(at);
    if (at - this.#fastTurn >= FAST_HALF) {
      this.#fastTurn = at;
      this.#deeds.forEach((deeds, device) => {
        if (deeds?.turn(this.hashOf)) this.gathered.push(device);
      });
    }
    if (at - this.#slowTurn >= SLOW_HALF) {
      this.#slowTurn = at;
      for (const deeds of this.#deeds) deeds?.turnSlow();
    }
  }

  clear(): void {
    for (const device of this.active) this.#deeds[device]?.endSecond();
    this.active.length = 0;
    this.gathered.length = 0;
  }

  #begin(device: number): Deeds {
    const deeds = new Deeds();
    deeds.untold = MAX_OPENED;
    deeds.activeAt = this.#at;
    this.#deeds[device] = deeds;
    return deeds;
  }

  #activate(device: number, deeds: Deeds): void {
    deeds.isActive = true;
    const seconds = (this.#at - deeds.activeAt) / 1000;
    deeds.untold = Math.min(MAX_OPENED, deeds.untold + Math.round(seconds * OPENED_PER_SECOND));
    deeds.activeAt = this.#at;
    this.active.push(device);
  }

  /** A flow began. @returns 1 where the device began it */
  #open(deeds: Deeds, it: InHand): number {
    if (it.isForeign && (it.up > 0 || it.entry < 0)) this.#foreign(deeds, it);
    // Half of an ordinary home's flows; what is asked is told by the messages themselves.
    if (it.protocol === PROTOCOL.udp && it.port === DNS && it.isInside) return it.turned === 0 && it.up > 0 ? 1 : 0;
    const byDevice = this.#beganIt(it);
    if (deeds.untold > 0 && this.#opened) this.#tell(deeds, it);
    if (!byDevice) return 0;
    const isTold = it.isCounted && it.protocol === PROTOCOL.tcp && it.first - this.#synsAt < SYNS_TELL;
    if (!isTold && ++deeds.attempts > MAX_EXAMINED) return 1;
    if (it.entry >= 0 || it.isCounted) this.#slots.add(it.slot, SLOT.attempt);
    if (isTold) return 1;
    if (it.isNamed) return 1;
    const { protocol, isInside } = it;
    const port = this.#portOf(it);
    deeds.fanOut.attempt(protocol, port, isInside, it.hash, it.first);
    if (!it.isIcmp) deeds.probed.attempt(it.words, it.far, it.hash, protocol, port, it.first);
    return 1;
  }

  /** Whether the device tries to reach the far end: it sent first, and something that opens a conversation. */
  #beganIt(it: InHand): boolean {
    const sent = it.up > 0 || (it.isCounted && it.isInitiatorKnown);
    if (it.protocol === PROTOCOL.tcp) {
      if (it.entry >= 0 && it.isBaseless) {
        this.#slots.add(it.slot, SLOT.baseless | (it.turned === 0 ? 0 : SLOT.reversed));
        return true;
      }
      if (it.turned !== 0) return false;
      if (it.entry < 0 && it.syns > 0) this.#synsAt = it.last;
      return it.isCounted ? it.isInitiatorKnown : it.syns > 0;
    }
    if (it.protocol !== PROTOCOL.udp) return it.turned === 0 && sent && it.isAsking;
    if (it.turned === 0) return sent;
    // From a port of its own that looks like a service's, to nobody who asked.
    const isReversed = it.up > 0 && it.down === 0 && !it.isInitiatorKnown && !it.isInside;
    if (isReversed) this.#slots.add(it.slot, SLOT.reversed);
    return isReversed;
  }

  #portOf(it: InHand): number {
    return (this.#slots.get(it.slot) & SLOT.reversed) !== 0 ? it.clientPort : it.port;
  }

  /** Whether an attempt came to something, and what is said in it. */
  #follow(deeds: Deeds, it: InHand): void {
    const state = this.#slots.get(it.slot);
    if ((state & SLOT.attempt) === 0) {
      if (it.down > 0) this.#slots.add(it.slot, SLOT.settled);
      return;
    }
    if ((state & (SLOT.answered | SLOT.refused)) === 0) this.#resolve(deeds, it, state);
    const now = this.#slots.get(it.slot);
    if ((now & SLOT.session) !== 0) {
      const serverFirst = (it.facts & FACT.serverFirst) !== 0 ? 1 : 0;
      const { words, far, hash, port, isNamed, up, down, bytesUp, bytesDown } = it;
      deeds.sessions.said(words, far, hash, port, isNamed, up, down, bytesUp, bytesDown, serverFirst);
    } else if ((now & SLOT.answered) !== 0) this.#slots.add(it.slot, SLOT.settled);
  }

  #resolve(deeds: Deeds, it: InHand, state: number): void {
    const outcome = this.#outcomeOf(it, state);
    if (outcome === 0) return;
    this.#slots.add(it.slot, outcome);
    const { protocol, isInside, isNamed, words, far, hash } = it;
    const port = this.#portOf(it);
    if (outcome === SLOT.refused) {
      if (isNamed) return;
      deeds.fanOut.refused(protocol, port, isInside);
      deeds.probed.refused(words, far, hash, protocol);
      return;
    }
    if (!isNamed) {
      deeds.fanOut.answered(protocol, port, isInside);
      deeds.probed.answered(words, far, hash, protocol);
    }
    if (protocol !== PROTOCOL.tcp || (state & SLOT.baseless) !== 0 || (isNamed && !isLogin(port))) return;
    this.#slots.add(it.slot, SLOT.session);
    deeds.sessions.began(words, far, hash, port, isNamed, it.last);
  }

  /** `SLOT.answered`, `SLOT.refused`, or 0 while nothing is known. */
  #outcomeOf(it: InHand, state: number): number {
    if (it.protocol !== PROTOCOL.tcp) {
      if (it.down === 0) return 0;
      const isAbort = it.protocol === PROTOCOL.sctp && it.bytesDown < it.down * SCTP_GRANT;
      return isAbort ? SLOT.refused : SLOT.answered;
    }
    if (!it.isCounted) {
      if (it.isBrokenOff) return SLOT.refused;
      const granted = (state & SLOT.baseless) === 0 ? SYN : ACK;
      if ((state & SLOT.baseless) !== 0 && it.isReset) return SLOT.refused;
      if ((it.flagsGot & granted) !== 0) return SLOT.answered;
      if (it.isReset) return SLOT.refused;
      if (this.#isHeard || !it.isGoingOn) return 0;
      this.#unheard++;
      return SLOT.answered;
    }
    const back = it.down + ((state & SLOT.oneBack) !== 0 ? 1 : 0);
    if (back >= 2) return SLOT.answered;
    if (back === 1 && it.isOver) return SLOT.refused;
    if (back === 1) this.#slots.add(it.slot, SLOT.oneBack);
    return 0;
  }

  /** What only answers a far end that began is the far end's doing, and shows that it is one that answers. */
  #press(deeds: Deeds, it: InHand, began: number): void {
    const isReset = it.isReset && (this.#slots.get(it.slot) & (SLOT.baseless | SLOT.answered)) === SLOT.baseless;
    const isUnheard = !this.#isHeard && it.isGoingOn;
    const answers = isUnheard ? it.up : isReset || (it.isIcmp && !it.isAsking) ? 0 : it.down;
    const isPressing = it.up > 0 && (it.turned === 0 || (!it.isInitiatorKnown && it.down === 0));
    // The kernel tells of a connection before it tells what was sent.
    if (began > 0 && it.isCounted && it.up === 0) deeds.pressure.add(it, this.#portOf(it), 0, began, 0);
    else if (isPressing) {
      const barren = isReset ? it.up : it.protocol === PROTOCOL.tcp && (it.isBrokenOff || it.isBaseless) ? 1 : 0;
      deeds.pressure.add(it, this.#portOf(it), answers, began, barren);
    } else if (answers > 0) deeds.pressure.answered(it.hash);
  }

  #foreign(deeds: Deeds, it: InHand): void {
    for (let i = 0; i < 4; i++) deeds.foreignSource[i] = it.words[it.w + W.source + i]!;
    const [a, b, c, d] = deeds.foreignSource as unknown as [number, number, number, number];
    const isV4 = a === 0 && b === 0;
    deeds.sentFromForeign(isV4 ? spread(this.#seed, 0, 0, c, d, 0) : spread(this.#seed, a, b, 0, 0, 0), it.first);
  }

  #tell(deeds: Deeds, it: InHand): void {
    deeds.untold--;
    const flow = this.#flow;
    flow.at = it.first;
    flow.device = it.device;
    flow.conversation = it.entry;
    flow.protocol = it.protocol;
    flow.port = it.port;
    flow.clientPort = it.clientPort;
    flow.byDevice = it.turned === 0;
    flow.begun = it.isInitiatorKnown;
    flow.counted = it.isCounted;
    flow.marks = it.marks;
    for (let i = 0; i < 4; i++) flow.far[i as 0 | 1 | 2 | 3] = it.words[it.far + i]!;
    this.#opened?.(flow);
  }
}

/** Short requests and short answers, many of them: neither a download nor an upload. */
function isTalk(it: InHand): boolean {
  return it.protocol === PROTOCOL.tcp && it.up >= TALK_PACKETS && it.bytesDown < it.down * TALK_BYTES;
}
