import { Places } from './places.ts';

/** Services at far ends told apart for one device. */
const SERVICES = 32;
const COLUMNS = 10;
const HALF = 4;
const SESSIONS = 0;
const SERVER_FIRST = 1;
const BYTES_UP = 2;
const BYTES_DOWN = 3;

/** Sessions of a device with one service at one far end, in a window that slides by halves. */
export class Sessions {
  readonly places = new Places(SERVICES);
  readonly #columns = new Float64Array(SERVICES * COLUMNS);
  /** Sessions that came about since somebody set this to zero. */
  fresh = 0;

  /** A session came about. */
  began(words: Uint32Array, far: number, hash: number, port: number, at: number): void {
    this.fresh++;
    const mixed = hash ^ port;
    const place = this.places.take(mixed, words[far]!, words[far + 1]!, words[far + 2]!, words[far + 3]!, port, 1);
    if (place < 0) return;
    const column = place * COLUMNS;
    if (this.places.isNew) this.#columns.fill(0, column, column + COLUMNS);
    if (this.#columns[column + SESSIONS]!++ === 0) this.#columns[column + 2 * HALF] = at;
  }

  /** What a session that is in the table said. */
  said(
    words: Uint32Array,
    far: number,
    hash: number,
    port: number,
    bytesUp: number,
    bytesDown: number,
    serverFirst: number,
  ): void {
    const mixed = hash ^ port;
    const place = this.places.find(mixed, words[far]!, words[far + 1]!, words[far + 2]!, words[far + 3]!, port);
    if (place < 0) return;
    const column = place * COLUMNS;
    this.#columns[column + SERVER_FIRST]! += serverFirst;
    this.#columns[column + BYTES_UP]! += bytesUp;
    this.#columns[column + BYTES_DOWN]! += bytesDown;
  }

  port(place: number): number {
    return this.places.word(place, 4);
  }
  sessions(place: number): number {
    return this.#sum(place, SESSIONS);
  }
  /** Of the sessions, those in which the server spoke first. */
  serverFirst(place: number): number {
    return this.#sum(place, SERVER_FIRST);
  }
  bytesUp(place: number): number {
    return this.#sum(place, BYTES_UP);
  }
  bytesDown(place: number): number {
    return this.#sum(place, BYTES_DOWN);
  }
  since(place: number): number {
    const column = place * COLUMNS;
    const before = this.#columns[column + HALF + SESSIONS]! > 0;
    return this.#columns[column + 2 * HALF + (before ? 1 : 0)]!;
  }

  /** Half a window passed. */
  turn(): void {
    for (let place = 0; place < SERVICES; place++) {
      const column = place * COLUMNS;
      if (this.#columns[column] === 0 && this.#columns[column + HALF] === 0) continue;
      this.#columns.copyWithin(column + HALF, column, column + HALF);
      this.#columns.fill(0, column, column + HALF);
      this.#columns[column + 2 * HALF + 1] = this.#columns[column + 2 * HALF]!;
    }
    this.places.age();
  }

  #sum(place: number, column: number): number {
    const at = place * COLUMNS + column;
    return this.#columns[at]! + this.#columns[at + HALF]!;
  }
}
