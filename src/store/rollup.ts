import type { DatabaseSync } from 'node:sqlite';
import { repeatable } from './database.ts';
import { addInto, COARSE_LEVELS, HOUR, type Level, MINUTE, SUMS } from './levels.ts';
import type { Row } from './minute-rows.ts';
import type { Minutes } from './minutes.ts';
import { Rolled, type Target } from './rolled.ts';

/** Conversations that one step reads: some 30 ms on two slow cores. */
const ROWS_PER_STEP = 20_000;
const KEY = 'device, node, service, initiator';

/** Adds what is in `temp.recent`, of one hour that begins with or before the minute `from`, to a target. */
type Roll = { target: Target; add: (from: number) => void };

/**
 * Makes hours, days and contacts out of minutes, in steps that never block for long: one of the three at a time.
 * Each step is a transaction; `rolled` moves with it, so a crash repeats or loses nothing.
 */
export class Rollup {
  readonly #database: DatabaseSync;
  readonly #minutes: Minutes;
  readonly #rolled: Rolled;
  readonly #rolls: readonly Roll[];

  constructor(database: DatabaseSync, minutes: Minutes) {
    this.#database = database;
    this.#minutes = minutes;
    this.#rolled = new Rolled(database);
    const contacts = database.prepare(CONTACTS);
    this.#rolls = [
      ...COARSE_LEVELS.map((level) => rollInto(database, level)),
      { target: 'contact', add: () => contacts.run() },
    ];
  }

  /**
   * Rolls an hour of minutes, fewer where they are many, into one of the targets.
   * @param at observed time, ms
   * @returns whether more waits
   */
  step(at: number): boolean {
    const end = lastWholeHour(at);
    return this.#rolls.some((roll) => this.#roll(roll, end));
  }

  /** A minute that comes after it was rolled up (a clock set back) is added at once. Within a transaction of the caller. */
  addLate(bucket: number, rows: readonly Row[]): void {
    const late = this.#rolls.filter(({ target }) => bucket < this.#rolled.upTo(target));
    if (late.length === 0) return;
    this.#minutes.askOf(bucket, rows, () => {
      for (const { add } of late) add(bucket);
    });
  }

  #roll({ target, add }: Roll, end: number): boolean {
    const from = this.#minutes.first(this.#rolled.upTo(target));
    if (from === undefined || from >= end) return false;
    let to = (Math.floor((from * MINUTE) / HOUR) * HOUR + HOUR) / MINUTE;
    while (to - from > 1 && this.#minutes.count(from, to) > ROWS_PER_STEP) to = (from + to + 1) >> 1;
    repeatable(this.#database, () => {
      this.#minutes.ask(from, to, undefined, () => add(from));
      this.#rolled.advance(target, to);
    });
    return true;
  }
}

/** Whole hours only are rolled up, so that a bucket of the hour table is written once. In minutes. */
function lastWholeHour(at: number): number {
  return (Math.floor(at / HOUR) * HOUR) / MINUTE;
}

function rollInto(database: DatabaseSync, { name, width }: Level<Exclude<Target, 'contact'>>): Roll {
  const into = (table: string, key: string) =>
    database.prepare(addInto(table, `bucket, ${key}`, `SELECT ?, ${key}, ${SUMS} FROM recent GROUP BY ${key}`));
  const conversations = into(`conversation_${name}`, KEY);
  const traffic = into(`traffic_${name}`, 'device');
  return {
    target: name,
    add: (from) => {
      const bucket = Math.floor((from * MINUTE) / width);
      conversations.run(bucket);
      traffic.run(bucket);
    },
  };
}

const CONTACTS = `
  INSERT INTO contact
  SELECT ${KEY}, min(bucket) * ${MINUTE}, (max(bucket) + 1) * ${MINUTE}, ${SUMS}
  FROM recent GROUP BY ${KEY}
  ON CONFLICT DO UPDATE SET
    first = min(first, excluded.first), last = max(last, excluded.last),
    packets_up = packets_up + excluded.packets_up, packets_down = packets_down + excluded.packets_down,
    bytes_up = bytes_up + excluded.bytes_up, bytes_down = bytes_down + excluded.bytes_down`;
