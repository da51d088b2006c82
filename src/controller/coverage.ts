import type { HomeView, IncidentView } from '../contract/api.ts';
import { THRESHOLD } from '../decide/evidence.ts';
import { severityOf } from '../model/coverage.ts';
import type { HomeEvent } from '../model/event.ts';
import { type FileProblem, problemText } from '../model/file-problem.ts';
import type { CoverageNote } from '../model/observation.ts';

type CoverageEvent = Extract<HomeEvent, { kind: 'coverage' }>;

/** A loss that did not recur for so long, ms of observed time, is past: it stays listed and alarms nobody any more. */
export const LOSS_PASSES_AFTER = 600_000;
/** Problems with installed files told one by one: who looks at so many looks into the folder. */
const MAX_PROBLEMS = 16;
const COUNTED: readonly string[] = ['events-lost', 'packets-lost'];

/** What cannot be seen, by who said so: the agent's sources, and the controller of itself. */
export class Coverage {
  readonly #sources = new Map<string, { notes: readonly CoverageNote[]; lost: CoverageEvent['lost'] }>();

  /** Observed time of the last loss, ms. */
  #lostAt = Number.NEGATIVE_INFINITY;
  #recent = false;

  set({ at, source, notes, lost }: CoverageEvent): void {
    const before = this.#sources.get(source)?.lost ?? { events: 0, packets: 0 };
    if (lost.events > before.events || lost.packets > before.packets) this.#lostAt = at;
    this.#sources.set(source, { notes, lost });
  }

  /** @returns whether a loss became past since the last call */
  settle(at: number): boolean {
    const before = this.#recent;
    this.#recent = this.#isRecent(at);
    return before && !this.#recent;
  }

  #isRecent(at: number): boolean {
    return at - this.#lostAt < LOSS_PASSES_AFTER;
  }

  /** A note of the controller itself; `undefined` takes it away. @returns whether that changed anything */
  own(code: CoverageNote['code'], detail: string | undefined): boolean {
    const key = `controller ${code}`;
    const before = this.#sources.get(key)?.notes[0]?.detail;
    if (before === detail) return false;
    if (detail === undefined) this.#sources.delete(key);
    else this.#sources.set(key, { notes: [{ code, detail }], lost: { events: 0, packets: 0 } });
    return true;
  }

  /** What could not be taken of the files that the owner installed. */
  installed(problems: readonly FileProblem[]): void {
    const notes = problems.slice(0, MAX_PROBLEMS).map((problem): CoverageNote => {
      const code = problem.leftOut ? 'file-left-out' : 'lines-left-out';
      return { code, detail: problemText(problem) };
    });
    this.#sources.set('controller installed', { notes, lost: { events: 0, packets: 0 } });
  }

  /** @param at observed time, ms */
  views(at: number): HomeView['coverage'] {
    const past = !this.#isRecent(at);
    return [...this.#sources].flatMap(([source, { notes }]) =>
      notes.map(({ code, detail }) => ({
        code,
        source: source.split(' ')[0]!,
        severity: past && COUNTED.includes(code) ? 'inherent' : severityOf(code),
        ...(detail !== undefined && { detail }),
      })),
    );
  }

  lost(): HomeView['lost'] {
    const lost = { events: 0, packets: 0 };
    for (const source of this.#sources.values()) {
      lost.events += source.lost.events;
      lost.packets += source.lost.packets;
    }
    return lost;
  }
}

/** The first screen's one sentence: what goes wrong, else what SPIN sees. @param incidents those that are not closed */
export function verdictOf(
  devices: number,
  connected: boolean,
  coverage: HomeView['coverage'],
  incidents: readonly IncidentView[] = [],
): HomeView['verdict'] {
  if (!connected) return { level: 'attention', code: 'agent-gone', devices };
  const harm = harmOf(incidents);
  if (harm) return { ...harm, devices };
  if (devices === 0) return { level: 'ok', code: 'no-devices-yet', devices };
  const limited = coverage.some(({ severity }) => severity === 'loss');
  return limited ? { level: 'attention', code: 'limited-view', devices } : { level: 'ok', code: 'all-quiet', devices };
}

/** What counts most of what is wrong now: a question, harm that passes, harm that was stopped. */
function harmOf(incidents: readonly IncidentView[]): Omit<HomeView['verdict'], 'devices'> | undefined {
  // What SPIN is not sure of is told with the incident, and does not alarm the house.
  const sure = incidents.filter(({ strength }) => strength >= THRESHOLD.likely);
  const open = sure.filter(({ state, answer }) => state === 'open' && answer !== 'leave');
  const asked = open.filter(({ question }) => question !== undefined && question.lapsed !== true);
  const stopped = open.filter(({ verdict }) => verdict !== undefined && verdict.inForce !== 'not-enforced');
  const passing = open.filter((one) => !stopped.includes(one));
  const about = (list: readonly IncidentView[]) => ({ device: list[0]!.label, incidents: list.length });
  if (asked.length > 0) return { level: 'attention', code: 'asks', ...about(asked) };
  if (passing.length > 0) return { level: 'danger', code: 'harm-seen', ...about(passing) };
  return stopped.length > 0 ? { level: 'attention', code: 'harm-stopped', ...about(stopped) } : undefined;
}
