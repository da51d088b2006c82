import type { TrippedView } from '../../contract/api.ts';
import type { TrippedObservation } from '../../model/observation.ts';

/** How long a trip is shown with its device, ms. */
const SHOWN_FOR = 60_000;
/** The same again is noted at most this often, ms: a flood is one event. */
const NOTED_EVERY = 10 * 60_000;
/** Devices with a trip that is remembered; as many as a home holds. */
export const MAX_TRIPPED = 1_024;

/** What the kernel's tripwires said of devices. */
export class Trips {
  readonly #now: () => number;
  readonly #shown = new Map<string, TrippedView>();
  readonly #noted = new Map<string, number>();

  constructor(now: () => number) {
    this.#now = now;
  }

  get shown(): ReadonlyMap<string, TrippedView> {
    return this.#shown;
  }

  /** @returns whether it is news that the household should find later */
  add(device: string, { reason, mode }: TrippedObservation): { tripped: TrippedView; isNews: boolean } {
    const at = this.#now();
    const tripped = { reason, mode, at };
    this.#shown.delete(device);
    this.#shown.set(device, tripped);
    if (this.#shown.size > MAX_TRIPPED) this.#shown.delete(this.#shown.keys().next().value!);
    const key = `${device} ${reason} ${mode}`;
    const isNews = !(Math.abs(at - (this.#noted.get(key) ?? Number.NEGATIVE_INFINITY)) < NOTED_EVERY);
    if (isNews) {
      this.#noted.delete(key);
      this.#noted.set(key, at);
      if (this.#noted.size > MAX_TRIPPED) this.#noted.delete(this.#noted.keys().next().value!);
    }
    return { tripped, isNews };
  }

  /** @returns devices whose trip is past */
  settle(): string[] {
    const over = [...this.#shown].filter(([, { at }]) => Math.abs(this.#now() - at) > SHOWN_FOR).map(([id]) => id);
    for (const id of over) this.#shown.delete(id);
    return over;
  }
}
