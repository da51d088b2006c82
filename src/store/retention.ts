import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { DAY, HOUR, LEVELS } from './levels.ts';

/** Rows deleted in one step: some 20 ms on two slow cores. */
const ROWS_PER_STEP = 5_000;

/**
 * Rows each table may hold, 33 bytes each: the published home (370,000 flows a day) needs 0.7 million minutes and
 * 1.5 million hours; what a scanner adds beyond it displaces the oldest.
 */
export const MAX_ROWS = { minute: 1_500_000, hour: 3_000_000, day: 2_000_000, contact: 300_000 } as const;

const KEY = 'device, node, service, initiator';

type Expiry = { delete: StatementSync; bound: (at: number) => number };
type Excess = { count: StatementSync; delete: StatementSync; most: number };

/** Forgets what is too old or too much, in steps. Age is looked at each time, row counts once an hour. */
export class Retention {
  readonly #expiries: Expiry[];
  readonly #excesses: Excess[];
  readonly #contacts: Expiry;
  #hour = 0;

  constructor(database: DatabaseSync) {
    const keep = Object.fromEntries(LEVELS.map((level) => [level.name, level]));
    const oldest = (table: string, key: string, order: string, where = '') =>
      database.prepare(
        `DELETE FROM ${table} WHERE (${key}) IN (SELECT ${key} FROM ${table} ${where} ORDER BY ${order} LIMIT :rows)`,
      );
    this.#expiries = LEVELS.flatMap(({ name, width, keep: buckets }) =>
      [oldest(`conversation_${name}`, `bucket, ${KEY}`, 'bucket', 'WHERE bucket < :bound')]
        .concat(oldest(`traffic_${name}`, 'bucket, device', 'bucket', 'WHERE bucket < :bound'))
        .map((statement) => ({ delete: statement, bound: (at) => Math.floor(at / width) - buckets })),
    );
    this.#contacts = {
      delete: oldest('contact', KEY, 'last', 'WHERE last < :bound'),
      bound: (at) => at - keep.day!.keep * DAY,
    };
    this.#excesses = Object.entries(MAX_ROWS).map(([name, most]) => {
      const contact = name === 'contact';
      const table = contact ? name : `conversation_${name}`;
      return {
        count: database.prepare(`SELECT count(*) AS rows FROM ${table}`),
        delete: oldest(table, contact ? KEY : `bucket, ${KEY}`, contact ? 'last' : 'bucket'),
        most,
      };
    });
  }

  /** @returns whether it deleted something, so that more may wait */
  step(at: number): boolean {
    if (this.#expiries.some((expiry) => expire(expiry, at))) return true;
    const hour = Math.floor(at / HOUR);
    if (hour === this.#hour) return false;
    if (expire(this.#contacts, at) || this.#excesses.some(trim)) return true;
    this.#hour = hour;
    return false;
  }
}

function expire(expiry: Expiry, at: number): boolean {
  return Number(expiry.delete.run({ bound: expiry.bound(at), rows: ROWS_PER_STEP }).changes) > 0;
}

function trim(excess: Excess): boolean {
  const over = Number(excess.count.get()!.rows) - excess.most;
  if (over <= 0) return false;
  excess.delete.run({ rows: Math.min(over, ROWS_PER_STEP) });
  return true;
}
