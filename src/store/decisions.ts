import type { DatabaseSync } from 'node:sqlite';
import type { AuditEntry, Changes, Group, NewAuditEntry } from '../model/audit.ts';
import type { HouseholdRule } from '../model/household.ts';

/** Sixty-eight decisions a day over ten years, 400 bytes each. Beyond it nothing can be decided without being recorded. */
export const MAX_AUDIT = 250_000;

/** An address that a name was answered with. `scope` is '' for what the home's resolvers said, else the device that heard it. */
export type NameAddress = { scope: string; name: string; address: string; until: number };

/** No more decisions can be recorded, so none can be taken. */
export class AuditFull extends Error {}

type Row = {
  id: number;
  at: number;
  kind: string;
  actor: string;
  undoes: number | null;
  changes: string;
  by: number | null;
};

const ENTRIES = `SELECT entry.*, undo.id AS by FROM audit AS entry LEFT JOIN audit AS undo ON undo.undoes = entry.id`;

/** The household's rules and groups as they are, and the log of how they became so. */
export class Decisions {
  readonly #rules;
  readonly #groups;
  readonly #keepRule;
  readonly #dropRule;
  readonly #keepGroup;
  readonly #dropGroup;
  readonly #add;
  readonly #last;
  readonly #before;
  readonly #after;
  readonly #entry;
  readonly #undoable;
  readonly #addresses;
  readonly #keepAddress;
  readonly #dropAddress;

  constructor(database: DatabaseSync) {
    this.#rules = database.prepare('SELECT value FROM rule');
    this.#groups = database.prepare('SELECT value FROM device_group');
    this.#keepRule = database.prepare(
      'INSERT INTO rule VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET value = excluded.value',
    );
    this.#dropRule = database.prepare('DELETE FROM rule WHERE id = ?');
    this.#keepGroup = database.prepare(
      'INSERT INTO device_group VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET value = excluded.value',
    );
    this.#dropGroup = database.prepare('DELETE FROM device_group WHERE id = ?');
    this.#add = database.prepare('INSERT INTO audit (at, kind, actor, undoes, changes) VALUES (?, ?, ?, ?, ?)');
    this.#last = database.prepare('SELECT max(id) AS id FROM audit');
    this.#before = database.prepare(`${ENTRIES} WHERE entry.id < ? ORDER BY entry.id DESC LIMIT ?`);
    this.#after = database.prepare(`${ENTRIES} WHERE entry.id > ? ORDER BY entry.id LIMIT ?`);
    this.#entry = database.prepare(`${ENTRIES} WHERE entry.id = ?`);
    this.#undoable = database.prepare(
      `${ENTRIES} WHERE undo.id IS NULL AND entry.kind NOT IN ('undone', 'same-device', 'not-same-device') AND entry.actor <> 'spin'
       ORDER BY entry.id DESC LIMIT 1`,
    );
    this.#addresses = database.prepare('SELECT scope, name, address, until FROM name_address');
    this.#keepAddress = database.prepare(
      `INSERT INTO name_address VALUES (?, ?, ?, ?)
       ON CONFLICT (scope, name, address) DO UPDATE SET until = excluded.until`,
    );
    this.#dropAddress = database.prepare('DELETE FROM name_address WHERE scope = ? AND name = ? AND address = ?');
  }

  rules(): HouseholdRule[] {
    return this.#rules.all().map(({ value }) => JSON.parse(value as string) as HouseholdRule);
  }

  groups(): Group[] {
    return this.#groups.all().map(({ value }) => JSON.parse(value as string) as Group);
  }

  get isFull(): boolean {
    return Number(this.#last.get()!.id ?? 0) >= MAX_AUDIT;
  }

  /**
   * Carries out what changed and records it, within a transaction of the caller.
   * @returns the number of the entry
   */
  write({ at, kind, actor, undoes, ...changes }: NewAuditEntry): number {
    for (const { id, after } of changes.rules) {
      if (after) this.#keepRule.run(id, JSON.stringify(after));
      else this.#dropRule.run(id);
    }
    for (const { id, after } of changes.groups) {
      if (after) this.#keepGroup.run(id, JSON.stringify(after));
      else this.#dropGroup.run(id);
    }
    const { lastInsertRowid } = this.#add.run(Math.round(at), kind, actor, undoes ?? null, JSON.stringify(changes));
    return Number(lastInsertRowid);
  }

  /** Entries with a smaller number, the newest first. */
  before(id: number, limit: number): AuditEntry[] {
    return this.#before.all(id, limit).map((row) => toEntry(row as Row));
  }

  /** Entries with a greater number, the oldest first. */
  after(id: number, limit: number): AuditEntry[] {
    return this.#after.all(id, limit).map((row) => toEntry(row as Row));
  }

  entry(id: number): AuditEntry | undefined {
    const row = this.#entry.get(id);
    return row && toEntry(row as Row);
  }

  /** The last change that was not undone. */
  lastUndoable(): AuditEntry | undefined {
    const row = this.#undoable.get();
    return row && toEntry(row as Row);
  }

  addresses(): NameAddress[] {
    return this.#addresses.all().map((row) => ({ ...row }) as NameAddress);
  }

  /** Replaces what is kept, within a transaction of the caller. */
  keepAddresses(list: readonly NameAddress[]): void {
    const known = new Map(this.addresses().map((row) => [keyOf(row), row]));
    for (const row of list) {
      const key = keyOf(row);
      const until = Math.round(row.until);
      if (known.get(key)?.until !== until) this.#keepAddress.run(row.scope, row.name, row.address, until);
      known.delete(key);
    }
    for (const { scope, name, address } of known.values()) this.#dropAddress.run(scope, name, address);
  }
}

function keyOf({ scope, name, address }: NameAddress): string {
  return JSON.stringify([scope, name, address]);
}

function toEntry({ id, at, kind, actor, undoes, by, changes }: Row): AuditEntry {
  return {
    id,
    at,
    kind: kind as AuditEntry['kind'],
    actor,
    ...(JSON.parse(changes) as Changes),
    ...(undoes !== null && { undoes }),
    ...(by !== null && { undoneBy: by }),
  };
}
