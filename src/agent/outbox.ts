/** Frames that wait for a controller that is away or slow, within a bound; the oldest go first. */

/** About 60,000 flow records: some minutes of an ordinary home. */
export const MAX_WAITING_BYTES = 8 * 1024 * 1024;

const NOTHING = new Uint8Array(0);

export class Outbox {
  readonly #maximum: number;
  #frames: Uint8Array[] = [];
  #head = 0;
  #bytes = 0;
  /** Frames given up because nobody took them. */
  dropped = 0;

  constructor(maximum = MAX_WAITING_BYTES) {
    this.#maximum = maximum;
  }

  get isEmpty(): boolean {
    return this.#head === this.#frames.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  put(frame: Uint8Array): void {
    this.#frames.push(frame);
    this.#bytes += frame.length;
    while (this.#bytes > this.#maximum) {
      this.#shift();
      this.dropped++;
    }
  }

  /** The oldest frame, in one piece with those after it as long as that has at most `most` bytes. */
  take(most = 0): Uint8Array | undefined {
    const first = this.#shift();
    if (!first) return undefined;
    const pieces = [first];
    let length = first.length;
    while (!this.isEmpty) {
      length += this.#frames[this.#head]!.length;
      if (length > most) break;
      pieces.push(this.#shift()!);
    }
    return pieces.length === 1 ? first : Buffer.concat(pieces);
  }

  #shift(): Uint8Array | undefined {
    const frame = this.#frames[this.#head];
    if (!frame) return undefined;
    // The place in the list must not keep the frame's half a megabyte alive.
    this.#frames[this.#head] = NOTHING;
    this.#bytes -= frame.length;
    if (++this.#head > 1024 && this.#head * 2 > this.#frames.length) {
      this.#frames = this.#frames.slice(this.#head);
      this.#head = 0;
    }
    return frame;
  }
}
