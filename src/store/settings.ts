import type { DatabaseSync } from 'node:sqlite';

/** Settings by key, each a JSON value. */
export class Settings {
  readonly #get;
  readonly #set;
  readonly #delete;

  constructor(database: DatabaseSync) {
    this.#get = database.prepare('SELECT value FROM setting WHERE key = ?');
    this.#set = database.prepare(
      'INSERT INTO setting (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
    );
    this.#delete = database.prepare('DELETE FROM setting WHERE key = ?');
  }

  get(key: string): unknown {
    const row = this.#get.get(key);
    return row ? JSON.parse(row.value as string) : undefined;
  }

  set(key: string, value: unknown): void {
    if (value === undefined) this.#delete.run(key);
    else this.#set.run(key, JSON.stringify(value));
  }
}
