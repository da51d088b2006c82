/** What the agent tells about itself: its own addresses, what is home, what it cannot see and what it lost. */
import { formatPrefix, type Mac, type Prefix, parseMac, parsePrefix } from '../model/address.ts';
import type { CoverageCode, CoverageNote, SourceObservation } from '../model/observation.ts';

export type Home = { prefixes: Prefix[]; macs: Mac[] };

/** Reads the prefixes and hardware addresses of the configuration. @throws Error naming what is neither */
export function readHome(entries: readonly string[]): Home {
  const home: Home = { prefixes: [], macs: [] };
  for (const entry of entries) {
    const prefix = parsePrefix(entry);
    if (parseMac(entry)) home.macs.push(entry.toLowerCase().replaceAll('-', ':'));
    else if (prefix) home.prefixes.push(formatPrefix(prefix));
    else throw new Error(`home: neither a prefix nor a hardware address: ${entry}`);
  }
  return home;
}

/** Collects notes and tells them when something changed. */
export class Coverage {
  readonly #source: string;
  readonly #tell: (observation: SourceObservation) => void;
  readonly #notes = new Map<CoverageCode, CoverageNote>();
  #last = '';

  constructor(source: string, tell: (observation: SourceObservation) => void) {
    this.#source = source;
    this.#tell = tell;
  }

  /** Sets the note of this code, or takes it back. */
  note(code: CoverageCode, holds: boolean, detail?: string): void {
    if (!holds) this.#notes.delete(code);
    else this.#notes.set(code, detail === undefined ? { code } : { code, detail });
  }

  report(at: number, facts: Pick<SourceObservation, 'home' | 'own' | 'lost'>): void {
    const { lost } = facts;
    this.note('events-lost', lost.events > 0, `${lost.events}`);
    this.note('packets-lost', lost.packets > 0, `${lost.packets}`);
    const observation: SourceObservation = {
      kind: 'source',
      at,
      source: this.#source,
      ...facts,
      coverage: [...this.#notes.values()],
    };
    const text = JSON.stringify({ ...observation, at: 0 });
    if (text === this.#last) return;
    this.#last = text;
    this.#tell(observation);
  }
}
