import type { Counters } from '../model/home.ts';
import { difference, Lead, NOTHING, sum } from './lead.ts';
import { SECONDS, Series } from './series.ts';

/** Devices with a series of their own: 19 kB each. Those beyond show minutes only. */
export const MAX_SERIES = 256;
/** Totals come every second; after so long without any the counters speak again, ms. */
const TOTALS_GONE = 2_500;
/** When totals end there are so few connections that all are read within so long; what is owed then never comes, ms. */
const CAUGHT_UP = 10_000;

type Track = { counters: Counters; lead?: Lead | undefined; rateUp: number; rateDown: number };
type CountersOf = (device: string) => Counters | undefined;

/**
 * Rates of devices and of the home, from how much their counters rose between two looks. While there are so many
 * connections that each is read now and then only, their counters come late and all at once: then the kernel's totals
 * of devices are what is told, and of the counters only what no total had told before.
 */
export class Rates {
  readonly home = new Series();
  rateUp = 0;
  rateDown = 0;
  readonly #tracks = new Map<string, Track>();
  readonly #series = new Map<string, Series>();
  #moving = new Set<string>();
  /** Devices whose counters rose since the last totals. */
  #unread = new Set<string>();
  #at = 0;
  #totalsAt = Number.NEGATIVE_INFINITY;

  /**
   * @param at observed time, ms
   * @param devices those whose counters may have changed
   * @returns devices whose counters or rates changed
   */
  update(at: number, devices: readonly string[], countersOf: CountersOf): string[] {
    const unread = this.#unread;
    for (const device of devices) unread.add(device);
    if (this.#hasTotals(at)) return [...devices];
    this.#unread = new Set();
    const afterTotals = this.#at === this.#totalsAt;
    const since = this.#at;
    const elapsed = this.#begin(at);
    const stopped = this.#restart();
    for (const device of unread) {
      stopped.delete(device);
      const rise = this.#rise(device, countersOf);
      if (rise) this.#tell(device, rise, afterTotals ? secondsAfter(since, at) : [secondOf(at)], elapsed);
    }
    for (const device of stopped) this.#stop(device);
    return [...unread, ...stopped];
  }

  /**
   * What devices did in the last second, as the kernel counted them as a whole. May come in parts with the same time.
   * @returns devices whose rates changed
   */
  totals(at: number, gains: ReadonlyMap<string, Counters>, countersOf: CountersOf): string[] {
    const isFirst = at !== this.#totalsAt;
    const elapsed = this.#hasTotals(at) && isFirst ? Math.max(0.5, Math.abs(at - this.#totalsAt) / 1000) : 1;
    this.#totalsAt = at;
    this.#at = at;
    for (const device of this.#unread) this.#rise(device, countersOf);
    this.#unread.clear();
    const stopped = isFirst ? this.#restart() : new Set<string>();
    for (const [device, gain] of gains) {
      const before = stopped.delete(device) || isFirst ? STILL : this.rateOf(device);
      const track = this.#trackOf(device, countersOf);
      track.lead ??= new Lead();
      track.lead.add(at, gain);
      this.#tell(device, gain, [secondOf(at)], elapsed, before);
    }
    for (const device of stopped) this.#stop(device);
    return [...gains.keys(), ...stopped];
  }

  rateOf(device: string): { rateUp: number; rateDown: number } {
    const { rateUp, rateDown } = this.#tracks.get(device) ?? STILL;
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
    const counters = sum(kept?.counters ?? NOTHING, gone.counters);
    this.#tracks.set(into, { ...STILL, ...kept, counters, lead: kept?.lead ?? gone.lead });
    this.#unread.add(into);
  }

  forget(device: string): void {
    this.#tracks.delete(device);
    this.#series.delete(device);
    this.#moving.delete(device);
    this.#unread.delete(device);
  }

  #hasTotals(at: number): boolean {
    return Math.abs(at - this.#totalsAt) < TOTALS_GONE;
  }

  /** @returns seconds since the last look */
  #begin(at: number): number {
    const seconds = Math.max(1, (at - this.#at) / 1000);
    const elapsed = this.#at === 0 || seconds > SECONDS ? 1 : seconds;
    this.#at = at;
    return elapsed;
  }

  /** @returns devices that moved until now */
  #restart(): Set<string> {
    const moving = this.#moving;
    this.#moving = new Set();
    this.rateUp = 0;
    this.rateDown = 0;
    return moving;
  }

  /** How much a device's counters rose since they were last read, beyond what totals told before them. */
  #rise(device: string, countersOf: CountersOf): Counters | undefined {
    const counters = countersOf(device);
    if (!counters) return undefined;
    const track = this.#tracks.get(device) ?? this.#newTrack(device, NOTHING);
    const rise = difference(counters, track.counters);
    track.counters = { ...counters };
    if (Math.abs(this.#at - this.#totalsAt) > CAUGHT_UP) track.lead = undefined;
    return track.lead ? track.lead.settle(rise) : rise;
  }

  #tell(device: string, delta: Counters, seconds: readonly number[], elapsed: number, before = STILL): void {
    const track = this.#tracks.get(device)!;
    const rateUp = Math.max(0, delta.bytesUp / elapsed);
    const rateDown = Math.max(0, delta.bytesDown / elapsed);
    track.rateUp = before.rateUp + rateUp;
    track.rateDown = before.rateDown + rateDown;
    if (track.rateUp + track.rateDown > 0) this.#moving.add(device);
    this.rateUp += rateUp;
    this.rateDown += rateDown;
    const own = this.#ownSeries(device);
    const share = shareOf(delta, seconds.length);
    for (const second of seconds) {
      this.home.add(second, share);
      own?.add(second, share);
    }
  }

  #stop(device: string): void {
    const track = this.#tracks.get(device);
    if (track) this.#tracks.set(device, { ...track, ...STILL });
  }

  /** What a device had done before it was first told of as a whole is nothing that happened this second. */
  #trackOf(device: string, countersOf: CountersOf): Track {
    return this.#tracks.get(device) ?? this.#newTrack(device, countersOf(device) ?? NOTHING);
  }

  #newTrack(device: string, counters: Counters): Track {
    const track: Track = { counters: { ...counters }, ...STILL };
    this.#tracks.set(device, track);
    return track;
  }

  #ownSeries(device: string): Series | undefined {
    const known = this.#series.get(device);
    if (known || this.#series.size >= MAX_SERIES) return known;
    const series = new Series();
    this.#series.set(device, series);
    return series;
  }
}

const STILL = { rateUp: 0, rateDown: 0 };

function secondOf(at: number): number {
  return Math.floor(at / 1000);
}

/** The seconds of which nothing was told yet. */
function secondsAfter(since: number, at: number): number[] {
  const [first, last] = [secondOf(since) + 1, secondOf(at)];
  return first >= last || last - first > SECONDS
    ? [last]
    : Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

function shareOf(delta: Counters, parts: number): Counters {
  if (parts === 1) return delta;
  const { packetsUp, packetsDown, bytesUp, bytesDown } = delta;
  return {
    packetsUp: packetsUp / parts,
    packetsDown: packetsDown / parts,
    bytesUp: bytesUp / parts,
    bytesDown: bytesDown / parts,
  };
}
