/** A frame may be this much older than the step it comes in (several interfaces, reordering), ms. */
const TOLERANCE = 1000;
const SECOND = 1000;
/** After a longer silence time jumps: a tick for each of so many seconds, then one at the new time. */
const MAX_TICKS = 120;
/** The last moment that a Date can hold, ms. */
const END_OF_TIME = 8.64e15;

export function isTime(at: number): boolean {
  return at >= 0 && at <= END_OF_TIME;
}

/** Observed time: which step a packet falls into, and which whole seconds pass. */
export class Clock {
  /** First moment of the next step; before the first packet there is none. */
  stepEnd = Number.NEGATIVE_INFINITY;
  #nextTick = Number.NEGATIVE_INFINITY;
  readonly #step: number;

  /** @param step changes are drained in steps of this much observed time, ms */
  constructor(step: number) {
    this.#step = step;
  }

  /** Whether `at` lies in the current step, as almost every packet does. */
  within(at: number): boolean {
    return at < this.stepEnd && at >= this.stepEnd - this.#step - TOLERANCE;
  }

  /**
   * Moves to the step that holds `at`, which may be in the past: where the source's clock went back, steps go on from
   * the earlier time. Calls `tick` for the whole seconds that passed.
   */
  move(at: number, tick: (at: number) => void): void {
    const forward = at >= this.stepEnd && this.stepEnd >= 0;
    this.stepEnd = Math.floor(at / this.#step) * this.#step + this.#step;
    if (!forward) {
      this.#nextTick = Math.floor(at / SECOND) * SECOND + SECOND;
      return;
    }
    for (let i = 0; i < MAX_TICKS && this.#nextTick <= at; i++) {
      tick(this.#nextTick);
      this.#nextTick += SECOND;
    }
    if (this.#nextTick <= at) {
      this.#nextTick = Math.floor(at / SECOND) * SECOND;
      tick(this.#nextTick);
      this.#nextTick += SECOND;
    }
  }
}
