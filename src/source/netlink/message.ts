/**
 * Netlink messages: header, attributes, requests (RFC 3549 §2.2–2.3; Documentation/userspace-api/netlink of the kernel).
 * Header fields are in the byte order of the machine, little-endian on everything this runs on.
 */

export const HEADER_BYTES = 16;
/** Types below this one are netlink's own. */
const FIRST_PROTOCOL_TYPE = 16;

export const TYPE = { error: 2, done: 3 } as const;
export const FLAG = { request: 1, multi: 2, ack: 4, dumpInterrupted: 16, dump: 0x300 } as const;

/** Called for each message of a datagram with the bounds of what follows its header. */
export type MessageHandler = (type: number, flags: number, start: number, end: number) => void;

/** What netlink itself says in a datagram. */
export type ControlHandler = {
  /** A dump is complete; `interrupted` when the kernel's table changed so much that it may have missed something. */
  done(interrupted: boolean): void;
  /** The kernel refused the request of this sequence number; `errno` is positive. */
  failed(errno: number, sequence: number): void;
  /** It did what the request of this sequence number asked for. */
  acknowledged?(sequence: number): void;
};

/** Walks the messages in `[start, end)`; what is cut off or too short ends the walk. */
export function eachMessage(
  view: DataView,
  start: number,
  end: number,
  handle: MessageHandler,
  control?: ControlHandler,
): void {
  let at = start;
  while (at + HEADER_BYTES <= end) {
    const length = view.getUint32(at, true);
    if (length < HEADER_BYTES || at + length > end) return;
    const type = view.getUint16(at + 4, true);
    const flags = view.getUint16(at + 6, true);
    if (type >= FIRST_PROTOCOL_TYPE) handle(type, flags, at + HEADER_BYTES, at + length);
    else if (type === TYPE.done) control?.done((flags & FLAG.dumpInterrupted) !== 0);
    else if (type === TYPE.error && length >= HEADER_BYTES + 4) {
      const errno = -view.getInt32(at + HEADER_BYTES, true);
      const sequence = view.getUint32(at + 8, true);
      if (errno !== 0) control?.failed(errno, sequence);
      else control?.acknowledged?.(sequence);
    }
    at += (length + 3) & ~3;
  }
}

/** Two bits on top say how the value is meant (nested, byte order). */
const ATTRIBUTE_MASK = 0x3fff;

/** Walks the attributes in `[start, end)`; what is cut off or too short ends the walk. */
export function eachAttribute(
  view: DataView,
  start: number,
  end: number,
  handle: (type: number, from: number, to: number) => void,
): void {
  for (let at = start; at + 4 <= end; ) {
    const length = view.getUint16(at, true);
    if (length < 4 || at + length > end) return;
    handle(view.getUint16(at + 2, true) & ATTRIBUTE_MASK, at + 4, at + length);
    at += (length + 3) & ~3;
  }
}

/** One attribute, padded to four bytes. */
export function attribute(type: number, value: Uint8Array): Uint8Array {
  const bytes = new Uint8Array((value.length + 7) & ~3);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, value.length + 4, true);
  view.setUint16(2, type, true);
  bytes.set(value, 4);
  return bytes;
}

/** Latin-1 up to a zero or the end: names and words of ours. */
export function textAt(view: DataView, from: number, to: number): string {
  let text = '';
  for (let at = from; at < to && view.getUint8(at) !== 0; at++) text += String.fromCharCode(view.getUint8(at));
  return text;
}

/** A request with the given payload; the kernel fills in who sent it. */
export function request(type: number, flags: number, sequence: number, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + payload.length);
  writeHeader(new DataView(bytes.buffer), 0, bytes.length, type, FLAG.request | flags, sequence);
  bytes.set(payload, HEADER_BYTES);
  return bytes;
}

export function writeHeader(
  to: DataView,
  at: number,
  length: number,
  type: number,
  flags: number,
  sequence: number,
): void {
  to.setUint32(at, length, true);
  to.setUint16(at + 4, type, true);
  to.setUint16(at + 6, flags, true);
  to.setUint32(at + 8, sequence, true);
  to.setUint32(at + 12, 0, true);
}
