import { D, FACT, FLAG, RECORD_DOUBLES, RECORD_WORDS, W } from '../../model/flow.ts';
import { PROTOCOL } from '../../model/protocols.ts';
import { type FlowWitness, MARK } from '../../track/witness.ts';
import { Deeds } from './deeds.ts';
import { placeOfAll } from './fan-out.ts';
import type { OpenedFlow } from './opened-flow.ts';
import { spread } from './places.ts';

/** Half of the window in which fast things are looked for, and of the slow one, ms. */
export const FAST_HALF = 60_000;
export const SLOW_HALF = 12 * 3_600_000;

/**
 * New flows of one device that detectors are told of one by one: so many at once, for a browser's start, and so many
 * each second. Who opens more is scanning or flooding, and is counted.
 */
const MAX_OPENED = 128;
const OPENED_PER_SECOND = 8;
/** Flows of one device and second whose far ends are told apart; beyond that a scan or flood says nothing new. */
const MAX_EXAMINED = 256;
/** Flow slots whose state is kept, as in `Limits.slots`; a flow beyond them has its attempt counted and no answer. */
const MAX_SLOTS = 1 << 20;
const FIRST_SLOTS = 1024;

/** What is remembered of a flow by its slot. */
const ATTEMPT = 1;
const ANSWERED = 2;
const REFUSED = 4;
const SESSION = 8;
/** The far end is known to answer, and nothing more is awaited of the flow. */
const SETTLED = 32;
/** Of these only ATTEMPT is set: what became of it is not known yet. */
const WAITING = ATTEMPT | ANSWERED | REFUSED;
/** One packet came back, where flags are not seen: a refusal, or the begin of an answer. */
const ONE_BACK = 16;

const SYN = 2;
const RST = 4;
const ECHO = 8 << 8;
const TIMESTAMP = 13 << 8;
const MASK = 17 << 8;
const ECHO6 = 128 << 8;

/** Key of a service in `FanOut`: protocol, port and whether the far end is inside the home. */
export function serviceKey(protocol: number, port: number, inside: boolean): number {
  return ((inside ? 1 : 0) << 24) | (protocol << 16) | port;
}
export function serviceOf(key: number): { protocol: number; port: number; inside: boolean } {
  return { protocol: (key >>> 16) & 0xff, port: key & 0xffff, inside: key >>> 24 !== 0 };
}

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
  marks = 0;
  readonly far: [number, number, number, number] = [0, 0, 0, 0];
}

/**
 * What every device did lately, counted once for all detectors: the hot path of detection. A record costs a few
 * additions, a new flow some dozens; nothing grows with what a device does.
 */
export class Evidence implements FlowWitness {
  /** Devices that did something since the last second. */
  readonly active: number[] = [];
  readonly #deeds: (Deeds | undefined)[] = [];
  readonly #opened: ((flow: OpenedFlow) => void) | undefined;
  readonly #flow = new Opened();
  readonly #seed: number;
  #slots = new Uint8Array(FIRST_SLOTS);
  /** Sources whose records carry headers of SYNs tell of attempts sooner than the kernel's counters. */
  #synsSeen = false;
  /** The last whole second. */
  #at = 0;
  #fastTurn = Number.NEGATIVE_INFINITY;
  #slowTurn = Number.NEGATIVE_INFINITY;

  /** @param opened takes the first new flows of each device and second */
  constructor(seed: number, opened?: (flow: OpenedFlow) => void) {
    this.#seed = seed;
    this.#opened = opened;
  }

