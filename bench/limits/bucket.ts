/**
 * What a token bucket would have to hold: for each of several rates the smallest burst with which every event so far
 * would have passed.
 */
export class Bucket {
  readonly #rates: readonly number[];
  readonly #levels: Float64Array;
  readonly bursts: Float64Array;
  #last = Number.NEGATIVE_INFINITY;

  /** @param rates events a second */
  constructor(rates: readonly number[]) {
    this.#rates = rates;
    this.#levels = new Float64Array(rates.length);
    this.bursts = new Float64Array(rates.length);
  }

  /** @param at ms; one that is before the last is taken as the last */
  add(at: number): void {
    const passed = Math.max(0, at - this.#last) / 1000;
    this.#last = Math.max(at, this.#last);
    for (let i = 0; i < this.#rates.length; i++) {
      const level = Math.max(0, this.#levels[i]! - passed * this.#rates[i]!) + 1;
      this.#levels[i] = level;
      if (level > this.bursts[i]!) this.bursts[i] = level;
    }
  }
}
