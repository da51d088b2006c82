import type { HomeEvent } from '../model/event.ts';
import type { Finding } from '../model/home.ts';

/** Findings kept of one file; a home with more of them is told by the first. */
const MAX_KEPT = 10_000;

/** All that was found in a file, in its last state: what is over by the end of a capture was still there. */
export class FindingLog {
  readonly #kept = new Map<string, Finding>();

  take(events: readonly HomeEvent[]): void {
    for (const event of events) {
      if (event.kind === 'finding') {
        const { finding } = event;
        if (this.#kept.size < MAX_KEPT || this.#kept.has(finding.id)) this.#kept.set(finding.id, finding);
      } else if (event.kind === 'merged') this.#forget(event.device);
    }
  }

  /** @param open what still holds, as it is now: events tell of changes at times only */
  all(open: readonly Finding[]): Finding[] {
    for (const finding of open) if (this.#kept.has(finding.id)) this.#kept.set(finding.id, finding);
    return [...this.#kept.values()];
  }

  /** What was found of a device that was another all the time is told of that one. */
  #forget(device: string): void {
    for (const [id, finding] of this.#kept) if (finding.device === device) this.#kept.delete(id);
  }
}
