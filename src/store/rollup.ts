import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { transaction } from './database.ts';
import { addInto, DAY, HOUR, MINUTE, SUMS } from './levels.ts';
import { lastWholeHour } from './traffic.ts';

/** Rows that one step reads: some 20 ms on two slow cores. */
const ROWS_PER_STEP = 20_000;
const KEY = 'device, node, service, initiator';

/**
 * Makes hours, days and contacts out of minutes, in steps that never block for long.
 * Each step is a transaction; `rolled` moves with it, so a crash repeats or loses nothing.
 */
export class Rollup {
  readonly #database: DatabaseSync;
  readonly #rolled: StatementSync;
  readonly #setRolled: StatementSync;
  readonly #firstMinute: StatementSync;
  readonly #countRows: StatementSync;
  readonly #roll: StatementSync[];

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#rolled = database.prepare('SELECT minute FROM rolled');
    this.#setRolled = database.prepare(
      'INSERT INTO rolled (id, minute) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET minute = excluded.minute',
    );
    this.#firstMinute = database.prepare('SELECT min(bucket) AS bucket FROM conversation_minute WHERE bucket >= ?');
    this.#countRows = database.prepare(
      'SELECT count(*) AS rows FROM conversation_minute WHERE bucket >= ? AND bucket < ?',
    );
    this.#roll = rollStatements(database);
  }

  /**
   * Rolls an hour of minutes, fewer where they are many.
   * @param at observed time, ms
   * @returns whether more waits
   */
  step(at: number): boolean {
    const end = lastWholeHour(at);
    const rolled = Number(this.#rolled.get()?.minute ?? 0);
    const from = this.#firstMinute.get(rolled)?.bucket as number | null;
    if (from === null || from >= end) return false;
    let to = (Math.floor((from * MINUTE) / HOUR) * HOUR + HOUR) / MINUTE;
    while (to - from > 1 && Number(this.#countRows.get(from, to)!.rows) > ROWS_PER_STEP) to = (from + to + 1) >> 1;
    transaction(this.#database, () => {
      for (const statement of this.#roll) statement.run({ from, to });
      this.#setRolled.run(to);
    });
    return true;
  }
}

/** Minutes `from` ≤ bucket < `to`, all of one hour, into hours, days and contacts. */
function rollStatements(database: DatabaseSync): StatementSync[] {
  // Numbers are bound as doubles, whose division would not be whole.
  const bucket = (width: number) => `CAST(:from AS INTEGER) / ${width / MINUTE}`;
  const range = 'WHERE bucket >= :from AND bucket < :to';
  const into = (name: string, width: number) => [
    addInto(
      `conversation_${name}`,
      `bucket, ${KEY}`,
      `SELECT ${bucket(width)}, ${KEY}, ${SUMS} FROM conversation_minute ${range} GROUP BY ${KEY}`,
    ),
    addInto(
      `traffic_${name}`,
      'bucket, device',
      `SELECT ${bucket(width)}, device, ${SUMS} FROM traffic_minute ${range} GROUP BY device`,
    ),
  ];
  const contact = `
    INSERT INTO contact
    SELECT ${KEY}, min(bucket) * ${MINUTE}, (max(bucket) + 1) * ${MINUTE}, ${SUMS}
    FROM conversation_minute ${range} GROUP BY ${KEY}
    ON CONFLICT DO UPDATE SET
      first = min(first, excluded.first), last = max(last, excluded.last),
      packets_up = packets_up + excluded.packets_up, packets_down = packets_down + excluded.packets_down,
      bytes_up = bytes_up + excluded.bytes_up, bytes_down = bytes_down + excluded.bytes_down`;
  return [...into('hour', HOUR), ...into('day', DAY), contact].map((sql) => database.prepare(sql));
}
