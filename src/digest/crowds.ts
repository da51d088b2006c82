import { D, FACT, FLAG, RECORD_BYTES, RECORD_DOUBLES, RECORD_WORDS, W } from '../model/flow.ts';
import { STATE } from './flow-table.ts';
import { OWNER_SHARES } from './owners.ts';

/** New flows of one sender that are told of one by one in a second: what detection looks at (src/detect/evidence). */
const MAX_TOLD = 256;
/** Sums at a time, direct-mapped: one that needs an older one's place has it told at once. A power of two. */
const SUMS = 256;
/** Counters of flows by far end and by service; two that share a cell by chance only make more sums. A power of two. */
const CELLS = 1024;
/** Flows to one far end or service in two seconds from which on they are summed up by themselves: so many … */
const LEAST_ALIKE = 16;
/** … and one in so many of all. */
const SHARE_ALIKE = 64;

/** Takes a finished sum: the record at `place` of both views. */
export type SumSink = (words: Int32Array, doubles: Float64Array, place: number) => void;

/**
 * Sums of flows that nobody answered, of senders who begin so many that one more says nothing new: who scans or floods.
 * Flows of one sum have the same source, link addresses, protocol and facts. Those that many share keep their far end
 * and their port; for others both are zero. A sum is a record of `FLAG.crowd`, seen from the sender.
 */
export class Crowds {
  readonly #told = new Uint16Array(OWNER_SHARES);
  readonly #words: Int32Array;
  readonly #doubles: Float64Array;
  readonly #sink: SumSink;
  #byFar = new Uint32Array(CELLS);
  #byFarBefore = new Uint32Array(CELLS);
  #byService = new Uint32Array(CELLS);
  #byServiceBefore = new Uint32Array(CELLS);
  #flows = 0;
  #flowsBefore = 0;
  /** The flow in hand: what tells sums apart, in the layout of a record. */
  readonly #key = new Int32Array(RECORD_WORDS);

  constructor(sink: SumSink) {
    const buffer = new ArrayBuffer(SUMS * RECORD_BYTES);
    this.#words = new Int32Array(buffer);
    this.#doubles = new Float64Array(buffer);
    this.#sink = sink;
  }

