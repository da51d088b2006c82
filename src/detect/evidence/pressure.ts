import { Places, spread } from './places.ts';

/** Far ends told apart for one device: those that it sends most to. */
const TARGETS = 32;
/** Columns of a place. */
const COLUMNS = 14;

/** Of this second. */
const UP = 0;
const DOWN = 1;
const BYTES_UP = 2;
const BYTES_DOWN = 3;
const OPENED = 4;
/** Of the run of seconds in which the device sent without pause. */
const RUN_SECONDS = 5;
const RUN_UP = 6;
const RUN_DOWN = 7;
const RUN_BYTES_UP = 8;
const RUN_OPENED = 9;
const RUN_SINCE = 10;
/** Packets that ever came back, and what the run was made of. */
const EVER_DOWN = 11;
const RUN_PROTOCOL = 12;
const RUN_PORT = 13;

/** Fewer packets in a second to one far end are no pressure, and end a run. */
const LEAST_PER_SECOND = 10;

/** How hard a device presses on single far ends, second by second and since it last paused. */
export class Pressure {
  readonly places = new Places(TARGETS);
  readonly #columns = new Float64Array(TARGETS * COLUMNS);
  readonly #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /**
   * @param far where the far end's address lies in `words`
   * @param answers packets that came back and count as an answer
   * @param opened the record began a flow
   */
  add(
    words: Uint32Array,
    far: number,
    up: number,
    answers: number,
    bytesUp: number,
    bytesDown: number,
    opened: number,
    protocol: number,
    port: number,
  ): void {
    const [a, b, c, d] = [words[far]!, words[far + 1]!, words[far + 2]!, words[far + 3]!];
    const place = this.places.take(spread(this.#seed, a, b, c, d, 0), a, b, c, d, 0, up + opened);
    if (place < 0) return;
    const at = place * COLUMNS;
    const columns = this.#columns;
    if (this.places.isNew) columns.fill(0, at, at + COLUMNS);
    columns[at + UP]! += up;
    columns[at + DOWN]! += answers;
    columns[at + BYTES_UP]! += bytesUp;
    columns[at + BYTES_DOWN]! += bytesDown;
    columns[at + OPENED]! += opened;
    columns[at + EVER_DOWN]! += answers;
    if (up > 0) {
      columns[at + RUN_PROTOCOL] = protocol;
      columns[at + RUN_PORT] = port;
    }
  }

  /** Packets came back from a far end that nothing was sent to in this record. */
  answered(words: Uint32Array, far: number, answers: number): void {
    const [a, b, c, d] = [words[far]!, words[far + 1]!, words[far + 2]!, words[far + 3]!];
    const place = this.places.find(spread(this.#seed, a, b, c, d, 0), a, b, c, d, 0);
    if (place < 0) return;
    this.#columns[place * COLUMNS + DOWN]! += answers;
    this.#columns[place * COLUMNS + EVER_DOWN]! += answers;
  }

  /** A second ended: runs go on or are over. */
  second(at: number): void {
    const columns = this.#columns;
    for (let place = 0; place < TARGETS; place++) {
      const c = place * COLUMNS;
      if (columns[c + UP] === 0 && columns[c + RUN_SECONDS] === 0) continue;
      if (columns[c + UP]! < LEAST_PER_SECOND) columns.fill(0, c + RUN_SECONDS, c + EVER_DOWN);
      else {
        if (columns[c + RUN_SECONDS]!++ === 0) columns[c + RUN_SINCE] = at - 1000;
        columns[c + RUN_UP]! += columns[c + UP]!;
        columns[c + RUN_DOWN]! += columns[c + DOWN]!;
        columns[c + RUN_BYTES_UP]! += columns[c + BYTES_UP]!;
        columns[c + RUN_OPENED]! += columns[c + OPENED]!;
      }
      columns.fill(0, c, c + RUN_SECONDS);
    }
  }

  /** The place of a far end, or -1. */
  find(words: ArrayLike<number>): number {
    const [a, b, c, d] = [words[0]!, words[1]!, words[2]!, words[3]!];
    return this.places.find(spread(this.#seed, a, b, c, d, 0), a, b, c, d, 0);
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
  /** Flows that began. */
  opened(place: number): number {
    return this.#columns[place * COLUMNS + RUN_OPENED]!;
  }
  since(place: number): number {
    return this.#columns[place * COLUMNS + RUN_SINCE]!;
  }
  /** Packets that ever came back from there. */
  everDown(place: number): number {
    return this.#columns[place * COLUMNS + EVER_DOWN]!;
  }
  protocol(place: number): number {
    return this.#columns[place * COLUMNS + RUN_PROTOCOL]!;
  }
  port(place: number): number {
    return this.#columns[place * COLUMNS + RUN_PORT]!;
  }
}
