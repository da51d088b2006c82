import { Clock } from '../../digest/clock.ts';
import { D, FACT, FLAG, FlowBatch, RECORD_DOUBLES, RECORD_WORDS, W } from '../../model/flow.ts';
import type { Observation } from '../../model/observation.ts';
import { PROTOCOL } from '../../model/protocols.ts';
import { TimeHeap } from './heap.ts';
import { Retries } from './retries.ts';
import { type FlowRow, TCP_FLAG } from './row.ts';

/**
 * Flows and messages held at a time, 20 MB: rows are written when a flow ends, so that one that began earlier may come
 * later. What comes later than that is told when it comes.
 */
const MAX_HELD = 65_536;
/** Parts that a flow is told in: one a second for an hour, one each 24 s for a day. */
const MAX_PARTS = 3600;
const SECOND = 1000;
/** Observed time in steps, as the digest of packets has it, ms. */
const STEP = 100;
const BATCH = 1024;
const SHAKEN = TCP_FLAG.syn | TCP_FLAG.ack;

type Sink = (observation: Observation) => void;

/** A flow that has begun or will, with the time of its next part; or a message with its own. */
type Held = { at: number; order: number } & ({ row: FlowRow; slot: number; part: number } | { message: Observation });

/**
 * Tells rows of a flow log as if they happened: in the order of their times, each from its first packet to its last in
 * even parts, so that who sent much for an hour is not seen to flood for a second. Sums stay exact.
 */
export class Timeline {
  /** Rows that came too late to be told at their time. */
  late = 0;
  readonly #sink: Sink;
  readonly #clock = new Clock(STEP);
  readonly #held = new TimeHeap<Held>();
  readonly #retries = new Retries();
  readonly #batch = FlowBatch.ofCapacity(BATCH);
  readonly #free: number[] = [];
  readonly #room: number;
  #slots = 0;
  #order = 0;
  #now = 0;

  /** @param room flows and messages held at a time */
  constructor(sink: Sink, room = MAX_HELD) {
    this.#sink = sink;
    this.#room = room;
  }

  flow(row: FlowRow): void {
    this.#makeRoom();
    if (row.start < this.#now) this.late++;
    // Told later than it was, but no faster.
    const start = Math.max(row.start, this.#now);
    const held = { ...row, start };
    if (this.#retries.join(held)) return;
    const slot = this.#free.pop() ?? this.#slots++;
    this.#held.push({ at: start, order: this.#order++, row: held, slot, part: 0 });
  }

  message(message: Observation): void {
    this.#makeRoom();
    this.#held.push({ at: Math.max(message.at, this.#now), order: this.#order++, message });
  }

  /** Tells all that is left. */
  finish(): void {
    while (this.#held.size > 0) this.#next();
    this.#send();
  }

  #makeRoom(): void {
    while (this.#held.size >= this.#room) this.#next();
  }

  #next(): void {
    const held = this.#held.pop()!;
    this.#moveTo(held.at);
    if ('message' in held) {
      this.#send();
      this.#sink({ ...held.message, at: held.at } as Observation);
      return;
    }
    const { row, slot, part } = held;
    if (part === 0) this.#retries.told(row);
    const parts = partsOf(row);
    this.#tell(row, slot, part, parts);
    if (part === parts) this.#free.push(slot);
    else {
      held.part++;
      held.at = row.start + (row.duration * held.part) / parts;
      this.#held.push(held);
    }
  }

  #moveTo(at: number): void {
    if (!this.#clock.within(at)) {
      this.#send();
      this.#clock.move(at, (second) => {
        this.#now = second;
        this.#sink({ kind: 'tick', at: second });
      });
    }
    this.#now = Math.max(this.#now, at);
  }

  #tell(row: FlowRow, slot: number, part: number, parts: number): void {
    const batch = this.#batch;
    writeRecord(batch, batch.count++, row, slot, part, parts);
    if (batch.count === BATCH) this.#send();
  }

  #send(): void {
    if (this.#batch.count === 0) return;
    this.#sink({ kind: 'flows', at: this.#now, flows: this.#batch });
    this.#batch.count = 0;
  }
}

