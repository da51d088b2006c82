import type { Incident, StoryEntry, StoryKind } from '../../model/incident.ts';
import type { StoredEvent } from '../../store/events.ts';

/** Turns of a story that belong into the home's log, by the code that they have there. What people did is there already. */
const TURNS: Partial<Record<StoryKind, string>> = {
  'first-sign': 'incident-opened',
  asked: 'incident-asked',
  acted: 'incident-acted',
  escalated: 'incident-escalated',
  released: 'incident-released',
  relapse: 'incident-relapse',
  clean: 'incident-clean',
};

/** Tells each turn of each story once. */
export class Chronicle {
  /** Of each incident the last line that was told. */
  readonly #told = new Map<string, string>();

  /** What was told before a restart. */
  know(incidents: readonly Incident[]): void {
    this.#told.clear();
    for (const incident of incidents) this.#remember(incident);
  }

  /** @returns what is new in their stories, as events */
  read(incidents: readonly Incident[]): Omit<StoredEvent, 'id'>[] {
    return incidents.flatMap((incident) => {
      const { id, device, story } = incident;
      const last = story.findLastIndex((line) => nameOf(line) === this.#told.get(id));
      this.#remember(incident);
      return story.slice(last + 1).flatMap(({ at, kind }) => {
        const turn = TURNS[kind];
        return turn === undefined ? [] : [{ at, kind: turn, actor: 'spin', device, detail: id }];
      });
    });
  }

  #remember({ id, story, closed }: Incident): void {
    const last = story.at(-1);
    if (last === undefined || closed !== undefined) this.#told.delete(id);
    else this.#told.set(id, nameOf(last));
  }
}

function nameOf({ at, kind, with: given }: StoryEntry): string {
  return JSON.stringify([at, kind, given]);
}
