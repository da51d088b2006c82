import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { COARSE_LEVELS, HOUR, LEVELS, type Level, MINUTE_LEVEL } from './levels.ts';

/** Rows deleted in one step: some 20 ms on two slow cores. */
const ROWS_PER_STEP = 5_000;
/** Minutes deleted in one step: as many conversations, in a lively home. */
const MINUTES_PER_STEP = 20;

/**
 * Conversations each table may hold, 33 bytes each, in minutes ten: the published home (370,000 flows a day) needs 0.7
 * million in minutes and 1.5 million in hours; what a scanner adds beyond it displaces the oldest.
 */
export const MAX_ROWS = { minute: 1_500_000, hour: 3_000_000, day: 2_000_000, contact: 300_000 } as const;

const KEY = 'device, node, service, initiator';
/** A contact is kept as long as anything else, ms. */
const LONGEST = Math.max(...LEVELS.map(({ width, keep }) => width * keep));

type Expiry = { delete: StatementSync; rows: number; bound: (at: number) => number };
type Excess = { count: StatementSync; delete: StatementSync; most: number; rows: (over: number) => number };

/** Forgets what is too old or too much, in steps. Age is looked at each time, row counts once an hour. */
export class Retention {
  readonly #expiries: Expiry[];
  readonly #excesses: Excess[];
  readonly #contacts: Expiry;
  #hour = 0;

  constructor(database: DatabaseSync) {
    const oldest = (table: string, key: string, order: string, where = '') =>
      database.prepare(
        `DELETE FROM ${table} WHERE (${key}) IN (SELECT ${key} FROM ${table} ${where} ORDER BY ${order} LIMIT :rows)`,
      );
    const expiry = ({ width, keep }: Level, table: string, key: string, rows = ROWS_PER_STEP): Expiry => ({
      delete: oldest(table, key, 'bucket', 'WHERE bucket < :bound'),
      rows,
      bound: (at) => Math.floor(at / width) - keep,
    });
    this.#expiries = [
      expiry(MINUTE_LEVEL, 'minute', 'bucket', MINUTES_PER_STEP),
      ...COARSE_LEVELS.flatMap((level) => [
        expiry(level, `conversation_${level.name}`, `bucket, ${KEY}`),
        expiry(level, `traffic_${level.name}`, 'bucket, device'),
      ]),
    ];
    this.#contacts = {
      delete: oldest('contact', KEY, 'last', 'WHERE last < :bound'),
      rows: ROWS_PER_STEP,
      bound: (at) => at - LONGEST,
    };
    const excess = (most: number, table: string, key: string, order: string): Excess => ({
      count: database.prepare(`SELECT count(*) AS rows FROM ${table}`),
      delete: oldest(table, key, order),
      most,
      rows: (over) => Math.min(over, ROWS_PER_STEP),
    });
    this.#excesses = [
      {
        count: database.prepare('SELECT coalesce(sum(count), 0) AS rows FROM minute'),
        delete: oldest('minute', 'bucket', 'bucket'),
        most: MAX_ROWS.minute,
        rows: () => MINUTES_PER_STEP,
      },
      ...COARSE_LEVELS.map(({ name }) => excess(MAX_ROWS[name], `conversation_${name}`, `bucket, ${KEY}`, 'bucket')),
      excess(MAX_ROWS.contact, 'contact', KEY, 'last'),
    ];
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
  return Number(expiry.delete.run({ bound: expiry.bound(at), rows: expiry.rows }).changes) > 0;
}

function trim(excess: Excess): boolean {
  const over = Number(excess.count.get()!.rows) - excess.most;
  if (over <= 0) return false;
  excess.delete.run({ rows: excess.rows(over) });
  return true;
}
