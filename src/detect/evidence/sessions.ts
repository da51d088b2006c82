import { isLines } from '../scan/ports.ts';
import { Places } from './places.ts';

/** Services at far ends told apart for one device. */
const SERVICES = 32;
const HALF = 7;
const SESSIONS = 0;
const SERVER_FIRST = 1;
const BYTES_UP = 2;
const BYTES_DOWN = 3;
const PACKETS_UP = 4;
const PACKETS_DOWN = 5;
/** Other connections to the same far end that came about meanwhile. */
const ASIDE = 6;
/** After two halves: when the first session of each began. */
const SINCE = 2 * HALF;
const COLUMNS = SINCE + 2;

/** Beside the port in a service's key: the far end was looked up by name. */
const NAMED = 1 << 16;
/** The control connection of FTP, which moves files over connections of their own (RFC 959 §3.2). */
const FTP = 21;

/** Sessions of a device with one service at one far end, in a window that slides by halves. */
export class Sessions {
  readonly places = new Places(SERVICES);
  readonly #columns = new Float64Array(SERVICES * COLUMNS);
  /** What may tell something new since somebody set this to zero: sessions that came about, and lines of some. */
  fresh = 0;

  /** A session came about. */
  began(words: ArrayLike<number>, far: number, hash: number, port: number, isNamed: boolean, at: number): void {
    this.fresh++;
    const place = this.#take(words, far, hash, isNamed ? port | NAMED : port, 1);
    if (place >= 0) this.#note(place, SESSIONS, 1, at);
    if (port === FTP) return;
    const control = this.#find(words, far, hash, isNamed ? FTP | NAMED : FTP);
    if (control >= 0) this.#columns[control * COLUMNS + ASIDE]!++;
  }

  /** What a session that is in the table said. */
  said(
    words: ArrayLike<number>,
    far: number,
    hash: number,
    port: number,
    isNamed: boolean,
    up: number,
    down: number,
    bytesUp: number,
    bytesDown: number,
    serverFirst: number,
  ): void {
    const place = this.#find(words, far, hash, isNamed ? port | NAMED : port);
    if (place < 0) return;
    if (isLines(port)) this.fresh++;
    const column = place * COLUMNS;
    this.#columns[column + SERVER_FIRST]! += serverFirst;
    this.#columns[column + BYTES_UP]! += bytesUp;
    this.#columns[column + BYTES_DOWN]! += bytesDown;
    this.#columns[column + PACKETS_UP]! += up;
    this.#columns[column + PACKETS_DOWN]! += down;
  }

  port(place: number): number {
    return this.places.word(place, 4) & 0xffff;
  }
  isNamed(place: number): boolean {
    return (this.places.word(place, 4) & NAMED) !== 0;
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
  packetsUp(place: number): number {
    return this.#sum(place, PACKETS_UP);
  }
  packetsDown(place: number): number {
    return this.#sum(place, PACKETS_DOWN);
  }
  /** Of FTP: connections for files. */
  aside(place: number): number {
    return this.#sum(place, ASIDE);
  }
  since(place: number): number {
    const column = place * COLUMNS;
    const before = this.#columns[column + HALF + SESSIONS]! > 0;
    return this.#columns[column + SINCE + (before ? 1 : 0)]!;
  }

  /** Takes over what another counted in its half: a long window is made of short ones. */
  gather(from: Sessions, hashOf: (words: ArrayLike<number>) => number): void {
    for (let place = 0; place < SERVICES; place++) {
      const its = place * COLUMNS;
      const count = from.#columns[its + SESSIONS]!;
      if (count === 0) continue;
      const words = from.places.address(place);
      const into = this.#take(words, 0, hashOf(words), from.places.word(place, 4), count);
      if (into < 0) continue;
      this.#note(into, SESSIONS, count, from.#columns[its + SINCE]!);
      for (let i = SERVER_FIRST; i < HALF; i++) this.#columns[into * COLUMNS + i]! += from.#columns[its + i]!;
    }
  }

  /** Half a window passed. */
  turn(): void {
    for (let place = 0; place < SERVICES; place++) {
      const column = place * COLUMNS;
      const packets = this.#sum(place, PACKETS_UP) + this.#sum(place, PACKETS_DOWN);
      if (packets === 0 && this.#sum(place, SESSIONS) === 0) continue;
      this.#columns.copyWithin(column + HALF, column, column + HALF);
      this.#columns.fill(0, column, column + HALF);
      this.#columns[column + SINCE + 1] = this.#columns[column + SINCE]!;
    }
    this.places.age();
  }

  #take(words: ArrayLike<number>, far: number, hash: number, service: number, weight: number): number {
    const { places } = this;
    const mixed = hash ^ service;
    const place = places.take(mixed, words[far]!, words[far + 1]!, words[far + 2]!, words[far + 3]!, service, weight);
    if (place >= 0 && places.isNew) this.#columns.fill(0, place * COLUMNS, (place + 1) * COLUMNS);
    return place;
  }

  #find(words: ArrayLike<number>, far: number, hash: number, service: number): number {
    const mixed = hash ^ service;
    return this.places.find(mixed, words[far]!, words[far + 1]!, words[far + 2]!, words[far + 3]!, service);
  }

  #note(place: number, what: number, count: number, at: number): void {
    const column = place * COLUMNS;
    if (this.#columns[column + what] === 0) this.#columns[column + SINCE] = at;
    this.#columns[column + what]! += count;
  }

  #sum(place: number, column: number): number {
    const at = place * COLUMNS + column;
    return this.#columns[at]! + this.#columns[at + HALF]!;
  }
}
