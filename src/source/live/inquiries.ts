/**
 * Asks the kernel for the counters of single connections. A dump walks the kernel's whole hash table whatever it holds
 * (262,144 buckets on an ordinary machine: 10 ms), a question costs 8 µs; so while few connections are open, each of them
 * is asked for, and dumps only confirm now and then that none is missing.
 */
import { writeInquiry } from '../netlink/ctnetlink.ts';

/** Above it one dump is cheaper than the questions. */
export const MAX_INQUIRIES = 1024;
/** Questions sent with one call: their answers fit into the smallest receive buffer. */
export const INQUIRIES_PER_CALL = 64;
/** Room for a question: header, the ends of a connection of IPv6 with an ICMP message's three attributes, a zone: 112. */
const ROOM = 128;

/** The questions stand ready in one buffer, a place for each connection, since every connection that begins makes one. */
export class Inquiries {
  readonly #questions = new Uint8Array(MAX_INQUIRIES * ROOM);
  readonly #view = new DataView(this.#questions.buffer);
  readonly #lengths = new Uint8Array(MAX_INQUIRIES);
  /** Places by the kernel's id of the connection, which is the question's sequence number as well. */
  readonly #places = new Map<number, number>();
  readonly #free: number[] = [];
  readonly #call = new Uint8Array(INQUIRIES_PER_CALL * ROOM);
  #complete = false;
  #filling = false;

  constructor() {
    this.#clear();
  }

  /** Every open connection can be asked for. */
  get isComplete(): boolean {
    return this.#complete;
  }

  /** Before a dump, whose connections are then added. */
  begin(): void {
    this.#clear();
    this.#filling = true;
  }

  /** After a complete dump. */
  end(): void {
    this.#complete = this.#filling;
    this.#filling = false;
  }

  /** A connection is there: the conntrack message in `[start, end)` told of it. */
  add(id: number, view: DataView, start: number, end: number): void {
    if (!this.#complete && !this.#filling) return;
    const place = this.#places.get(id) ?? this.#free.pop();
    const length = place === undefined ? 0 : writeInquiry(id, view, start, end, this.#view, place * ROOM, ROOM);
    if (place === undefined || length === 0) {
      this.#clear();
      return;
    }
    this.#places.set(id, place);
    this.#lengths[place] = length;
  }

  /** A connection is over. */
  remove(id: number): void {
    const place = this.#places.get(id);
    if (place === undefined) return;
    this.#places.delete(id);
    this.#free.push(place);
  }

  /** Whether a connection is asked for. */
  has(id: number): boolean {
    return this.#places.has(id);
  }

  /** Calls back with the questions for all connections, as bytes to be sent in one call each; valid only during it. */
  ask(send: (messages: Uint8Array) => void): void {
    let count = 0;
    let length = 0;
    for (const place of this.#places.values()) {
      const end = place * ROOM + this.#lengths[place]!;
      this.#call.set(this.#questions.subarray(place * ROOM, end), length);
      length += this.#lengths[place]!;
      if (++count < INQUIRIES_PER_CALL) continue;
      send(this.#call.subarray(0, length));
      count = 0;
      length = 0;
    }
    if (count > 0) send(this.#call.subarray(0, length));
  }

  /** Also when they are too many: until a dump finds few again, dumps do the counting. */
  #clear(): void {
    this.#places.clear();
    this.#free.length = 0;
    for (let place = MAX_INQUIRIES - 1; place >= 0; place--) this.#free.push(place);
    this.#complete = false;
    this.#filling = false;
  }
}
