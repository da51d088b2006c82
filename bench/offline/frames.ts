import { closeSync, openSync, writeSync } from 'node:fs';

/** One end of a frame. */
export type End = { mac: Uint8Array; v4: number; v6: Uint8Array };

export type Payload = { bytes: Uint8Array; length: number };

export const TCP = { fin: 1, syn: 2, push: 8, ack: 16 } as const;

const BUFFER = 8 << 20;
const LARGEST_FRAME = 2048;

/**
 * Writes Ethernet frames into a pcap file (µs, little-endian) through one buffer, without an object per frame.
 * TCP and UDP checksums are zero, as a capture on a machine with checksum offload shows them.
 */
export class FrameWriter {
  readonly #file: number;
  readonly #bytes = new Uint8Array(BUFFER);
  readonly #view = new DataView(this.#bytes.buffer);
  #at = 0;
  #identification = 0;
  /** Length of the last frame. */
  lastLength = 0;
  frames = 0;
  /** Sum of the lengths of all frames. */
  total = 0;

  constructor(path: string) {
    this.#file = openSync(path, 'w');
    for (const [offset, value] of [0xa1b2c3d4, 0x00040002, 0, 0, 262_144, 1].entries()) {
      this.#view.setUint32(offset * 4, value, true);
    }
    this.#at = 24;
  }

  close(): void {
    this.#flush();
    closeSync(this.#file);
  }

  udp(time: number, from: End, to: End, v6: boolean, source: number, target: number, payload: Payload): void {
    const start = this.#ip(time, from, to, v6, 17, 8 + payload.length);
    const view = this.#view;
    view.setUint16(start, source);
    view.setUint16(start + 2, target);
    view.setUint16(start + 4, 8 + payload.length);
    view.setUint16(start + 6, 0);
    this.#put(start + 8, payload);
  }

  tcp(
    time: number,
    from: End,
    to: End,
    v6: boolean,
    source: number,
    target: number,
    sequence: number,
    acknowledgment: number,
    flags: number,
    payload: Payload,
  ): void {
    const start = this.#ip(time, from, to, v6, 6, 20 + payload.length);
    const view = this.#view;
    view.setUint16(start, source);
    view.setUint16(start + 2, target);
    view.setUint32(start + 4, sequence);
    view.setUint32(start + 8, acknowledgment);
    view.setUint16(start + 12, 0x5000 | flags);
    view.setUint16(start + 14, 64_240);
    view.setUint32(start + 16, 0);
    this.#put(start + 20, payload);
  }

  /** Anything else over IP: the payload begins with the header of `protocol`. */
  ip(time: number, from: End, to: End, v6: boolean, protocol: number, payload: Payload): void {
    this.#put(this.#ip(time, from, to, v6, protocol, payload.length), payload);
  }

  raw(time: number, from: Uint8Array, to: Uint8Array, type: number, payload: Payload): void {
    this.#put(this.#frame(time, from, to, type, payload.length), payload);
  }

  #put(at: number, { bytes, length }: Payload): void {
    this.#bytes.set(length === bytes.length ? bytes : bytes.subarray(0, length), at);
  }

  #frame(time: number, from: Uint8Array, to: Uint8Array, type: number, length: number): number {
    if (this.#at > BUFFER - LARGEST_FRAME) this.#flush();
    const at = this.#at;
    const view = this.#view;
    const seconds = Math.floor(time);
    this.lastLength = 14 + length;
    this.frames += 1;
    this.total += 14 + length;
    view.setUint32(at, seconds, true);
    view.setUint32(at + 4, Math.min(999_999, Math.floor((time - seconds) * 1e6)), true);
    view.setUint32(at + 8, this.lastLength, true);
    view.setUint32(at + 12, this.lastLength, true);
    this.#bytes.set(to, at + 16);
    this.#bytes.set(from, at + 22);
    view.setUint16(at + 28, type);
    this.#at = at + 30 + length;
    return at + 30;
  }

  #ip(time: number, from: End, to: End, v6: boolean, protocol: number, length: number): number {
    const view = this.#view;
    if (v6) {
      const start = this.#frame(time, from.mac, to.mac, 0x86dd, 40 + length);
      view.setUint32(start, 0x60000000);
      view.setUint16(start + 4, length);
      view.setUint16(start + 6, (protocol << 8) | (protocol === 58 ? 255 : 64));
      this.#bytes.set(from.v6, start + 8);
      this.#bytes.set(to.v6, start + 24);
      return start + 40;
    }
    const start = this.#frame(time, from.mac, to.mac, 0x0800, 20 + length);
    this.#identification = (this.#identification + 1) & 0xffff;
    view.setUint16(start, 0x4500);
    view.setUint16(start + 2, 20 + length);
    view.setUint16(start + 4, this.#identification);
    view.setUint16(start + 6, 0x4000);
    view.setUint16(start + 8, (64 << 8) | protocol);
    view.setUint16(start + 10, 0);
    view.setUint32(start + 12, from.v4);
    view.setUint32(start + 16, to.v4);
    let sum = 0;
    for (let at = start; at < start + 20; at += 2) sum += view.getUint16(at);
    sum = (sum & 0xffff) + (sum >>> 16);
    view.setUint16(start + 10, ~(sum + (sum >>> 16)) & 0xffff);
    return start + 20;
  }

  #flush(): void {
    let done = 0;
    while (done < this.#at) done += writeSync(this.#file, this.#bytes, done, this.#at - done);
    this.#at = 0;
  }
}
