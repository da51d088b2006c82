/** What other preferences would have done: the home's own history, played again under both. */
import type { Incident } from '../model/incident.ts';
import type { PreferenceSet } from '../model/preferences.ts';
import type { VerdictStep } from '../model/verdict.ts';
import { Casebook, type CasebookOptions, type CaseInput } from './casebook.ts';
import { dueAfter } from './due.ts';
import { Refusal } from './refusal.ts';
import { rankOf } from './steps.ts';
import { targetKey } from './targets.ts';

/** Time is played in steps of ten minutes while an incident is open: finer than any wait of a verdict's end. */
const STEP = 600_000;

export type Outcome = {
  /** When SPIN would have asked, and acted first. */
  asked?: number;
  acted?: number;
  /** The strictest it came to. */
  step: VerdictStep;
  /** Conversations cut one by one. */
  blocks: number;
  /** For how long anything was cut, ms. */
  cut: number;
};

export type RehearsedIncident = { incident: string; device: string; opened: number; now: Outcome; would: Outcome };
export type Rehearsal = { changed: RehearsedIncident[]; unchanged: number };

type Home = Pick<CasebookOptions, 'profileOf' | 'devices'>;

/** @param history in the order of time */
export function rehearse(
  history: readonly CaseInput[],
  now: PreferenceSet,
  would: PreferenceSet,
  home: Home,
  until: number,
): Rehearsal {
  const [as, other] = [outcomes(history, now, home, until), outcomes(history, would, home, until)];
  const changed: RehearsedIncident[] = [];
  for (const [incident, { device, opened, outcome }] of as) {
    const theirs = other.get(incident)?.outcome;
    if (theirs && JSON.stringify(theirs) !== JSON.stringify(outcome))
      changed.push({ incident, device, opened, now: outcome, would: theirs });
  }
  return { changed, unchanged: as.size - changed.length };
}

type Told = { device: string; opened: number; outcome: Outcome };

/** What became of each incident of a history, by id. */
export function outcomes(
  history: readonly CaseInput[],
  preferences: PreferenceSet,
  home: Home,
  until: number,
): Map<string, Told> {
  const book = new Casebook({ ...home, preferences: () => preferences });
  const told = new Map<string, Told>();
  const blocks = new Map<string, Set<string>>();
  let at = history[0]?.at ?? until;
  const advance = (to: number) => {
    for (let elapsed = STEP; at + elapsed < to; ) {
      watch(elapsed);
      at += elapsed;
      const changed = book.apply({ kind: 'tick', at }).length > 0;
      elapsed = changed ? STEP : stepsUntilDue(book, at) * STEP;
    }
    watch(Math.max(0, to - at));
    at = Math.max(at, to);
  };
  const watch = (elapsed: number) => {
    for (const incident of book.current()) note(incident, told, blocks, elapsed);
  };
  for (const input of history) {
    advance(input.at);
    applyIfPossible(book, input);
    watch(0);
  }
  advance(until);
  return told;
}

/**
 * Steps that nothing happens before; infinitely many where time changes nothing any more. An attacker's capture may
 * jump by decades, and a home may be away for months.
 */
function stepsUntilDue(book: Casebook, at: number): number {
  // What was due within the last step, by a rounding error, is looked at once more.
  const due = Math.min(...book.current().map((incident) => dueAfter(incident, at - STEP)));
  return Math.max(1, Math.ceil((due - at) / STEP));
}

/** What the household did in its own history may have had no place in this one. */
function applyIfPossible(book: Casebook, input: CaseInput): void {
  try {
    book.apply(input);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
}

/** @param elapsed ms for which things were as they are now */
function note(incident: Incident, told: Map<string, Told>, blocks: Map<string, Set<string>>, elapsed: number): void {
  const { id, device, opened, verdict, question } = incident;
  const { outcome } = told.get(id) ?? { outcome: { step: 'none', blocks: 0, cut: 0 } as Outcome };
  told.set(id, { device, opened, outcome });
  if (question) outcome.asked ??= question.asked;
  if (!verdict || verdict.released !== undefined) return;
  outcome.acted ??= verdict.since;
  if (rankOf(verdict.step) > rankOf(outcome.step)) outcome.step = verdict.step;
  const cut = blocks.get(id) ?? new Set<string>();
  for (const block of verdict.blocks) cut.add(targetKey(block));
  blocks.set(id, cut);
  outcome.blocks = cut.size;
  outcome.cut += elapsed;
}
