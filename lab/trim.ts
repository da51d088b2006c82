/**
 * Shortens the packets of a capture to what tells who speaks to whom: headers, and all of what names things (DNS, DHCP,
 * announcements, TLS and QUIC hellos). Original lengths stay. What is cut is mostly encrypted and would not compress.
 */
import { Transform, type TransformCallback } from 'node:stream';

const FILE_HEADER = 24;
const RECORD_HEADER = 16;
const ETHERNET = 14;
const IPV4 = 0x0800;
const IPV6 = 0x86dd;
const TCP = 6;
const UDP = 17;
const TLS_HANDSHAKE = 22;
/** Longest frame a capture may hold, bytes: the largest that tcpdump writes. */
const MAX_FRAME = 262_144;

/** How many bytes of an Ethernet frame are kept. */
export function keptLength(frame: Buffer): number {
  const payload = payloadOf(frame);
  if (!payload) return frame.length;
  const { protocol, start } = payload;
  if (start >= frame.length) return frame.length;
  const first = frame[start]!;
  const tells =
    protocol === TCP ? first === TLS_HANDSHAKE || isPlain(frame.subarray(start)) : !isShortQuic(frame, start);
  return tells ? frame.length : start;
}

/** Where the payload of a TCP or UDP packet begins; undefined for everything else. */
function payloadOf(frame: Buffer): { protocol: number; start: number } | undefined {
  if (frame.length < ETHERNET + 20) return undefined;
  const type = frame.readUInt16BE(12);
  const fragmented = type === IPV4 && (frame.readUInt16BE(ETHERNET + 6) & 0x1fff) !== 0;
  if (fragmented || (type !== IPV4 && type !== IPV6)) return undefined;
  const protocol = frame[ETHERNET + (type === IPV4 ? 9 : 6)]!;
  const transport = ETHERNET + (type === IPV4 ? (frame[ETHERNET]! & 15) * 4 : 40);
  if (protocol === UDP) return { protocol, start: transport + 8 };
  if (protocol !== TCP || frame.length < transport + 20) return undefined;
  return { protocol, start: transport + (frame[transport + 12]! >> 4) * 4 };
}

/** Text, such as a plain HTTP request or a mail command, and not the filler of the lab's own servers. */
function isPlain(payload: Buffer): boolean {
  return /^[A-Z0-9]{3,8}[ /-][ -~]*\r\n/.test(payload.toString('latin1', 0, 200));
}

/** A packet of a QUIC connection that stands: the long header's bit is off, the fixed bit on (RFC 9000 §17.3). */
function isShortQuic(frame: Buffer, start: number): boolean {
  const ports = [frame.readUInt16BE(start - 8), frame.readUInt16BE(start - 6)];
  return ports.includes(443) && (frame[start]! & 0xc0) === 0x40;
}

/** Reads and writes a classic little-endian pcap stream of Ethernet frames, as tcpdump on this machine writes it. */
export class Trim extends Transform {
  #rest: Buffer = Buffer.alloc(0);
  #begun = false;

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    try {
      this.#take();
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  #take(): void {
    let at = 0;
    if (!this.#begun) {
      if (this.#rest.length < FILE_HEADER) return;
      this.push(this.#rest.subarray(0, FILE_HEADER));
      this.#begun = true;
      at = FILE_HEADER;
    }
    while (at + RECORD_HEADER <= this.#rest.length) {
      const length = this.#rest.readUInt32LE(at + 8);
      if (length > MAX_FRAME) throw new Error(`no capture: a frame of ${length} bytes`);
      const start = at + RECORD_HEADER;
      if (start + length > this.#rest.length) break;
      const header = Buffer.from(this.#rest.subarray(at, start));
      const frame = this.#rest.subarray(start, start + length);
      const kept = Math.min(keptLength(frame), length);
      header.writeUInt32LE(kept, 8);
      this.push(header);
      this.push(frame.subarray(0, kept));
      at = start + length;
    }
    this.#rest = this.#rest.subarray(at);
  }
}
