import type { HomeEvent } from '../model/event.ts';
import type { CoverageNote, SourceObservation } from '../model/observation.ts';
import { SOURCES } from './limits.ts';

/** What one source cannot see and what it lost, totals since it started. */
export type SourceCoverage = {
  source: string;
  notes: readonly CoverageNote[];
  lost: { events: number; packets: number };
};

/** What SPIN cannot see, by source. */
export class Coverage {
  readonly #sources = new Map<string, SourceCoverage>();

  all(): SourceCoverage[] {
    return [...this.#sources.values()];
  }

  /** @returns the event to tell, where anything changed */
  update(seen: SourceObservation): HomeEvent | undefined {
    const { at, source, coverage: notes, lost } = seen;
    const known = this.#sources.get(source);
    if (!known && this.#sources.size >= SOURCES) return undefined;
    const now = { source, notes, lost };
    if (known && JSON.stringify(known) === JSON.stringify(now)) return undefined;
    this.#sources.set(source, now);
    return { kind: 'coverage', at, source, notes, lost };
  }
}
