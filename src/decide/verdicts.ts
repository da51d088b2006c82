/**
 * What SPIN does about an incident now: the lowest step that stops the harm, within what the household lets it do. A
 * verdict only ever grows until it is released, so that a stricter wish, which acts earlier and on more, never cuts less.
 */
import type { Incident, IncidentFinding } from '../model/incident.ts';
import { classOf } from '../model/kinds.ts';
import type { Autonomy, Preferences } from '../model/preferences.ts';
import type { Verdict, VerdictStep } from '../model/verdict.ts';
import { LEAST_WEIGHT, strengthOf, THRESHOLD, weightOf } from './evidence.ts';
import { lastHarm, prolongs } from './incidents.ts';
import { meaningOf } from './meanings.ts';
import { ceilingOf, highest, isStopped, lower, nextStep, type Profile, stepFor, type Wish } from './steps.ts';
import { targetKey, withTargets } from './targets.ts';
import { openAfter, QUIET_AFTER, SUSPICION_TAKES_HOLD, TAKES_HOLD } from './times.ts';

/** Who goes on elsewhere after so many of its conversations were cut is cut off from all but the essential. */
const ENOUGH_BLOCKS = 3;

/** Whether the evidence is as sure as the household wants it before SPIN acts or asks. */
export function isSure(incident: Incident, preferences: Preferences, at: number): boolean {
  return strengthOf(incident.findings, incident.kindred.length, at) >= THRESHOLD[preferences.certainty];
}

/** How far SPIN may go about this incident now: the household's answer counts before its preference. */
export function autonomyFor(incident: Incident, preferences: Preferences, at: number): Autonomy {
  const { answer, question } = incident;
  if (answer !== undefined) return answer === 'leave' ? 'watch' : answer;
  if (preferences.autonomy !== 'ask') return preferences.autonomy;
  return question !== undefined && question.otherwise === 'stop' && at >= question.until ? 'stop' : 'ask';
}

/** The verdict now; the same object where nothing is another. `undefined` before anything was done. */
export function verdictAt(
  incident: Incident,
  preferences: Preferences,
  profile: Profile,
  at: number,
): Verdict | undefined {
  const autonomy = autonomyFor(incident, preferences, at);
  if (autonomy === 'watch' || autonomy === 'ask') return undefined;
  const { verdict } = incident;
  const held = verdict !== undefined && verdict.released === undefined;
  const acting = isSure(incident, preferences, at) ? incident.findings.filter((one) => acts(one, at)) : [];
  if (acting.length > 0) return grown(incident, acting, { autonomy, preferences, profile }, at);
  if (!held) return verdict;
  const until = untilOf(incident, verdict.step);
  if (at >= until) return { ...verdict, blocks: [], step: 'none', since: at, until, released: at };
  return until === verdict.until ? verdict : { ...verdict, until };
}

function acts(finding: IncidentFinding, at: number): boolean {
  return counts(finding) && at < endOf(finding, QUIET_AFTER);
}

function counts(finding: IncidentFinding): boolean {
  return weightOf(finding, finding.last) >= LEAST_WEIGHT;
}

function grown(incident: Incident, acting: readonly IncidentFinding[], wish: Wish, at: number): Verdict {
  const { id, device, verdict } = incident;
  const before: Verdict =
    verdict && verdict.released === undefined
      ? verdict
      : { incident: id, device, blocks: [], step: 'none', since: at, until: at };
  const blocks = withTargets(before.blocks, acting, wish.preferences.critical);
  const isNamed = acting.some(({ target }) => target !== undefined);
  const speaking = acting.filter(({ detector }) => !(isNamed && meaningOf(detector).echo));
  const asked = speaking.map((one) => stepFor(one, wish, incident));
  if (waysOf(incident) > ENOUGH_BLOCKS) asked.push('essential');
  const passing = acting.filter((one) => goesOn(one, { ...before, blocks }) && !isMereSuspicion(one, wish.profile));
  const ceiling = ceilingOf(wish);
  asked.push(...passing.map((one) => nextStep(before.step, one, ceiling)));
  const step = lower(highest([before.step, ...asked]), ceiling);
  const until = untilOf(incident, step);
  const same = step === before.step && blocks === before.blocks;
  if (same && before === verdict && until === before.until) return before;
  return { ...before, blocks, step, since: same ? before.since : at, until };
}

/** In how many ways it does harm, those of before included. */
function waysOf({ findings }: Incident): number {
  return new Set(findings.flatMap((one) => (one.target && prolongs(one) ? [targetKey(one.target)] : []))).size;
}

/** Until when something stays cut, by all that is claimed: who acts at all lets everything count. */
function untilOf(incident: Incident, step: VerdictStep): number {
  const wait = openAfter(step, incident);
  return Math.max(0, ...incident.findings.filter(counts).map((one) => endOf(one, wait)));
}

/** Until when a claim keeps something cut. */
function endOf(finding: IncidentFinding, wait: number): number {
  const end = lastHarm(finding) + wait;
  return prolongs(finding) && finding.over === undefined ? Math.max(end, finding.until) : end;
}

/** On suspicion alone what people work with is slowed down, and no more. */
function isMereSuspicion({ detector }: IncidentFinding, { kind }: Profile): boolean {
  return meaningOf(detector).sort === 'suspicion' && classOf(kind) === 'general';
}

/** Harm that the step in force should have stopped. New far ends are tried by whatever is cut off, and say nothing. */
function goesOn(finding: IncidentFinding, verdict: Verdict): boolean {
  const { sort, expected } = meaningOf(finding.detector);
  if (expected) return false;
  const given = sort === 'suspicion' ? SUSPICION_TAKES_HOLD : TAKES_HOLD;
  return finding.last >= verdict.since + given && !isStopped(finding, verdict);
}
