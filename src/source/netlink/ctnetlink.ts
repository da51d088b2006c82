/**
 * Messages of the kernel's connection tracking (linux/netfilter/nfnetlink_conntrack.h). An attribute is u16 length,
 * u16 type (two flag bits on top) and a value padded to four bytes; its numbers are big-endian, unlike the header's.
 */
import type { ConntrackEntry } from '../../digest/conntrack-entry.ts';
import { V4_MAPPED } from '../../model/address.ts';
import { FLAG, HEADER_BYTES, request, writeHeader } from './message.ts';

const SUBSYSTEM = 1 << 8;
export const CONNTRACK = { new: SUBSYSTEM, get: SUBSYSTEM | 1, delete: SUBSYSTEM | 2 } as const;
/** NF_NETLINK_CONNTRACK_NEW and _DESTROY. Updates tell nothing that the end does not, for twice the events. */
export const GROUP_NEW = 1;
export const GROUP_DESTROY = 3;

const NFGENMSG_BYTES = 4;
const TYPE_MASK = 0x3fff;
const CTA = {
  tupleOriginal: 1,
  tupleReply: 2,
  protoInfo: 4,
  up: 9,
  down: 10,
  id: 12,
  zone: 18,
  timestamp: 20,
} as const;
const TUPLE = { ip: 1, protocol: 2 } as const;
const IP = { v4Source: 1, v4Destination: 2, v6Source: 3, v6Destination: 4 } as const;
const PROTOCOL = { number: 1, sourcePort: 2, destinationPort: 3, type4: 5, code4: 6, type6: 8, code6: 9 } as const;
const COUNTER = { packets: 1, bytes: 2, packets32: 3, bytes32: 4 } as const;
const TIMESTAMP_START = 1;
const PROTO_INFO_TCP = 1;
const TCP_STATE = 1;
const TCP = 6;
const TCP_SYN_SENT = 1;

/** A request for the whole table, both families. */
export function dumpRequest(sequence: number): Uint8Array {
  return request(CONNTRACK.get, FLAG.dump, sequence, new Uint8Array(NFGENMSG_BYTES));
}

/**
 * Writes a request for the connection that the message in `[start, end)` is of: by its original ends, and its zone where
 * it has one. Its sequence number is `id`.
 * @returns its bytes from `at` on; 0 where it would need more than `room`
 */
export function writeInquiry(
  id: number,
  view: DataView,
  start: number,
  end: number,
  to: DataView,
  at: number,
  room: number,
): number {
  if (end - start < NFGENMSG_BYTES) return 0;
  copyWords(view, start, to, at + HEADER_BYTES, NFGENMSG_BYTES);
  let length = HEADER_BYTES + NFGENMSG_BYTES;
  for (let from = start + NFGENMSG_BYTES; from + 4 <= end; ) {
    const size = (view.getUint16(from, true) + 3) & ~3;
    if (size < 4 || from + size > end) break;
    const type = view.getUint16(from + 2, true) & TYPE_MASK;
    if (type === CTA.tupleOriginal || type === CTA.zone) {
      if (length + size > room) return 0;
      copyWords(view, from, to, at + length, size);
      length += size;
    }
    from += size;
  }
  writeHeader(to, at, length, CONNTRACK.get, FLAG.request, id);
  return length;
}

/** @param length a multiple of four */
function copyWords(from: DataView, start: number, to: DataView, at: number, length: number): void {
  for (let i = 0; i < length; i += 4) to.setUint32(at + i, from.getUint32(start + i, true), true);
}

/** One parser for one stream of messages: keeps its place in fields, so that nothing is made per message. */
export class ConntrackParser {
  readonly #view: DataView;
  readonly #entry: ConntrackEntry;
  #tcpState = 0;
  #hasSource = false;
  #hasDestination = false;

  constructor(view: DataView, entry: ConntrackEntry) {
    this.#view = view;
    this.#entry = entry;
  }

  /** Reads the message in `[start, end)` into the entry; false for one without both ends. */
  parse(start: number, end: number): boolean {
    const entry = this.#entry;
    entry.clear();
    this.#tcpState = 0;
    this.#hasSource = false;
    this.#hasDestination = false;
    for (let at = start + NFGENMSG_BYTES; at + 4 <= end; ) {
      const length = this.#view.getUint16(at, true);
      if (length < 4 || at + length > end) return false;
      this.#attribute(this.#view.getUint16(at + 2, true) & TYPE_MASK, at + 4, at + length);
      at += (length + 3) & ~3;
    }
    entry.midstream = entry.protocol === TCP && this.#tcpState > TCP_SYN_SENT;
    return this.#hasSource && this.#hasDestination;
  }

