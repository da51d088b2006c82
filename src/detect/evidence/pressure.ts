import type { InHand } from './in-hand.ts';
import { Places } from './places.ts';

/** Far ends told apart for one device: those that it sends most to. */
const TARGETS = 32;
const COLUMNS = 17;

/** Of this second. */
const UP = 0;
const DOWN = 1;
const BYTES_UP = 2;
const OPENED = 3;
const BYTES_DOWN = 4;
const BARREN = 5;
/** Of the run of seconds in which the device sent without pause: what the columns above sum up to, in their order. */
const RUN_UP = 6;
const RUN_DOWN = 7;
const RUN_BYTES_UP = 8;
const RUN_OPENED = 9;
const RUN_BYTES_DOWN = 10;
const RUN_BARREN = 11;
const RUN_SECONDS = 12;
const RUN_SINCE = 13;
/** Something came back from there before. */
const ANSWERS = 14;
/** What it sent last. */
const PROTOCOL = 15;
const PORT = 16;

/** Fewer packets in a second to one far end are no pressure, and end a run. */
const LEAST_PER_SECOND = 10;
/** Far ends share a cell by chance: then one is looked at too early, and nothing else. */
const CELLS = 256;
const CELL_BITS = 8;
/** One bit for each far end that answered, forgotten in two steps. */
const ANSWER_BITS = 4096;

/** How hard a device presses on single far ends, second by second and since it last paused. */
export class Pressure {
  readonly places = new Places(TARGETS);
  readonly #columns = new Float64Array(TARGETS * COLUMNS);
  /** Packets of this second by hash of the far end. */
  readonly #cells = new Uint32Array(CELLS);
  readonly #answered = new Uint32Array(ANSWER_BITS / 32);
  readonly #answeredBefore = new Uint32Array(ANSWER_BITS / 32);
  #runs = 0;
  #isCounting = false;

  /**
   * @param answers packets that came back and count as an answer
   * @param opened the record began a flow
   * @param barren packets of flows that were never meant to be connections, or connections broken off at once
   */
  add(it: InHand, port: number, answers: number, opened: number, barren: number): void {
    const { words, far, hash, up } = it;
    if (answers > 0) this.answered(hash);
    const cell = hash >>> (32 - CELL_BITS);
    this.#isCounting = true;
    const weight = Math.max(up, opened);
    this.#cells[cell]! += weight;
    if (this.#cells[cell]! < LEAST_PER_SECOND) return;
    const place = this.places.take(hash, words[far]!, words[far + 1]!, words[far + 2]!, words[far + 3]!, 0, weight);
    if (place < 0) return;
    const at = place * COLUMNS;
    const columns = this.#columns;
    if (this.places.isNew) this.#begin(at, hash);
    columns[at + UP]! += up;
    columns[at + DOWN]! += answers;
    columns[at + BYTES_UP]! += it.bytesUp;
    columns[at + BYTES_DOWN]! += it.bytesDown;
    columns[at + OPENED]! += opened;
    columns[at + BARREN]! += barren;
    if (answers > 0) columns[at + ANSWERS] = 1;
    columns[at + PROTOCOL] = it.protocol;
    columns[at + PORT] = port;
  }

  /** The far end is one that answers, whatever began it. */
  answered(hash: number): void {
    this.#answered[(hash >>> 5) & (ANSWER_BITS / 32 - 1)]! |= 1 << (hash & 31);
  }

  /** A second ended: runs go on or are over. */
  second(at: number): void {
    if (!this.#isCounting && this.#runs === 0) return;
    this.#isCounting = false;
    this.#cells.fill(0);
    this.#runs = 0;
    const columns = this.#columns;
    for (let place = 0; place < TARGETS; place++) {
      const c = place * COLUMNS;
      const most = Math.max(columns[c + UP]!, columns[c + OPENED]!);
      if (most === 0 && columns[c + RUN_SECONDS] === 0) continue;
      if (most < LEAST_PER_SECOND) columns.fill(0, c + RUN_UP, c + ANSWERS);
      else {
        this.#runs++;
        if (columns[c + RUN_SECONDS]!++ === 0) columns[c + RUN_SINCE] = at - 1000;
        for (let i = UP; i < RUN_UP; i++) columns[c + RUN_UP + i]! += columns[c + i]!;
      }
      columns.fill(0, c, c + RUN_UP);
    }
  }

  /** A long while passed: who answered before the one before is forgotten. */
  turnSlow(): void {
    this.#answeredBefore.set(this.#answered);
    this.#answered.fill(0);
  }

  /** Far ends under pressure now. */
  get runs(): number {
    return this.#runs;
  }

  /** The place of a far end, or -1. */
  find(words: ArrayLike<number>, hash: number): number {
    return this.places.find(hash, words[0]!, words[1]!, words[2]!, words[3]!, 0);
  }

  /** Whole seconds of the run; 0: none. */
  seconds(place: number): number {
    return this.#columns[place * COLUMNS + RUN_SECONDS]!;
  }
  packetsUp(place: number): number {
    return this.#columns[place * COLUMNS + RUN_UP]!;
  }
  packetsDown(place: number): number {
    return this.#columns[place * COLUMNS + RUN_DOWN]!;
  }
  bytesUp(place: number): number {
    return this.#columns[place * COLUMNS + RUN_BYTES_UP]!;
  }
  bytesDown(place: number): number {
    return this.#columns[place * COLUMNS + RUN_BYTES_DOWN]!;
  }
  /** Packets that could not come to anything, as in `add`. */
  barren(place: number): number {
    return this.#columns[place * COLUMNS + RUN_BARREN]!;
  }
  /** Flows that began. */
  opened(place: number): number {
    return this.#columns[place * COLUMNS + RUN_OPENED]!;
  }
  since(place: number): number {
    return this.#columns[place * COLUMNS + RUN_SINCE]!;
  }
  /** Anything ever came back from there. */
  answers(place: number): boolean {
    return this.#columns[place * COLUMNS + ANSWERS] !== 0;
  }
  protocol(place: number): number {
    return this.#columns[place * COLUMNS + PROTOCOL]!;
  }
  port(place: number): number {
    return this.#columns[place * COLUMNS + PORT]!;
  }

  #begin(at: number, hash: number): void {
    for (let i = 0; i < COLUMNS; i++) this.#columns[at + i] = 0;
    const word = (hash >>> 5) & (ANSWER_BITS / 32 - 1);
    const known = this.#answered[word]! | this.#answeredBefore[word]!;
    if ((known & (1 << (hash & 31))) !== 0) this.#columns[at + ANSWERS] = 1;
  }
}
