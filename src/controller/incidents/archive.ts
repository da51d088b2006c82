import type { CaseInput, CaseState } from '../../decide/casebook.ts';
import type { Correction, Incident } from '../../model/incident.ts';
import type { StoredEvent } from '../../store/events.ts';
import type { Store } from '../../store/store.ts';
import { StoreFailing } from '../../store/store.ts';

/** What only goes on is written this often, ms of wall time: an SD card must last. */
const WRITE_EVERY = 10 * 60_000;
/** Inputs that wait for that, or for a disk that fails; beyond it a rehearsal misses the oldest. */
export const MAX_WAITING_INPUTS = 4_096;

/** Incidents between memory and disk: what matters at once, what only goes on with time. */
export class Archive {
  readonly #store: Store;
  readonly #now: () => number;
  readonly #waiting = new Map<string, Incident>();
  /** Of each incident, what of it was written last that a restart must not lose. */
  readonly #written = new Map<string, string>();
  #inputs: CaseInput[] = [];
  #isUrgent = false;
  #wroteAt: number;

  constructor(store: Store, now: () => number) {
    this.#store = store;
    this.#now = now;
    this.#wroteAt = now();
  }

  load(): CaseState {
    const incidents = this.#store.ask((open) => open.incidents.all()) ?? [];
    const corrections = this.#store.ask((open) => open.incidents.corrections()) ?? [];
    for (const incident of incidents) this.#written.set(incident.id, essence(incident));
    return { incidents, corrections };
  }

  /** Everything that was decided upon, in the order of time. */
  history(): CaseInput[] {
    const kept = this.#store.ask((open) => open.incidents.inputs<CaseInput>()) ?? [];
    return [...kept, ...this.#inputs];
  }

  /** What happened by itself; written soon, or when there is time. */
  note(input: CaseInput | undefined, changed: readonly Incident[]): void {
    if (input) this.#inputs.push(input);
    if (this.#inputs.length > MAX_WAITING_INPUTS) this.#inputs.shift();
    for (const incident of changed) {
      this.#waiting.set(incident.id, incident);
      this.#isUrgent ||= this.#written.get(incident.id) !== essence(incident);
    }
  }

  /** What somebody said; durable when it returns. @throws {StoreFailing} */
  keep(
    input: CaseInput,
    changed: readonly Incident[],
    said: Omit<StoredEvent, 'id'>,
    corrections: readonly Correction[],
  ): void {
    const incidents = [...new Map([...this.#waiting, ...changed.map((one) => [one.id, one] as const)]).values()];
    this.#store.keepCase({ incidents, inputs: [...this.#inputs, input], corrections }, [said]);
    this.#done(incidents);
  }

  /** After two devices turned out to be one; where the disk fails, they are written with the next undo. */
  keepCorrections(corrections: readonly Correction[]): void {
    this.#try(() => this.#store.keepCase({ incidents: [], inputs: [], corrections }));
  }

  /** Once a second. */
  settle(): void {
    const isTime = Math.abs(this.#now() - this.#wroteAt) >= WRITE_EVERY;
    if (this.#isUrgent || (isTime && this.#waiting.size + this.#inputs.length > 0)) this.flush();
  }

  flush(): void {
    if (this.#waiting.size + this.#inputs.length === 0) return;
    const incidents = [...this.#waiting.values()];
    this.#try(() => {
      this.#store.keepCase({ incidents, inputs: this.#inputs });
      this.#done(incidents);
    });
  }

  /** Where the disk fails everything goes on from memory, and is written with a later beat. */
  #try(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof StoreFailing)) throw error;
    }
  }

  #done(incidents: readonly Incident[]): void {
    for (const incident of incidents) this.#written.set(incident.id, essence(incident));
    this.#waiting.clear();
    this.#inputs = [];
    this.#isUrgent = false;
    this.#wroteAt = this.#now();
  }
}

/** What is another only when something happened; times of findings move on by themselves. */
function essence({ state, verdict, question, answer, story, cleanUp }: Incident): string {
  const { until: _, ...done } = verdict ?? { until: 0 };
  return JSON.stringify([state, done, question, answer, story.length, story.at(-1)?.at, cleanUp]);
}