/** Parts after the one in which it begins. */
function partsOf({ duration, packetsUp, packetsDown }: FlowRow): number {
  return Math.min(MAX_PARTS, Math.ceil(duration / SECOND), Math.max(0, packetsUp + packetsDown - 1));
}

/**
 * The counters hold IP lengths, as the kernel's do; but unlike those a log tells what TCP flags it saw, so that records
 * are marked as of packets, and not `FLAG.ipLengths`, which says that no header was seen.
 */
function writeRecord(batch: FlowBatch, record: number, row: FlowRow, slot: number, part: number, parts: number): void {
  const { words, doubles } = batch;
  const w = record * RECORD_WORDS;
  const d = record * RECORD_DOUBLES;
  words.fill(0, w, w + RECORD_WORDS);
  words[w + W.slot] = slot;
  words[w + W.flags] =
    (part === 0 ? FLAG.fresh : 0) | (part === parts ? FLAG.ended : 0) | (row.initiatorKnown ? FLAG.initiatorKnown : 0);
  words[w + W.protocol] = row.protocol | (flagsAt(row, part, parts) << 8);
  words[w + W.ports] = row.ports;
  for (let i = 0; i < 4; i++) {
    words[w + W.source + i] = row.source[i as 0 | 1 | 2 | 3];
    words[w + W.destination + i] = row.destination[i as 0 | 1 | 2 | 3];
  }
  words[w + W.macHigh] = ((row.sourceMac?.hi ?? 0) << 16) | (row.destinationMac?.hi ?? 0);
  words[w + W.sourceMacLow] = row.sourceMac?.lo ?? 0;
  words[w + W.destinationMacLow] = row.destinationMac?.lo ?? 0;
  if (row.serverFirst && part === Math.min(1, parts)) words[w + W.facts] = FACT.serverFirst;
  const up = packetsBy(row.packetsUp, true, part, parts);
  const upBefore = packetsBy(row.packetsUp, true, part - 1, parts);
  const isAnswered = (row.flagsDown & SHAKEN) === SHAKEN;
  const down = packetsBy(row.packetsDown, isAnswered, part, parts);
  const downBefore = packetsBy(row.packetsDown, isAnswered, part - 1, parts);
  words[w + W.packetsUp] = up - upBefore;
  words[w + W.packetsDown] = down - downBefore;
  words[w + W.syns] = synsOf(row, up - upBefore, part);
  doubles[d + D.first] = row.start;
  doubles[d + D.last] = row.start + (parts === 0 ? row.duration : (row.duration * part) / parts);
  doubles[d + D.bytesUp] = bytesBy(row.bytesUp, row.packetsUp, up) - bytesBy(row.bytesUp, row.packetsUp, upBefore);
  doubles[d + D.bytesDown] =
    bytesBy(row.bytesDown, row.packetsDown, down) - bytesBy(row.bytesDown, row.packetsDown, downBefore);
}

/** TCP flags seen by that part: a connection begins with its handshake and ends with the rest. */
function flagsAt({ flagsUp, flagsDown }: FlowRow, part: number, parts: number): number {
  if (part === parts) return flagsUp | (flagsDown << 8);
  const over = TCP_FLAG.fin | TCP_FLAG.rst;
  if (part > 0) return (flagsUp & ~over) | ((flagsDown & ~over) << 8);
  const isAnswered = (flagsDown & SHAKEN) === SHAKEN;
  return (flagsUp & TCP_FLAG.syn) | (isAnswered ? SHAKEN << 8 : 0);
}

/** Packets up to and with that part. @param begins whether one belongs to the begin */
function packetsBy(packets: number, begins: boolean, part: number, parts: number): number {
  if (part < 0 || packets === 0) return 0;
  if (part >= parts) return packets;
  return begins ? 1 + Math.floor(((packets - 1) * part) / parts) : Math.floor((packets * part) / parts);
}

function bytesBy(bytes: number, packets: number, sent: number): number {
  if (packets === 0) return sent;
  return sent === packets ? bytes : Math.floor((bytes / packets) * sent);
}

function synsOf({ protocol, flagsUp, onlySyns }: FlowRow, packets: number, part: number): number {
  if (protocol !== PROTOCOL.tcp || (flagsUp & TCP_FLAG.syn) === 0) return 0;
  return onlySyns ? packets : part === 0 ? Math.min(1, packets) : 0;
}
