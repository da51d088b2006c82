import type { DatabaseSync } from 'node:sqlite';
import type { Correction, Incident } from '../model/incident.ts';

/** Incidents kept, as many as are remembered in memory: at most 25 kB each, a few in most homes. */
const MAX_KEPT = 2048;
/** What was decided upon, kept for rehearsals: 500 bytes each. A device that attacks for a week tells 10,000. */
export const MAX_CASE_INPUTS = 20_000;

/** Something that was decided upon, as the one who decides reads it again. */
export type KeptInput = { at: number };

/** What is written at once. */
export type KeptCase = {
  incidents: readonly Incident[];
  inputs: readonly KeptInput[];
  /** All of them, where they are others than before. */
  corrections?: readonly Correction[];
};

/** Incidents, corrections and the inputs that led to them. */
export class StoredIncidents {
  readonly #all;
  readonly #keep;
  readonly #trim;
  readonly #corrections;
  readonly #correct;
  readonly #dropCorrections;
  readonly #inputs;
  readonly #addInput;
  readonly #trimInputs;
  readonly #forget;

  constructor(database: DatabaseSync) {
    this.#all = database.prepare('SELECT value FROM incident ORDER BY opened');
    this.#keep = database.prepare(
      'INSERT INTO incident VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET value = excluded.value',
    );
    this.#trim = database.prepare(
      'DELETE FROM incident WHERE opened < (SELECT opened FROM incident ORDER BY opened DESC LIMIT 1 OFFSET ?)',
    );
    this.#corrections = database.prepare('SELECT value FROM correction');
    this.#correct = database.prepare('INSERT INTO correction VALUES (?, ?)');
    this.#dropCorrections = database.prepare('DELETE FROM correction');
    this.#inputs = database.prepare('SELECT value FROM case_input ORDER BY at, id');
    this.#addInput = database.prepare('INSERT INTO case_input (at, value) VALUES (?, ?)');
    this.#forget = ['incident', 'case_input'].map((table) => database.prepare(`DELETE FROM ${table}`));
    this.#trimInputs = database.prepare('DELETE FROM case_input WHERE id <= ?');
  }

  /** The oldest first. */
  all(): Incident[] {
    return this.#all.all().map(({ value }) => JSON.parse(value as string) as Incident);
  }

  /** The oldest first. */
  corrections(): Correction[] {
    const all = this.#corrections.all().map(({ value }) => JSON.parse(value as string) as Correction);
    return all.sort((a, b) => a.at - b.at);
  }

  /** In the order of time. */
  inputs<Input extends KeptInput>(): Input[] {
    return this.#inputs.all().map(({ value }) => JSON.parse(value as string) as Input);
  }

  /** Incidents and inputs; corrections stay. Within a transaction of the caller. */
  forget(): void {
    for (const statement of this.#forget) statement.run();
  }

  /** Within a transaction of the caller. */
  write({ incidents, inputs, corrections }: KeptCase): void {
    for (const incident of incidents)
      this.#keep.run(incident.id, Math.round(incident.opened), JSON.stringify(incident));
    if (incidents.length > 0) this.#trim.run(MAX_KEPT - 1);
    for (const input of inputs) {
      const { lastInsertRowid } = this.#addInput.run(Math.round(input.at), JSON.stringify(input));
      this.#trimInputs.run(Number(lastInsertRowid) - MAX_CASE_INPUTS);
    }
    if (!corrections) return;
    this.#dropCorrections.run();
    for (const correction of corrections) this.#correct.run(correction.id, JSON.stringify(correction));
  }
}