  /** Hash of a far end's address, as the tables know it. */
  readonly hashOf = (words: ArrayLike<number>): number =>
    spread(this.#seed, words[0]!, words[1]!, words[2]!, words[3]!, 0);

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
    const w = record * RECORD_WORDS;
    const d = record * RECORD_DOUBLES;
    const flags = words[w + W.flags]!;
    const slot = words[w + W.slot]!;
    if (slot >= this.#slots.length && slot < MAX_SLOTS) this.#grow(slot);
    const isNew = (flags & FLAG.fresh) !== 0;
    if (isNew) this.#slots[slot] = 0;
    if ((marks & (MARK.theirsSpecial | MARK.oursSpecial)) !== 0) return;

    const up = words[w + W.packetsUp + turned]!;
    const down = words[w + W.packetsUp + 1 - turned]!;
    const state = slot < this.#slots.length ? this.#slots[slot]! : 0;
    // Most records by far: of a flow that is served.
    if ((state & SETTLED) !== 0 && down >= up) return;
    const far = w + (turned === 0 ? W.destination : W.source);
    const hash = spread(this.#seed, words[far]!, words[far + 1]!, words[far + 2]!, words[far + 3]!, 0);
    let began = 0;
    if (isNew) began = this.#open(deeds, words, doubles, record, device, turned, marks, entry, up, hash);
    if ((words[w + W.facts]! & FACT.sequenceIsDestination) !== 0 && turned === 0) marked(deeds, words, doubles, w, d);
    if (entry < 0) return;

    const bytesUp = doubles[d + D.bytesUp + turned]!;
    if (turned === 0) {
      if ((this.#slots[slot]! & WAITING) === ATTEMPT)
        this.#follow(deeds, words, w, slot, marks, down, doubles[d + D.last]!, hash);
      if ((this.#slots[slot]! & SESSION) !== 0) {
        const serverFirst = (words[w + W.facts]! & FACT.serverFirst) !== 0 ? 1 : 0;
        const port = words[w + W.ports]! & 0xffff;
        deeds.sessions.said(words, far, hash, port, bytesUp, doubles[d + D.bytesDown]!, serverFirst);
      } else if ((this.#slots[slot]! & ANSWERED) !== 0) this.#remember(slot, SETTLED);
    } else if (down > 0) this.#remember(slot, SETTLED);
    this.#press(deeds, words, w, far, hash, turned, up, down, bytesUp, began);
  }

  /** What only answers a far end that began is the far end's doing, and shows that it is one that answers. */
  #press(
    deeds: Deeds,
    words: Uint32Array,
    w: number,
    far: number,
    hash: number,
    turned: number,
    up: number,
    down: number,
    bytesUp: number,
    began: number,
  ): void {
    const protocol = words[w + W.protocol]! & 255;
    const port = words[w + W.ports]! & 0xffff;
    const isIcmp = protocol === PROTOCOL.icmp || protocol === PROTOCOL.icmpv6;
    const answers = isIcmp && !isEcho(protocol, port) ? 0 : down;
    if (up > 0 && (turned === 0 || (words[w + W.flags]! & FLAG.initiatorKnown) === 0))
      deeds.pressure.add(words, far, hash, up, answers, bytesUp, began, protocol, port);
    else if (answers > 0) deeds.pressure.answered(hash);
  }

  /** A second of observed time ended: `active` and what they did in it may be looked at until `clear`. */
  second(at: number): void {
    this.#at = at;
    for (const device of this.active) this.#deeds[device]?.pressure.second(at);
    if (at - this.#fastTurn >= FAST_HALF) {
      this.#fastTurn = at;
      for (const deeds of this.#deeds) deeds?.turn(this.hashOf);
    }
    if (at - this.#slowTurn >= SLOW_HALF) {
      this.#slowTurn = at;
      for (const deeds of this.#deeds) deeds?.turnSlow();
    }
  }

  clear(): void {
    for (const device of this.active) this.#deeds[device]?.endSecond();
    this.active.length = 0;
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
  #open(
    deeds: Deeds,
    words: Uint32Array,
    doubles: Float64Array,
    record: number,
    device: number,
    turned: number,
    marks: number,
    entry: number,
    up: number,
    hash: number,
  ): number {
    const w = record * RECORD_WORDS;
    const flags = words[w + W.flags]!;
    const protocol = words[w + W.protocol]! & 255;
    const port = words[w + W.ports]! & 0xffff;
    const at = doubles[record * RECORD_DOUBLES + D.first]!;
    const far = w + (turned === 0 ? W.destination : W.source);
    if (deeds.untold > 0 && this.#opened) this.#tell(words, w, far, at, device, turned, marks, entry, deeds);
    if (turned !== 0) return 0;
    const headersOnly = entry < 0;
    if ((marks & (MARK.oursHome | MARK.onLink)) === MARK.onLink && (up > 0 || headersOnly))
      this.#foreign(deeds, words, w, at);
    if (protocol === PROTOCOL.tcp) {
      if (headersOnly && words[w + W.syns]! > 0) this.#synsSeen = true;
      const known = (flags & FLAG.ipLengths) !== 0 ? (flags & FLAG.initiatorKnown) !== 0 : words[w + W.syns]! > 0;
      if (!known) return 0;
    } else if (protocol === PROTOCOL.udp) {
      if (up === 0 && (flags & FLAG.ipLengths) === 0) return 0;
    } else if (!isEcho(protocol, port) || (up === 0 && (flags & FLAG.ipLengths) === 0)) return 0;
    const isTold = protocol === PROTOCOL.tcp && (flags & FLAG.ipLengths) !== 0 && this.#synsSeen;
    if (!isTold && ++deeds.attempts > MAX_EXAMINED) return 1;
    if (!headersOnly || (flags & FLAG.ipLengths) !== 0) this.#remember(words[w + W.slot]!, ATTEMPT);
    if (isTold) return 0;
    if ((marks & MARK.named) !== 0) return 1;
    const inside = (marks & (MARK.theirsHome | MARK.peer)) !== 0;
    deeds.fanOut.attempt(serviceKey(protocol, port, inside), placeOfAll(protocol, inside), hash, at);
    if (protocol === PROTOCOL.tcp || protocol === PROTOCOL.udp)
      deeds.probed.attempt(words, far, hash, protocol, port, at);
    return 1;
  }

  /** Whether an attempt came to something. */
  #follow(
    deeds: Deeds,
    words: Uint32Array,
    w: number,
    slot: number,
    marks: number,
    down: number,
    at: number,
    hash: number,
  ): void {
    const flags = words[w + W.flags]!;
    const protocol = words[w + W.protocol]! & 255;
    let outcome = 0;
    if (protocol !== PROTOCOL.tcp) outcome = down > 0 ? ANSWERED : 0;
    else if ((flags & FLAG.ipLengths) !== 0) {
      if (down + ((this.#slots[slot]! & ONE_BACK) !== 0 ? 1 : 0) >= 2) outcome = ANSWERED;
      else if (down === 1) this.#remember(slot, ONE_BACK);
      if (outcome === 0 && (flags & FLAG.ended) !== 0 && (this.#slots[slot]! & ONE_BACK) !== 0) outcome = REFUSED;
    } else {
      const back = (words[w + W.protocol]! >>> 16) & 255;
      if ((back & SYN) !== 0) outcome = ANSWERED;
      else if ((back & RST) !== 0) outcome = REFUSED;
    }
    if (outcome === 0) return;
    this.#remember(slot, outcome);
    if ((marks & MARK.named) !== 0) return;
    const port = words[w + W.ports]! & 0xffff;
    const inside = (marks & (MARK.theirsHome | MARK.peer)) !== 0;
    const far = w + W.destination;
    const key = serviceKey(protocol, port, inside);
    const all = placeOfAll(protocol, inside);
    if (outcome === REFUSED) {
      deeds.fanOut.refused(key, all);
      deeds.probed.refused(words, far, hash, protocol);
      return;
    }
    deeds.fanOut.answered(key, all);
    deeds.probed.answered(words, far, hash, protocol);
    if (protocol !== PROTOCOL.tcp) return;
    this.#remember(slot, SESSION);
    deeds.sessions.began(words, far, hash, port, at);
  }

  #foreign(deeds: Deeds, words: Uint32Array, w: number, at: number): void {
    const isV4 = words[w + W.source]! === 0 && words[w + W.source + 1]! === 0;
    for (let i = 0; i < 4; i++) deeds.foreignSource[i] = words[w + W.source + i]!;
    const [a, b, c, d] = deeds.foreignSource as unknown as [number, number, number, number];
    deeds.sentFromForeign(isV4 ? spread(this.#seed, 0, 0, c, d, 0) : spread(this.#seed, a, b, 0, 0, 0), at);
  }

  #tell(
    words: Uint32Array,
    w: number,
    far: number,
    at: number,
    device: number,
    turned: number,
    marks: number,
    entry: number,
    deeds: Deeds,
  ): void {
    deeds.untold--;
    const flow = this.#flow;
    flow.at = at;
    flow.device = device;
    flow.conversation = entry;
    flow.protocol = words[w + W.protocol]! & 255;
    flow.port = words[w + W.ports]! & 0xffff;
    flow.clientPort = words[w + W.ports]! >>> 16;
    flow.byDevice = turned === 0;
    flow.begun = (words[w + W.flags]! & FLAG.initiatorKnown) !== 0;
    flow.marks = marks;
    for (let i = 0; i < 4; i++) flow.far[i as 0 | 1 | 2 | 3] = words[far + i]!;
    this.#opened?.(flow);
  }

  #remember(slot: number, bit: number): void {
    if (slot < this.#slots.length) this.#slots[slot]! |= bit;
  }

  #grow(slot: number): void {
    let length = this.#slots.length;
    while (length <= slot) length *= 2;
    const slots = new Uint8Array(length);
    slots.set(this.#slots);
    this.#slots = slots;
  }
}

function isEcho(protocol: number, port: number): boolean {
  if (protocol === PROTOCOL.icmp) return port === ECHO || port === TIMESTAMP || port === MASK;
  return protocol === PROTOCOL.icmpv6 && port === ECHO6;
}

function marked(deeds: Deeds, words: Uint32Array, doubles: Float64Array, w: number, d: number): void {
  deeds.marked += Math.max(1, words[w + W.syns]!);
  deeds.markedAt = doubles[d + D.last]!;
  deeds.markedPort = words[w + W.ports]! & 0xffff;
}
