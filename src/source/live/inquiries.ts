/**
 * Asks the kernel for the counters of single connections. A dump walks the kernel's whole hash table whatever it holds
 * (262,144 buckets on an ordinary machine: 10 ms), a question costs 8 µs; so while few connections are open, each of them
 * is asked for, and dumps only confirm now and then that none is missing.
 */
import { CONNTRACK, findAttributes } from '../netlink/ctnetlink.ts';
import { request } from '../netlink/message.ts';

/** Above it one dump is cheaper than the questions. */
export const MAX_INQUIRIES = 1024;
/** Questions sent with one call: their answers fit into the smallest receive buffer. */
export const INQUIRIES_PER_CALL = 64;

export class Inquiries {
  /** Requests by the kernel's id of the connection, which is their sequence number as well. */
  readonly #requests = new Map<number, Uint8Array>();
  #complete = false;
  #filling = false;

  /** Every open connection can be asked for. */
  get isComplete(): boolean {
    return this.#complete;
  }

  /** Before a dump, whose connections are then added. */
  begin(): void {
    this.#requests.clear();
    this.#complete = false;
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
    if (this.#requests.size >= MAX_INQUIRIES) this.#giveUp();
    else this.#requests.set(id, request(CONNTRACK.get, 0, id, findAttributes(view, start, end)));
  }

  /** A connection is over. */
  remove(id: number): void {
    if (this.#complete || this.#filling) this.#requests.delete(id);
  }

  /** Whether a connection is asked for. */
  has(id: number): boolean {
    return this.#requests.has(id);
  }

  /** Calls back with the questions for all connections, as bytes to be sent in one call each. */
  ask(send: (messages: Uint8Array) => void): void {
    let call: Uint8Array[] = [];
    for (const message of this.#requests.values()) {
      call.push(message);
      if (call.length < INQUIRIES_PER_CALL) continue;
      send(joined(call));
      call = [];
    }
    if (call.length > 0) send(joined(call));
  }

  /** Too many: until a dump finds few again, dumps do the counting. */
  #giveUp(): void {
    this.#requests.clear();
    this.#complete = false;
    this.#filling = false;
  }
}

function joined(messages: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(messages.reduce((sum, message) => sum + message.length, 0));
  let at = 0;
  for (const message of messages) {
    bytes.set(message, at);
    at += message.length;
  }
  return bytes;
}
