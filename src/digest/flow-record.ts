import { PROTOCOL } from '../decode/network/transport.ts';
import type { Packet } from '../decode/packet.ts';
import { D, RECORD_DOUBLES, RECORD_WORDS, W } from '../model/flow.ts';
import { STATE } from './flow-table.ts';

/** Silence after which a flow is over, ms. */
export const IDLE = { tcp: 600_000, unanswered: 60_000, other: 60_000, closed: 5_000 } as const;
/** Copies a record and zeroes what it counted since the last drain; flags and slot are the caller's. */
export function moveRecord(
  words: Int32Array,
  doubles: Float64Array,
  slot: number,
  toWords: Uint32Array,
  toDoubles: Float64Array,
  place: number,
): void {
  const from = slot * RECORD_WORDS;
  const to = place * RECORD_WORDS;
  for (let i = W.protocol; i <= W.facts; i++) toWords[to + i] = words[from + i]!;
  words[from + W.facts] = 0;
  const half = slot * RECORD_DOUBLES;
  const toHalf = place * RECORD_DOUBLES;
  toDoubles[toHalf + D.first] = doubles[half + D.first]!;
  toDoubles[toHalf + D.last] = doubles[half + D.last]!;
  toDoubles[toHalf + D.bytesUp] = doubles[half + D.bytesUp]!;
  toDoubles[toHalf + D.bytesDown] = doubles[half + D.bytesDown]!;
  doubles[half + D.bytesUp] = 0;
  doubles[half + D.bytesDown] = 0;
  toWords[to + W.packetsUp] = words[from + W.packetsUp]!;
  toWords[to + W.packetsDown] = words[from + W.packetsDown]!;
  toWords[to + W.syns] = words[from + W.syns]!;
  toWords[to + W.seen] = words[from + W.seen]!;
  words[from + W.packetsUp] = 0;
  words[from + W.packetsDown] = 0;
  words[from + W.syns] = 0;
  words[from + W.seen] = 0;
}

export function isClosed(flags: number): boolean {
  const fins = STATE.finUp | STATE.finDown;
  return (flags & STATE.reset) !== 0 || (flags & fins) === fins;
}

export function maxIdle(flags: number, protocol: number): number {
  if (protocol !== PROTOCOL.tcp) return IDLE.other;
  if (isClosed(flags)) return IDLE.closed;
  return (flags & STATE.answered) === 0 ? IDLE.unanswered : IDLE.tcp;
}

export function writeEnds(words: Int32Array, base: number, p: Packet, reversed: boolean): void {
  const source = base + (reversed ? W.destination : W.source);
  const destination = base + (reversed ? W.source : W.destination);
  words[source] = p.source0;
  words[source + 1] = p.source1;
  words[source + 2] = p.source2;
  words[source + 3] = p.source3;
  words[destination] = p.destination0;
  words[destination + 1] = p.destination1;
  words[destination + 2] = p.destination2;
  words[destination + 3] = p.destination3;
  words[base + (reversed ? W.destinationMacLow : W.sourceMacLow)] = p.sourceMacLow;
  words[base + (reversed ? W.sourceMacLow : W.destinationMacLow)] = p.destinationMacLow;
  words[base + W.macHigh] = reversed
    ? (p.destinationMacHigh << 16) | p.sourceMacHigh
    : (p.sourceMacHigh << 16) | p.destinationMacHigh;
}
