import { MalformedCapture } from './error.ts';
import { type CaptureParser, type FrameSink, MAX_FRAME, type Piece } from './format.ts';

const MICROSECONDS = 0xa1b2c3d4;
const NANOSECONDS = 0xa1b23c4d;
/** Alexey Kuznetzov's modified format: eight bytes more in each record. */
const MODIFIED = 0xa1b2cd34;

const FILE_HEADER = 24;
const RECORD_HEADER = 16;
const MODIFIED_RECORD_HEADER = 24;

export function isPcapMagic(magic: number): boolean {
  return magic === MICROSECONDS || magic === NANOSECONDS || magic === MODIFIED;
}

/** The classic libpcap file format (draft-ietf-opsawg-pcap), in either byte order. */
export class PcapParser implements CaptureParser {
  readonly format = 'pcap';
  frames = 0;
  until = Number.POSITIVE_INFINITY;
  pausedAt: number | undefined;
  readonly #sink: FrameSink;
  #littleEndian = true;
  #fractionsPerMs = 1000;
  #recordHeader = RECORD_HEADER;
  /** 0 until the file header was read. */
  #linkType = -1;
  /** Files before version 2.4 may have the two lengths of a record exchanged. */
  #mayBeExchanged = false;

  constructor(sink: FrameSink) {
    this.#sink = sink;
  }

  parse(piece: Piece, start: number, end: number, offset: number): number {
    this.pausedAt = undefined;
    let at = start;
    if (this.#linkType < 0) {
      if (end - start < FILE_HEADER) return 0;
      this.#readHeader(piece.view, start, offset);
      at += FILE_HEADER;
    }
    return this.#parseRecords(piece, at, end, offset - start) - start;
  }

  missing(left: number): string | undefined {
    if (this.#linkType < 0) return `file ends within its header (${left} of ${FILE_HEADER} bytes)`;
    return left === 0 ? undefined : `file ends within a packet (${left} bytes of it are there)`;
  }

  #readHeader(view: DataView, start: number, offset: number): void {
    this.#littleEndian = isPcapMagic(view.getUint32(start, true));
    const magic = view.getUint32(start, this.#littleEndian);
    this.#fractionsPerMs = magic === NANOSECONDS ? 1e6 : 1000;
    this.#recordHeader = magic === MODIFIED ? MODIFIED_RECORD_HEADER : RECORD_HEADER;
    const major = view.getUint16(start + 4, this.#littleEndian);
    const minor = view.getUint16(start + 6, this.#littleEndian);
    if (major !== 2) throw new MalformedCapture(offset + 4, `pcap version ${major}.${minor} is not known`);
    this.#mayBeExchanged = minor < 4;
    // The upper bits say whether frames end with a checksum.
    this.#linkType = view.getUint32(start + 20, this.#littleEndian) & 0x03ffffff;
  }

  #parseRecords(piece: Piece, start: number, end: number, fileOffset: number): number {
    const { bytes, view } = piece;
    const sink = this.#sink;
    const littleEndian = this.#littleEndian;
    const perMs = this.#fractionsPerMs;
    const header = this.#recordHeader;
    const linkType = this.#linkType;
    const until = this.until;
    let frames = 0;
    let at = start;
    try {
      while (at + header <= end) {
        const time = view.getUint32(at, littleEndian) * 1000 + view.getUint32(at + 4, littleEndian) / perMs;
        let captured = view.getUint32(at + 8, littleEndian);
        let wire = view.getUint32(at + 12, littleEndian);
        if (captured > wire && this.#mayBeExchanged) {
          const exchanged = captured;
          captured = wire;
          wire = exchanged;
        }
        if (captured > MAX_FRAME) {
          throw new MalformedCapture(fileOffset + at, `a packet of ${captured} captured bytes is not believable`);
        }
        const frame = at + header;
        const next = frame + captured;
        if (next > end) break;
        if (time > until) {
          this.pausedAt = time;
          break;
        }
        sink.frame(bytes, view, frame, next, wire, time, linkType);
        frames++;
        at = next;
      }
    } finally {
      this.frames += frames;
    }
    return at;
  }
}
