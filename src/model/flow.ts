/**
 * The flow record: one layout for the digest's table, the link between agent and controller, and the core.
 *
 * A record is 128 bytes, little-endian: 32 unsigned words, of which some pairs are one float64. Between two drains a
 * record holds what its five-tuple added, so a batch is a list of deltas. `source` and `destination` are the ends of the
 * flow as initiated: where the initiator is known (`FLAG.initiatorKnown`) source is the initiator, else it is the end
 * that is more likely the client. `Up` is source → destination.
 */
export const RECORD_WORDS = 32;
export const RECORD_BYTES = RECORD_WORDS * 4;
export const RECORD_DOUBLES = RECORD_WORDS / 2;

/** Word offsets within a record. */
export const W = {
  /** Slot of the flow in its table: the same flow's from a record with `FLAG.fresh` until the next such one. */
  slot: 0,
  /** Bits of `FLAG`. */
  flags: 1,
  /** IP protocol number (IANA), bits 0–7. TCP flags seen upwards bits 8–15, downwards bits 16–23. */
  protocol: 2,
  /** Source port in the high half, destination port in the low half; for ICMP type and code of the first packet: `type << 8 | code` in the low half. */
  ports: 3,
  source: 4,
  destination: 8,
  /** High 16 bits of the source MAC in the high half, of the destination MAC in the low half; all zero: unknown. */
  macHigh: 12,
  sourceMacLow: 13,
  destinationMacLow: 14,
  /** Bits of `FACT`, accumulated since the last drain. */
  facts: 15,
  packetsUp: 20,
  packetsDown: 21,
  /** TCP segments with SYN and without ACK sent upwards. */
  syns: 26,
  /** Packets of this flow whose counting was kept out of packetsUp/Down because another source counts them. */
  seen: 27,
  /** Flows that a record of `FLAG.crowd` sums up. */
  flows: 28,
} as const;

/** Float64 offsets within a record (in doubles). */
export const D = {
  /** Time of the flow's first and last packet, ms since the epoch. */
  first: 8,
  last: 9,
  bytesUp: 11,
  bytesDown: 12,
} as const;

export const FLAG = {
  /** The slot was given to a new flow since the last drain. */
  fresh: 1,
  /** The flow is over (FIN/RST, idle, or conntrack destroyed it). One that ends with nothing new is told no more. */
  ended: 2,
  /** Source is the initiator for certain (SYN or SYN+ACK seen, or conntrack said so). */
  initiatorKnown: 4,
  /** The record says that an earlier guess of the initiator was wrong: the ends were swapped since the last drain. */
  swapped: 8,
  /** Bytes are IP lengths (conntrack), not frame lengths. */
  ipLengths: 16,
  /** Counted by a fragment whose first part was not seen: no ports. */
  portless: 32,
  /**
   * No flow but a sum of many that one sender began and nobody answered; `slot` means nothing. Source is the sender. The
   * destination, the destination port (the only one) are zero where the flows did not share them.
   */
  crowd: 64,
} as const;

export const FACT = {
  /** A SYN whose sequence number equals its destination address (Mirai's scanner). */
  sequenceIsDestination: 1,
  /** A TCP segment other than SYN with no connection behind it. */
  stateless: 2,
  /** The first data on a TCP connection, whose begin was seen, came from the server: a login's banner, not a web page. */
  serverFirst: 4,
} as const;

/** A list of flow records in one buffer, with a view each way; `count` of them are filled. */
export class FlowBatch {
  readonly words: Uint32Array;
  readonly doubles: Float64Array;
  count = 0;

  readonly buffer: ArrayBuffer;

  /** @param buffer 8-byte aligned, a multiple of RECORD_BYTES long */
  constructor(buffer: ArrayBuffer) {
    this.buffer = buffer;
    this.words = new Uint32Array(buffer);
    this.doubles = new Float64Array(buffer);
  }

  static ofCapacity(records: number): FlowBatch {
    return new FlowBatch(new ArrayBuffer(records * RECORD_BYTES));
  }

  get capacity(): number {
    return this.words.length / RECORD_WORDS;
  }
}
