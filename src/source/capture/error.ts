/** Why a capture could not be read (to its end). */
export class CaptureError extends Error {
  override readonly name = 'CaptureError';
  /** As given by the caller; `stdin` for standard input. */
  readonly file: string;
  /** Where the fault is, bytes from the start of the (decompressed) file. */
  readonly offset: number;
  /** In a few words, without file and offset. */
  readonly reason: string;
  /** Frames that were read before. */
  readonly frames: number;

  constructor(file: string, offset: number, reason: string, frames: number) {
    super(`${file}: byte ${offset}: ${reason}`);
    this.file = file;
    this.offset = offset;
    this.reason = reason;
    this.frames = frames;
  }

  /** Whether something was read before the fault. */
  get partly(): boolean {
    return this.frames > 0;
  }
}

/** A fault that a parser found, before anyone says in which file. */
export class MalformedCapture extends Error {
  readonly offset: number;

  constructor(offset: number, reason: string) {
    super(reason);
    this.offset = offset;
  }
}
