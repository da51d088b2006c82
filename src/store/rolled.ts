import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** What minutes are rolled up into. */
export type Target = 'hour' | 'day' | 'contact';

/** Up to which minute each coarser table is complete; the newest bucket of an hour or day may still be growing. */
export class Rolled {
  readonly #get: StatementSync;
  readonly #set: StatementSync;

  constructor(database: DatabaseSync) {
    this.#get = database.prepare('SELECT minute FROM rolled WHERE target = ?');
    this.#set = database.prepare(
      'INSERT INTO rolled VALUES (?, ?) ON CONFLICT (target) DO UPDATE SET minute = excluded.minute',
    );
  }

  upTo(target: Target): number {
    return Number(this.#get.get(target)?.minute ?? 0);
  }

  /** Within the transaction that rolled. */
  advance(target: Target, minute: number): void {
    this.#set.run(target, minute);
  }
}
