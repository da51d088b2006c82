import type { DatabaseSync } from 'node:sqlite';

/** A signed-in browser. The token itself is never kept, only its hash (hex). Times are ms since the epoch. */
export type StoredSession = { hash: string; csrf: string; created: number; used: number };

export class StoredSessions {
  readonly #all;
  readonly #put;
  readonly #remove;
  readonly #clear;

  constructor(database: DatabaseSync) {
    this.#all = database.prepare('SELECT hash, csrf, created, used FROM session ORDER BY used');
    this.#put = database.prepare(
      'INSERT INTO session (hash, csrf, created, used) VALUES (?, ?, ?, ?) ON CONFLICT (hash) DO UPDATE SET used = excluded.used',
    );
    this.#remove = database.prepare('DELETE FROM session WHERE hash = ?');
    this.#clear = database.prepare('DELETE FROM session');
  }

  all(): StoredSession[] {
    return this.#all.all().map((row) => ({ ...row }) as StoredSession);
  }

  put(session: StoredSession): void {
    this.#put.run(session.hash, session.csrf, Math.round(session.created), Math.round(session.used));
  }

  remove(hash: string): void {
    this.#remove.run(hash);
  }

  clear(): void {
    this.#clear.run();
  }
}
