import { MalformedCapture } from './error.ts';
import { type CaptureParser, END_OF_TIME, type FrameSink, MAX_FRAME, type Piece } from './format.ts';
import { type CaptureInterface, readInterface } from './pcapng-interface.ts';

export const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE = 1;
const OBSOLETE_PACKET = 2;
const SIMPLE_PACKET = 3;
const ENHANCED_PACKET = 6;

const WORD = 2 ** 32;
const BYTE_ORDER = 0x1a2b3c4d;
/** Type, length and the length again. */
const SMALLEST_BLOCK = 12;
/** Largest block that is believed, bytes: Wireshark's bound. */
const MAX_BLOCK = 16 * 1024 * 1024;
/** Largest block that must be in memory as a whole: a frame with its header, and as much again for options. */
const MAX_READ_BLOCK = 2 * MAX_FRAME;
/** Interfaces of one section, each about 100 bytes here. */
const MAX_INTERFACES = 4096;

/** The block format of draft-ietf-opsawg-pcapng: sections in either byte order, blocks that hold no frame skipped. */
export class PcapngParser implements CaptureParser {
  readonly format = 'pcapng';
  frames = 0;
  until = Number.POSITIVE_INFINITY;
  pausedAt: number | undefined;
  readonly #sink: FrameSink;
  #littleEndian = true;
  #interfaces: CaptureInterface[] = [];
  /** Time of the last frame; simple packets have none of their own. */
  #lastTime = 0;
  /** Bytes still to come of a block that is skipped. */
  #skip = 0;
  /** Set while a packet must wait for `until`. */
  #paused = false;

  constructor(sink: FrameSink) {
    this.#sink = sink;
  }

  parse(piece: Piece, start: number, end: number, offset: number): number {
    const { view } = piece;
    const fileOffset = offset - start;
    this.pausedAt = undefined;
    this.#paused = false;
    let at = start;
    for (;;) {
      const skipped = Math.min(this.#skip, end - at);
      this.#skip -= skipped;
      at += skipped;
      if (at + SMALLEST_BLOCK > end) return at - start;
      const isSection = view.getUint32(at) === SECTION_HEADER;
      if (isSection) this.#readByteOrder(view, at, fileOffset);
      const type = view.getUint32(at, this.#littleEndian);
      const length = this.#blockLength(view, at, fileOffset);
      if (!isSection && !hasContent(type)) {
        this.#skip = length;
        continue;
      }
      if (length > MAX_READ_BLOCK)
        throw new MalformedCapture(fileOffset + at, `a block of ${length} bytes is too long`);
      if (at + length > end) return at - start;
      if (view.getUint32(at + length - 4, this.#littleEndian) !== view.getUint32(at + 4, this.#littleEndian)) {
        throw new MalformedCapture(fileOffset + at, 'the two lengths of a block differ');
      }
      this.#readBlock(piece, type, at, at + length, fileOffset);
      if (this.#paused) return at - start;
      at += length;
    }
  }

  missing(left: number): string | undefined {
    if (left === 0 && this.#skip === 0) return undefined;
    return `file ends within a block (${this.#skip > 0 ? `${this.#skip} bytes are missing` : `${left} bytes of it are there`})`;
  }

  #readByteOrder(view: DataView, at: number, fileOffset: number): void {
    if (view.getUint32(at + 8, true) === BYTE_ORDER) this.#littleEndian = true;
    else if (view.getUint32(at + 8) === BYTE_ORDER) this.#littleEndian = false;
    else throw new MalformedCapture(fileOffset + at + 8, 'a section without byte-order magic');
  }

  #blockLength(view: DataView, at: number, fileOffset: number): number {
    const length = view.getUint32(at + 4, this.#littleEndian);
    if (length < SMALLEST_BLOCK || length > MAX_BLOCK) {
      throw new MalformedCapture(fileOffset + at + 4, `a block of ${length} bytes is not believable`);
    }
    return (length + 3) & ~3;
  }

  #readBlock(piece: Piece, type: number, start: number, end: number, fileOffset: number): void {
    switch (type) {
      case SECTION_HEADER:
        this.#interfaces = [];
        return;
      case INTERFACE:
        if (this.#interfaces.length === MAX_INTERFACES) {
          throw new MalformedCapture(fileOffset + start, `more than ${MAX_INTERFACES} interfaces`);
        }
        demand(start + 20 <= end, start, fileOffset);
        this.#interfaces.push(readInterface(piece.view, start + 8, end - 4, this.#littleEndian));
        return;
      case SIMPLE_PACKET:
        this.#readSimple(piece, start, end, fileOffset);
        return;
      default:
        this.#readEnhanced(piece, type, start, end, fileOffset);
    }
  }

  /** Enhanced packet block, or the obsolete packet block that differs in its first four bytes. */
  #readEnhanced(piece: Piece, type: number, start: number, end: number, fileOffset: number): void {
    const { view } = piece;
    const littleEndian = this.#littleEndian;
    demand(start + 32 <= end, start, fileOffset);
    const number =
      type === ENHANCED_PACKET ? view.getUint32(start + 8, littleEndian) : view.getUint16(start + 8, littleEndian);
    const captured = view.getUint32(start + 20, littleEndian);
    const from = this.#interface(number, start, fileOffset);
    demand(captured <= MAX_FRAME && start + 28 + captured + 4 <= end, start, fileOffset);
    const high = view.getUint32(start + 12, littleEndian);
    const low = view.getUint32(start + 16, littleEndian);
    const time = from.offset + (high * WORD + low) / from.perMs;
    this.#give(piece, start + 28, captured, view.getUint32(start + 24, littleEndian), time, from.linkType);
  }

  #readSimple(piece: Piece, start: number, end: number, fileOffset: number): void {
    demand(start + 16 <= end, start, fileOffset);
    const from = this.#interface(0, start, fileOffset);
    const wire = piece.view.getUint32(start + 8, this.#littleEndian);
    const captured = Math.min(wire, end - start - 16, from.snapLength || MAX_FRAME);
    demand(captured <= MAX_FRAME, start, fileOffset);
    this.#give(piece, start + 12, captured, wire, this.#lastTime, from.linkType);
  }

  #give(piece: Piece, start: number, captured: number, wire: number, time: number, linkType: number): void {
    const at = time >= 0 && time <= END_OF_TIME ? time : this.#lastTime;
    if (at > this.until) {
      this.pausedAt = at;
      this.#paused = true;
      return;
    }
    this.#lastTime = at;
    this.frames++;
    this.#sink.frame(piece.bytes, piece.view, start, start + captured, wire, at, linkType);
  }

  #interface(number: number, start: number, fileOffset: number): CaptureInterface {
    const found = this.#interfaces[number];
    if (found === undefined) {
      throw new MalformedCapture(fileOffset + start, `a packet of interface ${number}, which is not described`);
    }
    return found;
  }
}

function hasContent(type: number): boolean {
  return type === ENHANCED_PACKET || type === INTERFACE || type === SIMPLE_PACKET || type === OBSOLETE_PACKET;
}

function demand(condition: boolean, start: number, fileOffset: number): void {
  if (!condition) throw new MalformedCapture(fileOffset + start, 'a block is shorter than what it says to hold');
}
