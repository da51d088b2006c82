import type { Counters } from '../model/home.ts';

/** Ten minutes of seconds. */
export const SECONDS = 600;
const COLUMNS = 4;

type Point = [number, number, number, number, number];

/** What one device or the home did in each of the last seconds. */
export class Series {
  readonly #values = new Float64Array(SECONDS * COLUMNS);
  #newest = 0;

  /** @param second since the epoch; one before the last ten minutes is left out */
  add(second: number, delta: Counters): void {
    this.#advance(second);
    if (second <= this.#newest - SECONDS) return;
    const at = (second % SECONDS) * COLUMNS;
    this.#values[at]! += delta.bytesUp;
    this.#values[at + 1]! += delta.bytesDown;
    this.#values[at + 2]! += delta.packetsUp;
    this.#values[at + 3]! += delta.packetsDown;
  }

  /** The ten minutes that end with `second`. */
  points(second: number): Point[] {
    return Array.from({ length: SECONDS }, (_, i) => this.#point(second - SECONDS + 1 + i));
  }

  #point(second: number): Point {
    const known = second <= this.#newest && second > this.#newest - SECONDS && second >= 0;
    const at = (second % SECONDS) * COLUMNS;
    const value = (i: number) => (known ? this.#values[at + i]! : 0);
    return [second * 1000, value(0), value(1), value(2), value(3)];
  }

  #advance(second: number): void {
    const steps = Math.min(second - this.#newest, SECONDS);
    for (let i = 0; i < steps; i++) {
      const at = ((second - i) % SECONDS) * COLUMNS;
      this.#values.fill(0, at, at + COLUMNS);
    }
    if (steps > 0) this.#newest = second;
  }
}