  #attribute(type: number, start: number, end: number): void {
    if (type === CTA.tupleOriginal || type === CTA.tupleReply) this.#tuple(start, end, type === CTA.tupleReply);
    else if (type === CTA.up || type === CTA.down) this.#counters(start, end, type === CTA.up);
    else if (type === CTA.id && end - start >= 4) this.#entry.id = this.#view.getUint32(start);
    else if (type === CTA.timestamp) this.#timestamp(start, end);
    else if (type === CTA.protoInfo) this.#protoInfo(start, end);
  }

  #tuple(start: number, end: number, reply: boolean): void {
    for (let at = start; at + 4 <= end; ) {
      const length = this.#view.getUint16(at, true);
      if (length < 4 || at + length > end) return;
      const type = this.#view.getUint16(at + 2, true) & TYPE_MASK;
      if (type === TUPLE.ip) this.#address(at + 4, at + length, reply);
      else if (type === TUPLE.protocol) this.#protocol(at + 4, at + length, reply);
      at += (length + 3) & ~3;
    }
  }

  /** Of either tuple only the source counts: the original's is the initiator, the reply's who answers it. */
  #address(start: number, end: number, reply: boolean): void {
    const view = this.#view;
    for (let at = start; at + 4 <= end; ) {
      const length = view.getUint16(at, true);
      if (length < 4 || at + length > end) return;
      const type = view.getUint16(at + 2, true) & TYPE_MASK;
      const words = reply ? this.#entry.destination : this.#entry.source;
      if (type === IP.v4Source && length === 8) {
        words[0] = 0;
        words[1] = 0;
        words[2] = V4_MAPPED;
        words[3] = view.getUint32(at + 4);
        this.#saw(reply);
      } else if (type === IP.v6Source && length === 20) {
        for (let i = 0; i < 4; i++) words[i] = view.getUint32(at + 4 + 4 * i);
        this.#saw(reply);
      }
      at += (length + 3) & ~3;
    }
  }

  #saw(reply: boolean): void {
    if (reply) this.#hasDestination = true;
    else this.#hasSource = true;
  }

  #protocol(start: number, end: number, reply: boolean): void {
    const view = this.#view;
    const entry = this.#entry;
    for (let at = start; at + 5 <= end; ) {
      const length = view.getUint16(at, true);
      if (length < 5 || at + length > end) return;
      const type = view.getUint16(at + 2, true) & TYPE_MASK;
      const value = at + 4;
      if (type === PROTOCOL.number) entry.protocol = view.getUint8(value);
      else if (type === PROTOCOL.sourcePort && length >= 6) {
        const port = view.getUint16(value);
        entry.ports = reply ? ((entry.ports & 0xffff0000) | port) >>> 0 : (entry.ports | (port << 16)) >>> 0;
      } else if (!reply && (type === PROTOCOL.type4 || type === PROTOCOL.type6)) {
        entry.ports |= view.getUint8(value) << 8;
      } else if (!reply && (type === PROTOCOL.code4 || type === PROTOCOL.code6)) {
        entry.ports |= view.getUint8(value);
      }
      at += (length + 3) & ~3;
    }
  }

  #counters(start: number, end: number, up: boolean): void {
    let packets = 0;
    let bytes = 0;
    for (let at = start; at + 8 <= end; ) {
      const length = this.#view.getUint16(at, true);
      if (length < 8 || at + length > end) return;
      const type = this.#view.getUint16(at + 2, true) & TYPE_MASK;
      const value = length >= 12 ? this.#number64(at + 4) : this.#view.getUint32(at + 4);
      if (type === COUNTER.packets || type === COUNTER.packets32) packets = value;
      else if (type === COUNTER.bytes || type === COUNTER.bytes32) bytes = value;
      at += (length + 3) & ~3;
    }
    const entry = this.#entry;
    entry.counted = true;
    if (up) {
      entry.packetsUp = packets;
      entry.bytesUp = bytes;
    } else {
      entry.packetsDown = packets;
      entry.bytesDown = bytes;
    }
  }

  #timestamp(start: number, end: number): void {
    for (let at = start; at + 12 <= end; ) {
      const length = this.#view.getUint16(at, true);
      if (length < 12 || at + length > end) return;
      const type = this.#view.getUint16(at + 2, true) & TYPE_MASK;
      if (type === TIMESTAMP_START) this.#entry.start = this.#number64(at + 4) / 1e6;
      at += (length + 3) & ~3;
    }
  }

  #protoInfo(start: number, end: number): void {
    const view = this.#view;
    if (end - start < 9 || (view.getUint16(start + 2, true) & TYPE_MASK) !== PROTO_INFO_TCP) return;
    if ((view.getUint16(start + 6, true) & TYPE_MASK) === TCP_STATE) this.#tcpState = view.getUint8(start + 8);
  }

  /** Exact below 2^53: nine petabytes, and nanoseconds since the epoch to a quarter of a microsecond. */
  #number64(at: number): number {
    return this.#view.getUint32(at) * 2 ** 32 + this.#view.getUint32(at + 4);
  }
}
