import type { Counters } from '../model/home.ts';

/** Ten minutes of seconds. */
export const SECONDS = 600;
/** Devices with a series of their own: 19 kB each. Those beyond show minutes only. */
export const MAX_SERIES = 256;
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

type Track = { counters: Counters; rateUp: number; rateDown: number };
const NOTHING: Counters = { packetsUp: 0, packetsDown: 0, bytesUp: 0, bytesDown: 0 };

/** Rates of devices and of the home, from how much their counters rose between two looks. */
export class Rates {
  readonly home = new Series();
  rateUp = 0;
  rateDown = 0;
  readonly #tracks = new Map<string, Track>();
  readonly #series = new Map<string, Series>();
  #moving = new Set<string>();
  #at = 0;

  /**
   * @param at observed time, ms
   * @param devices those whose counters may have changed
   * @returns devices whose counters or rates changed
   */
  update(at: number, devices: readonly string[], countersOf: (device: string) => Counters | undefined): string[] {
    const seconds = Math.max(1, (at - this.#at) / 1000);
    const elapsed = this.#at === 0 || seconds > SECONDS ? 1 : seconds;
    this.#at = at;
    this.rateUp = 0;
    this.rateDown = 0;
    const stopped = new Set(this.#moving);
    this.#moving = new Set();
    for (const device of devices) {
      stopped.delete(device);
      const counters = countersOf(device);
      if (counters) this.#step(device, counters, at, elapsed);
    }
    for (const device of stopped) this.#stop(device);
    return [...devices, ...stopped];
  }

  rateOf(device: string): { rateUp: number; rateDown: number } {
    const { rateUp, rateDown } = this.#tracks.get(device) ?? { rateUp: 0, rateDown: 0 };
    return { rateUp, rateDown };
  }

  get moving(): boolean {
    return this.#moving.size > 0;
  }

  seriesOf(device: string): Series | undefined {
    return this.#series.get(device);
  }

  /** All that `device` did is now counted under `into`, and is nothing that happened this second. */
  merge(device: string, into: string): void {
    const gone = this.#tracks.get(device);
    this.forget(device);
    if (!gone) return;
    const kept = this.#tracks.get(into);
    this.#tracks.set(into, {
      rateUp: 0,
      rateDown: 0,
      ...kept,
      counters: sum(kept?.counters ?? NOTHING, gone.counters, 1),
    });
  }

  forget(device: string): void {
    this.#tracks.delete(device);
    this.#series.delete(device);
    this.#moving.delete(device);
  }

  #step(device: string, counters: Counters, at: number, elapsed: number): void {
    const track = this.#tracks.get(device);
    const delta = sum(counters, track?.counters ?? NOTHING, -1);
    const rateUp = Math.max(0, delta.bytesUp / elapsed);
    const rateDown = Math.max(0, delta.bytesDown / elapsed);
    this.#tracks.set(device, { counters: { ...counters }, rateUp, rateDown });
    if (rateUp + rateDown > 0) this.#moving.add(device);
    this.rateUp += rateUp;
    this.rateDown += rateDown;
    const second = Math.floor(at / 1000);
    this.home.add(second, delta);
    this.#ownSeries(device)?.add(second, delta);
  }

  #stop(device: string): void {
    const track = this.#tracks.get(device);
    if (track) this.#tracks.set(device, { ...track, rateUp: 0, rateDown: 0 });
  }

  #ownSeries(device: string): Series | undefined {
    const known = this.#series.get(device);
    if (known || this.#series.size >= MAX_SERIES) return known;
    const series = new Series();
    this.#series.set(device, series);
    return series;
  }
}

function sum(a: Counters, b: Counters, sign: 1 | -1): Counters {
  return {
    packetsUp: a.packetsUp + sign * b.packetsUp,
    packetsDown: a.packetsDown + sign * b.packetsDown,
    bytesUp: a.bytesUp + sign * b.bytesUp,
    bytesDown: a.bytesDown + sign * b.bytesDown,
  };
}
