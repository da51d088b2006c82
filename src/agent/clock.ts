/**
 * The time of observations: the machine's wall clock, made to run forwards. A small step back (NTP, a leap second) is
 * waited for at half speed, a large one (a router without battery that learns the date) is followed at once.
 */

const LARGE_STEP_MS = 60_000;

export class Clock {
  readonly #wall: () => number;
  readonly #steady: () => number;
  #at: number;
  #readAt: number;

  /** @param wall ms since the epoch; `steady` ms since anything, never set back */
  constructor(wall: () => number = Date.now, steady: () => number = () => performance.now()) {
    this.#wall = wall;
    this.#steady = steady;
    this.#at = wall();
    this.#readAt = steady();
  }

  /** ms since the epoch. */
  readonly now = (): number => {
    const steady = this.#steady();
    const wall = this.#wall();
    const elapsed = steady - this.#readAt;
    this.#readAt = steady;
    const ahead = this.#at - wall;
    this.#at = ahead <= 0 || ahead > LARGE_STEP_MS ? wall : this.#at + elapsed / 2;
    return this.#at;
  };
}
