import { setImmediate, setTimeout } from 'node:timers/promises';
import type { FrameSink } from './format.ts';
import { type CaptureEnd, type ReadOptions, withBytes } from './read.ts';
import { CaptureStream } from './stream.ts';

/** Takes frames and, between them, the time. A `Digest` is one. */
export type PacedSink = FrameSink & { advance(at: number): void };

export type PlayOptions = ReadOptions & {
  /** Recorded seconds per second; more than 0. */
  speed: number;
};

/** How often the recorded time is told, ms. */
const BEAT = 100;
/** A silence in the recording is played for at most this long, ms. */
const LONGEST_SILENCE = 60_000;

/** Plays a capture at its recorded speed times `speed`. Errors as `readCapture`. */
export async function playCapture(path: string, sink: PacedSink, options: PlayOptions): Promise<CaptureEnd> {
  const { onProgress, signal, speed } = options;
  const stream = new CaptureStream(path, sink);
  const pace = new Pace(speed);
  return withBytes(path, stream, async (source, size) => {
    for (;;) {
      const length = await source.read(stream.bytes, stream.makeRoom());
      stream.filled(length);
      for (let next = stream.parse(pace.now()); next !== undefined; next = stream.parse(pace.now())) {
        if (signal?.aborted === true) return false;
        pace.waitFor(next);
        const now = pace.now();
        if (now >= next) continue;
        if (now > 0) sink.advance(now);
        await pause(Math.min(BEAT, (next - now) / speed), signal);
      }
      if (signal?.aborted === true) return false;
      onProgress?.(source.taken, size);
      if (length === 0) {
        stream.end();
        return true;
      }
      // Also a recording that is behind its time lets others have a turn.
      await setImmediate();
    }
  });
}

/** Recorded time as a function of the machine's: starts with the first frame, and leaps over long silences. */
class Pace {
  readonly #speed: number;
  #recorded = Number.NEGATIVE_INFINITY;
  #started = 0;

  constructor(speed: number) {
    this.#speed = speed;
  }

  now(): number {
    return this.#recorded + (performance.now() - this.#started) * this.#speed;
  }

  waitFor(next: number): void {
    if (next - this.now() <= LONGEST_SILENCE * this.#speed) return;
    this.#recorded = next;
    this.#started = performance.now();
  }
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await setTimeout(ms, undefined, { signal });
  } catch (error) {
    if (signal?.aborted !== true) throw error;
  }
}
