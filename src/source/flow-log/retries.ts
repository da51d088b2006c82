import type { AddressWords } from '../../model/address.ts';
import { PROTOCOL } from '../../model/protocols.ts';
import { type FlowRow, LARGEST_COUNT } from './row.ts';

/** A kernel asks for a connection again after pauses that double from a second (RFC 6298 §5.5), for two minutes in all. */
const LONGEST_PAUSE = 64_000;
/** Attempts without an answer that a later row may go on with, 1 MB; the oldest makes room. */
const MAX_ATTEMPTS = 4096;
/**
 * Attempts at a connection that nobody answered yet. Writers of flow logs give an attempt up after some seconds, and make
 * a row of their own of each SYN that is sent again: it is one attempt nevertheless, as the digest of packets has it.
 */
export class Retries {
  readonly #open = new Map<number, FlowRow>();

  /** The attempt that a row goes on with, to which it is added now; otherwise the row may be gone on with. */
  join(row: FlowRow): boolean {
    if (row.protocol !== PROTOCOL.tcp) return false;
    const key = keyOf(row);
    const first = this.#open.get(key);
    if (first && isSame(first, row) && goesOn(first, row)) {
      add(first, row);
      if (!first.onlySyns) this.#open.delete(key);
      return true;
    }
    if (!row.onlySyns) return false;
    this.#open.delete(key);
    this.#open.set(key, row);
    if (this.#open.size > MAX_ATTEMPTS) this.#open.delete(this.#open.keys().next().value!);
    return false;
  }

  /** It was told: what comes later is an attempt of its own. */
  told(row: FlowRow): void {
    if (row.onlySyns && this.#open.get(keyOf(row)) === row) this.#open.delete(keyOf(row));
  }
}

function goesOn(first: FlowRow, row: FlowRow): boolean {
  const isCountable =
    first.packetsUp + row.packetsUp <= LARGEST_COUNT && first.packetsDown + row.packetsDown <= LARGEST_COUNT;
  return isCountable && row.start >= first.start && row.start - (first.start + first.duration) <= LONGEST_PAUSE;
}

function add(first: FlowRow, row: FlowRow): void {
  first.duration = Math.max(first.duration, row.start + row.duration - first.start);
  first.packetsUp += row.packetsUp;
  first.packetsDown += row.packetsDown;
  first.bytesUp += row.bytesUp;
  first.bytesDown += row.bytesDown;
  first.flagsUp |= row.flagsUp;
  first.flagsDown |= row.flagsDown;
  first.onlySyns &&= row.onlySyns;
  first.serverFirst ||= row.serverFirst;
}

function isSame(a: FlowRow, b: FlowRow): boolean {
  return a.ports === b.ports && sameWords(a.source, b.source) && sameWords(a.destination, b.destination);
}

function sameWords(a: AddressWords, b: AddressWords): boolean {
  return a[0] === b[0] && a[1] === b[1] && a[2] === b[2] && a[3] === b[3];
}

function keyOf({ source, destination, ports }: FlowRow): number {
  let key = ports;
  for (let i = 0; i < 4; i++)
    key = Math.imul(key ^ source[i as 0 | 1 | 2 | 3] ^ (key >>> 15), 0x85ebca77) ^ destination[i as 0 | 1 | 2 | 3];
  return key;
}