  /** Whether a new flow of this sender, who has many, is one too many in this second to be told of by itself. */
  isOneTooMany(owner: number): boolean {
    if (this.#told[owner]! >= MAX_TOLD) return true;
    this.#told[owner]!++;
    return false;
  }

  /** Takes what a flow counted; all its packets went one way. */
  add(words: Int32Array, doubles: Float64Array, slot: number): void {
    const base = slot * RECORD_WORDS;
    const half = slot * RECORD_DOUBLES;
    this.#readKey(words, base);
    const place = this.#placeOf();
    const sum = place * RECORD_WORDS;
    const sumHalf = place * RECORD_DOUBLES;
    const into = this.#words;
    if (into[sum + W.flows] === 0) this.#begin(place);
    into[sum + W.flags]! |= words[base + W.flags]! & FLAG.initiatorKnown;
    into[sum + W.flows]!++;
    into[sum + W.packetsUp]! += words[base + W.packetsUp]! + words[base + W.packetsDown]!;
    into[sum + W.syns]! += words[base + W.syns]!;
    this.#doubles[sumHalf + D.bytesUp]! += doubles[half + D.bytesUp]! + doubles[half + D.bytesDown]!;
    this.#doubles[sumHalf + D.first] = Math.min(this.#doubles[sumHalf + D.first]!, doubles[half + D.first]!);
    this.#doubles[sumHalf + D.last] = Math.max(this.#doubles[sumHalf + D.last]!, doubles[half + D.last]!);
    words[base + W.packetsUp] = words[base + W.packetsDown] = words[base + W.syns] = words[base + W.facts] = 0;
    doubles[half + D.bytesUp] = doubles[half + D.bytesDown] = 0;
  }

  /** A second passed: all sums are told, and every sender may begin some flows again. */
  turn(): void {
    this.#told.fill(0);
    if (this.#flows === 0 && this.#flowsBefore === 0) return;
    for (let place = 0; place < SUMS; place++) if (this.#words[place * RECORD_WORDS + W.flows] !== 0) this.#tell(place);
    [this.#byFar, this.#byFarBefore] = [this.#byFarBefore.fill(0), this.#byFar];
    [this.#byService, this.#byServiceBefore] = [this.#byServiceBefore.fill(0), this.#byService];
    this.#flowsBefore = this.#flows;
    this.#flows = 0;
  }

  /** Reads of a flow's record what its sum must share, as its sender sees it. */
  #readKey(words: Int32Array, base: number): void {
    const key = this.#key;
    const reversed = (words[base + W.flags]! & STATE.beganDown) !== 0;
    const source = base + (reversed ? W.destination : W.source);
    const far = base + (reversed ? W.source : W.destination);
    const ports = words[base + W.ports]!;
    const macs = words[base + W.macHigh]!;
    const protocol = words[base + W.protocol]!;
    for (let i = 0; i < 4; i++) key[W.source + i] = words[source + i]!;
    key[W.macHigh] = reversed ? (macs << 16) | (macs >>> 16) : macs;
    key[W.sourceMacLow] = words[base + (reversed ? W.destinationMacLow : W.sourceMacLow)]!;
    key[W.destinationMacLow] = words[base + (reversed ? W.sourceMacLow : W.destinationMacLow)]!;
    const flags = (protocol >>> (reversed ? 16 : 8)) & 0xff;
    key[W.protocol] = (protocol & 0xff) | (flags << 8);
    key[W.facts] = words[base + W.facts]! & (FACT.sequenceIsDestination | FACT.stateless);
    this.#readFar(words, far, reversed ? ports >>> 16 : ports & 0xffff);
  }

  /** The far end and the port, where many flows share them. */
  #readFar(words: Int32Array, far: number, port: number): void {
    const key = this.#key;
    this.#flows++;
    const least = LEAST_ALIKE + (this.#flows + this.#flowsBefore) / SHARE_ALIKE;
    let hash = key[W.sourceMacLow]!;
    for (let i = 0; i < 4; i++) hash = Math.imul(hash ^ words[far + i]!, 0x85ebca6b) ^ (hash >>> 15);
    const isFar = counted(this.#byFar, this.#byFarBefore, hash) >= least;
    const isService = counted(this.#byService, this.#byServiceBefore, hash + Math.imul(port, 0x9e3779b1)) >= least;
    for (let i = 0; i < 4; i++) key[W.destination + i] = isFar ? words[far + i]! : 0;
    key[W.ports] = isFar && isService ? port : 0;
  }

  /** The place of the sum that the key belongs to; a sum of others that lies there is told. */
  #placeOf(): number {
    const key = this.#key;
    let hash = 0;
    for (let i = W.protocol; i <= W.facts; i++) hash = Math.imul(hash ^ key[i]!, 0xc2b2ae35) ^ (hash >>> 15);
    const place = (hash ^ (hash >>> 13)) & (SUMS - 1);
    const base = place * RECORD_WORDS;
    if (this.#words[base + W.flows] !== 0)
      for (let i: number = W.protocol; i <= W.facts; i++)
        if (this.#words[base + i] !== key[i]) {
          this.#tell(place);
          break;
        }
    return place;
  }

  #begin(place: number): void {
    const base = place * RECORD_WORDS;
    for (let i = W.protocol; i <= W.facts; i++) this.#words[base + i] = this.#key[i]!;
    this.#words[base + W.flags] = FLAG.crowd;
    this.#doubles[place * RECORD_DOUBLES + D.first] = Number.POSITIVE_INFINITY;
    this.#doubles[place * RECORD_DOUBLES + D.last] = 0;
  }

  #tell(place: number): void {
    this.#sink(this.#words, this.#doubles, place);
    this.#words.fill(0, place * RECORD_WORDS, (place + 1) * RECORD_WORDS);
  }
}

/** One more in the cell of a hash: how many of this second and the one before it are there. */
function counted(cells: Uint32Array, before: Uint32Array, hash: number): number {
  const cell = (hash ^ (hash >>> 16)) & (CELLS - 1);
  return ++cells[cell]! + before[cell]!;
}
