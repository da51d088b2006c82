import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { repeatable } from './database.ts';
import { addInto, DAY, HOUR, MINUTE, SUMS } from './levels.ts';
import { Rolled, type Target } from './rolled.ts';

/** Rows that one step reads: some 20 ms on two slow cores. */
const ROWS_PER_STEP = 20_000;
const KEY = 'device, node, service, initiator';
const RANGE = 'WHERE bucket >= :from AND bucket < :to';

/**
 * Makes hours, days and contacts out of minutes, in steps that never block for long: one of the three at a time.
 * Each step is a transaction; `rolled` moves with it, so a crash repeats or loses nothing.
 */
export class Rollup {
  readonly #database: DatabaseSync;
  readonly #rolled: Rolled;
  readonly #firstMinute: StatementSync;
  readonly #countRows: StatementSync;
  readonly #targets: readonly (readonly [Target, readonly StatementSync[]])[];

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#rolled = new Rolled(database);
    this.#firstMinute = database.prepare('SELECT min(bucket) AS bucket FROM conversation_minute WHERE bucket >= ?');
    this.#countRows = database.prepare(`SELECT count(*) AS rows FROM conversation_minute ${RANGE}`);
    const prepare = (...sql: string[]) => sql.map((text) => database.prepare(text));
    this.#targets = [
      ['hour', prepare(conversationsInto('hour', HOUR), trafficInto('hour', HOUR))],
      ['day', prepare(conversationsInto('day', DAY), trafficInto('day', DAY))],
      ['contact', prepare(CONTACTS)],
    ];
  }

  /**
   * Rolls an hour of minutes, fewer where they are many, into one of the targets.
   * @param at observed time, ms
   * @returns whether more waits
   */
  step(at: number): boolean {
    const end = lastWholeHour(at);
    return this.#targets.some(([target, statements]) => this.#roll(target, statements, end));
  }

  #roll(target: Target, statements: readonly StatementSync[], end: number): boolean {
    const from = this.#firstMinute.get(this.#rolled.upTo(target))?.bucket as number | null;
    if (from === null || from >= end) return false;
    let to = (Math.floor((from * MINUTE) / HOUR) * HOUR + HOUR) / MINUTE;
    while (to - from > 1 && Number(this.#countRows.get({ from, to })!.rows) > ROWS_PER_STEP) to = (from + to + 1) >> 1;
    repeatable(this.#database, () => {
      for (const statement of statements) statement.run({ from, to });
      this.#rolled.advance(target, to);
    });
    return true;
  }
}

/** Whole hours only are rolled up, so that a bucket of the hour table is written once. In minutes. */
function lastWholeHour(at: number): number {
  return (Math.floor(at / HOUR) * HOUR) / MINUTE;
}

/** The bucket that minutes `from` ≤ bucket < `to`, all of one hour, go to. Numbers are bound as doubles, whose division would not be whole. */
const bucketOf = (width: number) => `CAST(:from AS INTEGER) / ${width / MINUTE}`;

function conversationsInto(name: string, width: number): string {
  const rows = `SELECT ${bucketOf(width)}, ${KEY}, ${SUMS} FROM conversation_minute ${RANGE} GROUP BY ${KEY}`;
  return addInto(`conversation_${name}`, `bucket, ${KEY}`, rows);
}

function trafficInto(name: string, width: number): string {
  const rows = `SELECT ${bucketOf(width)}, device, ${SUMS} FROM traffic_minute ${RANGE} GROUP BY device`;
  return addInto(`traffic_${name}`, 'bucket, device', rows);
}

const CONTACTS = `
  INSERT INTO contact
  SELECT ${KEY}, min(bucket) * ${MINUTE}, (max(bucket) + 1) * ${MINUTE}, ${SUMS}
  FROM conversation_minute ${RANGE} GROUP BY ${KEY}
  ON CONFLICT DO UPDATE SET
    first = min(first, excluded.first), last = max(last, excluded.last),
    packets_up = packets_up + excluded.packets_up, packets_down = packets_down + excluded.packets_down,
    bytes_up = bytes_up + excluded.bytes_up, bytes_down = bytes_down + excluded.bytes_down`;
