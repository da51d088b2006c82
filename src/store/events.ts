import type { DatabaseSync } from 'node:sqlite';

/** What happened and who did it: the audit log. Texts belong to the interfaces; `kind` is a code. */
export type StoredEvent = { id: number; at: number; kind: string; actor: string; device?: string; detail?: string };

type Row = { id: number; at: number; kind: string; actor: string; device: string | null; detail: string | null };

/** Some years of a home that is looked after; 100 bytes each. */
export const MAX_EVENTS = 20_000;

export class Events {
  readonly #add;
  readonly #trim;
  readonly #list;

  constructor(database: DatabaseSync) {
    this.#add = database.prepare('INSERT INTO event (at, kind, actor, device, detail) VALUES (?, ?, ?, ?, ?)');
    this.#trim = database.prepare('DELETE FROM event WHERE id <= ?');
    this.#list = database.prepare('SELECT * FROM event ORDER BY id DESC LIMIT ?');
  }

  add(event: Omit<StoredEvent, 'id'>): void {
    const at = Math.round(event.at);
    const { lastInsertRowid } = this.#add.run(at, event.kind, event.actor, event.device ?? null, event.detail ?? null);
    this.#trim.run(Number(lastInsertRowid) - MAX_EVENTS);
  }

  /** The newest first. */
  list(limit: number): StoredEvent[] {
    return this.#list.all(limit).map((row) => {
      const { id, at, kind, actor, device, detail } = row as Row;
      return { id, at, kind, actor, ...(device !== null && { device }), ...(detail !== null && { detail }) };
    });
  }
}
