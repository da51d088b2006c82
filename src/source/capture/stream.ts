import { CaptureError, MalformedCapture } from './error.ts';
import { type CaptureParser, type FrameSink, MAX_FRAME, type Piece } from './format.ts';
import { isPcapMagic, PcapParser } from './pcap.ts';
import { PcapngParser, SECTION_HEADER } from './pcapng.ts';

/** Bytes read at a time: enough that the hop to the reading thread costs little, and still near the processor. */
export const CHUNK = 512 * 1024;
/** Room before a chunk for a record that began in the one before: the longest that is read as a whole. */
export const ROOM = 2 * MAX_FRAME;

/**
 * A capture as it comes in: finds out the format, and keeps the record that straddles two chunks. Put a chunk (at most
 * `CHUNK` bytes) into `spare` from `ROOM` on, also while the one before is parsed, then call `take`.
 */
export class CaptureStream implements Piece {
  bytes = new Uint8Array(ROOM + CHUNK);
  view = new DataView(this.bytes.buffer);
  spare = new Uint8Array(ROOM + CHUNK);
  #spareView = new DataView(this.spare.buffer);
  readonly #file: string;
  readonly #sink: FrameSink;
  #parser: CaptureParser | undefined;
  #start = ROOM;
  #end = ROOM;
  /** Of `#start` in the file. */
  #offset = 0;

  constructor(file: string, sink: FrameSink) {
    this.#file = file;
    this.#sink = sink;
  }

  get format(): 'pcap' | 'pcapng' | undefined {
    return this.#parser?.format;
  }
  get frames(): number {
    return this.#parser?.frames ?? 0;
  }
  /** Bytes parsed. */
  get offset(): number {
    return this.#offset;
  }

  /** Goes on with the `length` bytes in `spare`, before which it keeps what is not parsed yet. */
  take(length: number): void {
    const { bytes, view, spare } = this;
    const left = this.#end - this.#start;
    spare.set(bytes.subarray(this.#start, this.#end), ROOM - left);
    this.bytes = spare;
    this.view = this.#spareView;
    this.spare = bytes;
    this.#spareView = view;
    this.#start = ROOM - left;
    this.#end = ROOM + length;
  }

  /**
   * Parses what is there, frames up to the time `until`.
   *
   * @returns time of the frame that was too late; `undefined` where more bytes are needed
   * @throws CaptureError
   */
  parse(until = Number.POSITIVE_INFINITY): number | undefined {
    try {
      this.#parser ??= this.#detect();
      const parser = this.#parser;
      if (parser === undefined) return undefined;
      parser.until = until;
      const used = parser.parse(this, this.#start, this.#end, this.#offset);
      this.#start += used;
      this.#offset += used;
      return parser.pausedAt;
    } catch (error) {
      if (error instanceof MalformedCapture) throw this.#fault(error.offset, error.message);
      throw error;
    }
  }

  /** The file is over. @throws CaptureError if it ends in the middle */
  end(): void {
    const left = this.#end - this.#start;
    if (this.#parser === undefined) throw this.#fault(0, left === 0 ? 'the file is empty' : 'not a capture file');
    const missing = this.#parser.missing(left);
    if (missing !== undefined) throw this.#fault(this.#offset, missing);
  }

  /** An error of this file at the place reached. */
  fault(reason: string): CaptureError {
    return this.#fault(this.#offset, reason);
  }

  #fault(offset: number, reason: string): CaptureError {
    return new CaptureError(this.#file, offset, reason, this.frames);
  }

  #detect(): CaptureParser | undefined {
    if (this.#end - this.#start < 4) return undefined;
    const magic = this.view.getUint32(this.#start);
    if (magic === SECTION_HEADER) return new PcapngParser(this.#sink);
    if (isPcapMagic(magic) || isPcapMagic(this.view.getUint32(this.#start, true))) return new PcapParser(this.#sink);
    throw new MalformedCapture(0, 'not a capture file (neither pcap nor pcapng)');
  }
}
