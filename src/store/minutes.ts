import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { combined, decodeRows, encodeRows, type Row } from './minute-rows.ts';

/** What a device did in a minute, with all others. */
export type DeviceMinute = { bucket: number; device: number; counters: Counters };

type Counters = [packetsUp: number, packetsDown: number, bytesUp: number, bytesDown: number];

/**
 * Traffic of minutes, each one row with all of its conversations packed: a minute is written as a whole and read in order,
 * and as rows of their own they would cost three times as much to write.
 *
 * For questions in SQL, minutes are spread out in `temp.recent`, which is in memory and empty but for the time of a question.
 */
export class Minutes {
  readonly #get: StatementSync;
  readonly #put: StatementSync;
  readonly #first: StatementSync;
  readonly #count: StatementSync;
  readonly #devices: StatementSync;
  readonly #conversations: StatementSync;
  readonly #spread: StatementSync;
  readonly #clear: StatementSync;
  readonly #forget: StatementSync;

  constructor(database: DatabaseSync) {
    database.exec(`
      CREATE TEMP TABLE IF NOT EXISTS recent (
        bucket INTEGER, device INTEGER, node INTEGER, service INTEGER, initiator INTEGER,
        packets_up INTEGER, packets_down INTEGER, bytes_up INTEGER, bytes_down INTEGER
      )`);
    this.#get = database.prepare('SELECT conversations FROM minute WHERE bucket = ?');
    this.#put = database.prepare('INSERT OR REPLACE INTO minute VALUES (?, ?, ?, ?)');
    this.#first = database.prepare('SELECT min(bucket) AS bucket FROM minute WHERE bucket >= ?');
    this.#count = database.prepare(
      'SELECT coalesce(sum(count), 0) AS rows FROM minute WHERE bucket >= ? AND bucket < ?',
    );
    this.#devices = database.prepare('SELECT bucket, devices FROM minute WHERE bucket >= ? ORDER BY bucket');
    this.#conversations = database.prepare(
      'SELECT bucket, conversations FROM minute WHERE bucket >= ? AND bucket < ? ORDER BY bucket',
    );
    this.#spread = database.prepare('INSERT INTO recent VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)');
    this.#clear = database.prepare('DELETE FROM recent');
    this.#forget = database.prepare('DELETE FROM minute');
  }

  /** Adds to what is there of that minute. Within a transaction of the caller. */
  add(bucket: number, rows: readonly Row[]): void {
    const known = this.#get.get(bucket)?.conversations as Uint8Array | undefined;
    const all = combined(known ? [...decodeRows(known), ...rows] : rows);
    const devices = combined(
      all.map(([device, _node, _service, _initiator, ...counters]) => [device, 0, 0, 0, ...counters]),
    );
    this.#put.run(bucket, all.length, encodeRows(devices), encodeRows(all));
  }

  /** The first minute from `from` on, if there is one. */
  first(from: number): number | undefined {
    return (this.#first.get(from)?.bucket as number | null) ?? undefined;
  }

  /** Conversations of the minutes `from` ≤ bucket < `to`. */
  count(from: number, to: number): number {
    return Number(this.#count.get(from, to)!.rows);
  }

  /** What devices did, minute by minute, from `from` on. */
  *devices(from: number): Generator<DeviceMinute> {
    for (const { bucket, devices } of this.#devices.iterate(from)) {
      for (const [device, _node, _service, _initiator, ...counters] of decodeRows(devices as Uint8Array))
        yield { bucket: bucket as number, device, counters };
    }
  }

  /**
   * Asks about the conversations of the minutes `from` ≤ bucket < `to` in `temp.recent`.
   * @param only numbers of devices; absent for all
   */
  ask<T>(from: number, to: number, only: ReadonlySet<number> | undefined, question: () => T): T {
    try {
      for (const { bucket, conversations } of this.#conversations.iterate(from, to)) {
        for (const row of decodeRows(conversations as Uint8Array))
          if (!only || only.has(row[0])) this.#spread.run(bucket as number, ...row);
      }
      return question();
    } finally {
      this.#clear.run();
    }
  }

  /** The same about conversations at hand. */
  askOf<T>(bucket: number, rows: readonly Row[], question: () => T): T {
    try {
      for (const row of rows) this.#spread.run(bucket, ...row);
      return question();
    } finally {
      this.#clear.run();
    }
  }

  /** Within a transaction of the caller. */
  forget(): void {
    this.#forget.run();
  }
}
