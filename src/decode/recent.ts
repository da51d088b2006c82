import { mix } from './octets.ts';

/** Remembered tags; direct-mapped, so that a newer tag takes an older one's place. A power of two. */
const SLOTS = 8192;

/** Which tags were noted within a time: tells a repeated message from a new one, in constant memory. */
export class Recent {
  private readonly tags = new Uint32Array(SLOTS);
  private readonly times = new Float64Array(SLOTS).fill(Number.NEGATIVE_INFINITY);
  private readonly window: number;

  /** @param window ms of observed time */
  constructor(window: number) {
    this.window = window;
  }

  has(tag: number, at: number): boolean {
    const slot = mix(tag) & (SLOTS - 1);
    return this.tags[slot] === tag >>> 0 && Math.abs(at - this.times[slot]!) <= this.window;
  }

  note(tag: number, at: number): void {
    const slot = mix(tag) & (SLOTS - 1);
    this.tags[slot] = tag;
    this.times[slot] = at;
  }
}
