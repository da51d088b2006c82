import type { DatabaseSync } from 'node:sqlite';
import type { HabitPlace, Habits } from '../model/habits.ts';

/** As many as devices are remembered; the longest unchanged make room. 192 places and at most 60 kB each. */
export const MAX_HABITS = 2_048;
/** Characters of one row: 192 places of 280 with their times fit. */
export const MAX_HABIT_LENGTH = 128 * 1024;
/** Of what a value holds; rows of another one are learned anew. */
const VERSION = 1;

export type BrokenHabits = { device: string; problem: string };

/** What devices are known to need, one row a device. */
export class StoredHabits {
  readonly #all;
  readonly #setAside;
  readonly #keep;
  readonly #forgetMerged;
  readonly #trim;

  constructor(database: DatabaseSync) {
    this.#all = database.prepare('SELECT device, version, value FROM habit WHERE problem IS NULL ORDER BY device');
    this.#setAside = database.prepare('UPDATE habit SET problem = ? WHERE device = ?');
    this.#keep = database.prepare('INSERT OR REPLACE INTO habit VALUES (?, ?, ?, ?, NULL)');
    this.#forgetMerged = database.prepare(
      'DELETE FROM habit WHERE device IN (SELECT key FROM device WHERE merged_into IS NOT NULL)',
    );
    this.#trim = database.prepare(
      `DELETE FROM habit WHERE device IN (SELECT device FROM habit ORDER BY saved DESC LIMIT -1 OFFSET ${MAX_HABITS})`,
    );
  }

  /** Those that can be read, and why the others cannot. */
  all(): { habits: Habits[]; broken: BrokenHabits[] } {
    const habits: Habits[] = [];
    const broken: BrokenHabits[] = [];
    for (const row of this.#all.all()) {
      const device = String(row.device);
      const read = readHabits(device, Number(row.version), row.value);
      if ('problem' in read) broken.push({ device, problem: read.problem });
      else habits.push(read);
    }
    return { habits, broken };
  }

  /** It is not read again, but stays for an expert until something new is learned. */
  setAside({ device, problem }: BrokenHabits): void {
    this.#setAside.run(problem, device);
  }

  /** Within a transaction of the caller. @param at ms */
  keep(list: readonly Habits[], at: number): void {
    for (const { device, ...habits } of list) {
      const value = JSON.stringify(habits);
      if (value.length <= MAX_HABIT_LENGTH) this.#keep.run(device, VERSION, Math.round(at), value);
    }
    this.#forgetMerged.run();
    this.#trim.run();
  }
}

function readHabits(device: string, version: number, value: unknown): Habits | { problem: string } {
  if (version !== VERSION) return { problem: `written as version ${version}, this one knows ${VERSION}` };
  let read: unknown;
  try {
    read = JSON.parse(String(value));
  } catch {
    return { problem: 'no JSON' };
  }
  return isHabits(read) ? { ...read, device } : { problem: 'not what was written' };
}

function isHabits(value: unknown): value is Habits {
  if (typeof value !== 'object' || value === null) return false;
  const { since, days, places, update } = value as Partial<Habits>;
  if (!isTime(since) || !Number.isSafeInteger(days) || days! < 0 || !Array.isArray(places)) return false;
  const isUpdate = update === undefined || (isTime(update?.at) && typeof update?.name === 'string');
  return isUpdate && places.every(isPlace);
}

function isPlace(value: unknown): value is HabitPlace {
  if (typeof value !== 'object' || value === null) return false;
  const { place, first, last } = value as Partial<HabitPlace>;
  return typeof place === 'string' && isTime(first) && isTime(last);
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
