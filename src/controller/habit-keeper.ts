import type { Habits } from '../model/habits.ts';
import type { Store } from '../store/store.ts';

/** What was newly learned is written this often, ms of wall time: an SD card must last, and days of learning weigh little. */
const WRITE_EVERY = 3_600_000;

/** What devices are known to need, between memory and disk. */
export class HabitKeeper {
  readonly #store: Store;
  readonly #now: () => number;
  readonly #learned: () => Habits[];
  /** Of each device, what was written last. */
  readonly #written = new Map<string, string>();
  #wroteAt: number;

  constructor(store: Store, now: () => number, learned: () => Habits[]) {
    this.#store = store;
    this.#now = now;
    this.#learned = learned;
    this.#wroteAt = now();
  }

  load(): Habits[] {
    const all = this.#store.habits();
    for (const habits of all) this.#written.set(habits.device, essence(habits));
    return all;
  }

  /** Once a second. */
  settle(): void {
    if (Math.abs(this.#now() - this.#wroteAt) < WRITE_EVERY) return;
    this.#wroteAt = this.#now();
    this.#keep(this.#learned().filter((habits) => this.#written.get(habits.device) !== essence(habits)));
  }

  /** At a clean stop: also when places were used last. */
  keepAll(): void {
    this.#keep(this.#learned());
  }

  forget(): void {
    this.#written.clear();
  }

  #keep(list: readonly Habits[]): void {
    if (list.length === 0 || !this.#store.keepHabits(list)) return;
    for (const habits of list) this.#written.set(habits.device, essence(habits));
  }
}

/** What is another only when something was learned; times of use move on by themselves. */
function essence({ since, days, places, update }: Habits): string {
  return JSON.stringify([since, days, places.map(({ place }) => place), update?.name]);
}
