/** Starts whose distances are remembered: enough for a median that one lost beacon does not move. */
const REMEMBERED = 24;
/** Starts this close are one: a browser opens several connections at once. */
const TOGETHER = 1_500;

/** How regularly something happens: the distances of its last starts. */
export class Rhythm {
  /** How often it happened, and when last, ms since the epoch. */
  count = 0;
  last = Number.NEGATIVE_INFINITY;
  #distances: Float32Array | undefined;
  #at = 0;
  /** What was measured last, and at which count: several detectors ask. */
  #measured: { distance: number; spread: number } | undefined;
  #measuredAt = 0;

  /** @returns whether it was a new start */
  note(at: number): boolean {
    const distance = at - this.last;
    if (distance < TOGETHER) return false;
    this.last = at;
    if (this.count++ === 0) return true;
    this.#distances ??= new Float32Array(REMEMBERED);
    this.#distances[this.#at] = distance;
    this.#at = (this.#at + 1) % REMEMBERED;
    return true;
  }

  /** Distances at hand. */
  get known(): number {
    return Math.min(REMEMBERED, this.count - 1);
  }

  /** Share of the distances that are at most so long, ms; at a half and more the median is. */
  shareWithin(distance: number): number {
    const { known } = this;
    let within = 0;
    for (let i = 0; i < known; i++) if (this.#distances![i]! <= distance) within++;
    return within / known;
  }

  /**
   * Median distance, ms, and its relative spread: the median deviation from it as a share of it. Clockwork has 0, even
   * jitter of half the distance 0.25, chance (a Poisson process) 0.69, people more.
   */
  measure(): { distance: number; spread: number } | undefined {
    if (this.known < 2) return undefined;
    if (this.#measuredAt !== this.count) this.#measured = this.#measure();
    this.#measuredAt = this.count;
    return this.#measured;
  }

  #measure(): { distance: number; spread: number } {
    const { known } = this;
    for (let i = 0; i < known; i++) SORTED[i] = this.#distances![i]!;
    sort(SORTED, known);
    const distance = SORTED[known >> 1]!;
    return { distance, spread: medianDeviation(SORTED, known) / distance };
  }
}

const SORTED = new Float32Array(REMEMBERED);

/** Sorts the first `count` by insertion: for so few it takes a tenth of the time of a call of the general one. */
function sort(values: Float32Array, count: number): void {
  for (let i = 1; i < count; i++) {
    const value = values[i]!;
    let at = i;
    for (; at > 0 && values[at - 1]! > value; at--) values[at] = values[at - 1]!;
    values[at] = value;
  }
}

/** Median distance of sorted values from their median: from there outwards, the nearer neighbour first. */
function medianDeviation(sorted: Float32Array, count: number): number {
  const middle = count >> 1;
  const median = sorted[middle]!;
  let below = middle - 1;
  let above = middle + 1;
  let deviation = 0;
  for (let passed = 0; passed < middle; passed++) {
    const down = below < 0 ? Number.POSITIVE_INFINITY : median - sorted[below]!;
    const up = above >= count ? Number.POSITIVE_INFINITY : sorted[above]! - median;
    deviation = Math.min(down, up);
    if (down < up) below--;
    else above++;
  }
  return Math.fround(deviation);
}
