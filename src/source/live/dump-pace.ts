/**
 * How fast the connection table is read. Up to `SMALL` entries: whole, once a second. Above: in slices with pauses, so
 * that reading takes a fixed share of a core, but never slower than one round in `LONGEST_ROUND_MS`.
 */

/** Share of a core that reading may take: the promise is 5 % with everything else that the agent does. */
const SHARE = 0.03;
const SLICE_MS = 4;
const LONGEST_ROUND_MS = 28_000;
const SHORTEST_ROUND_MS = 1000;

export class DumpPace {
  /** Entries up to which the whole table is read every second. */
  static readonly SMALL = 10_000;

  readonly #cpu: () => number;
  #began = 0;
  #atOnce = true;
  #sliceBegan = 0;
  #slice = 0;
  #used = 0;
  /** CPU that the last whole round took, ms. */
  #lastRound = 0;

  /** @param cpu CPU time of this thread, ms */
  constructor(cpu: () => number = threadCpu) {
    this.#cpu = cpu;
  }

  /** @param atOnce read everything without pauses, only yielding to events between slices */
  start(now: number, atOnce: boolean): void {
    this.#began = now;
    this.#atOnce = atOnce;
    this.#used = 0;
  }

  startSlice(): void {
    this.#sliceBegan = this.#cpu();
  }

  sliceIsOver(): boolean {
    return this.#cpu() - this.#sliceBegan >= SLICE_MS;
  }

  endSlice(): void {
    this.#slice = this.#cpu() - this.#sliceBegan;
    this.#used += this.#slice;
  }

  /** After a whole round. */
  finish(): void {
    this.#lastRound = this.#used + this.#cpu() - this.#sliceBegan;
  }

  /** ms until the next slice of this round. */
  pause(): number {
    return this.#atOnce ? 0 : this.#slice / this.#share() - this.#slice;
  }

  /** ms until the next round, after a complete one. */
  rest(now: number): number {
    return Math.max(0, this.#began + SHORTEST_ROUND_MS - now);
  }

  #share(): number {
    return Math.max(SHARE, this.#lastRound / LONGEST_ROUND_MS);
  }
}

function threadCpu(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
