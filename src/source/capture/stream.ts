import { CaptureError, MalformedCapture } from './error.ts';
import { type CaptureParser, type FrameSink, MAX_FRAME, type Piece } from './format.ts';
import { isPcapMagic, PcapParser } from './pcap.ts';
import { PcapngParser, SECTION_HEADER } from './pcapng.ts';

/** Bytes read at a time: as much as the processor's second-level cache likes (256 KB was fastest). */
export const CHUNK = 256 * 1024;
/** Room before a chunk for a record that began in the one before: the longest that is read as a whole. */
const CARRY = 2 * MAX_FRAME;

/**
 * A capture as it comes in: holds one buffer, finds out the format, and keeps the record that straddles two chunks.
 * Fill `bytes` from `makeRoom()` on, then call `filled`.
 */
export class CaptureStream implements Piece {
  readonly bytes = new Uint8Array(CARRY + CHUNK);
  readonly view = new DataView(this.bytes.buffer);
  readonly #file: string;
  readonly #sink: FrameSink;
  #parser: CaptureParser | undefined;
  #start = CARRY;
  #end = CARRY;
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

  /** Keeps what is not parsed yet, and answers where the next chunk (at most `CHUNK` bytes) is to be put. */
  makeRoom(): number {
    const left = this.#end - this.#start;
    this.bytes.copyWithin(CARRY - left, this.#start, this.#end);
    this.#start = CARRY - left;
    this.#end = CARRY;
    return CARRY;
  }

  /** Tells that `length` bytes were put there. */
  filled(length: number): void {
    this.#end = CARRY + length;
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
