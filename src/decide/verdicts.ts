/**
 * What SPIN does about an incident now: the lowest step that stops the harm, within what the household lets it do. A
 * verdict only ever grows until it is released, so that a stricter wish, which acts earlier and on more, never cuts less.
 */
import type { Incident, IncidentFinding } from '../model/incident.ts';
import { classOf, type KindClass } from '../model/kinds.ts';
import type { Autonomy, Preferences } from '../model/preferences.ts';
import { type OffendingTarget, VERDICT_STEPS, type Verdict, type VerdictStep } from '../model/verdict.ts';
import { strengthOf, THRESHOLD, weightOf } from './evidence.ts';
import { lastHarm, prolongs } from './incidents.ts';
import { meaningOf } from './meanings.ts';
import { openAfter, QUIET_AFTER, SUSPICION_TAKES_HOLD, TAKES_HOLD } from './times.ts';

/** What deciding needs to know of a device. */
export type Profile = { kind?: string; groups: readonly string[] };

/** Conversations that are cut one by one for one incident; who offends in more ways is cut off as a whole long before. */
export const MAX_BLOCKS = 16;
/** Who goes on elsewhere after so many of its conversations were cut is cut off from all but the essential. */
const ENOUGH_BLOCKS = 3;
/** A claim that counts less by itself lends weight to others and is not acted upon. */
const LEAST_WEIGHT = 0.2;

/** How far SPIN goes by itself, by what the device is, where it only stops the harm. */
const FURTHEST_TO_STOP: Readonly<Record<KindClass, VerdictStep>> = {
  appliance: 'isolated',
  // What people work with keeps the internet unless an absolute fact, or harm that moves on, speaks against it.
  general: 'essential',
  // Whose failure endangers people keeps its maker's servers.
  critical: 'essential',
  // What carries the traffic of all is never cut as a whole.
  infrastructure: 'none',
};
const FURTHEST_IN_QUARANTINE: Readonly<Record<KindClass, VerdictStep>> = { ...FURTHEST_TO_STOP, general: 'isolated' };

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

type Wish = { autonomy: Autonomy; preferences: Preferences; profile: Profile };

function grown(incident: Incident, acting: readonly IncidentFinding[], wish: Wish, at: number): Verdict {
  const { id, device, verdict } = incident;
  const before: Verdict =
    verdict && verdict.released === undefined
      ? verdict
      : { incident: id, device, blocks: [], step: 'none', since: at, until: at };
  const blocks = withTargets(before.blocks, acting, wish.preferences.critical);
  const asked = acting.map((one) => stepFor(one, wish, incident));
  if (waysOf(incident) > ENOUGH_BLOCKS) asked.push('essential');
  const passing = acting.filter((one) => goesOn(one, { ...before, blocks }) && !isMereSuspicion(one, wish.profile));
  asked.push(...passing.map((one) => nextStep(before.step, one)));
  const step = lower(highest([before.step, ...asked]), ceilingOf(wish));
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

function withTargets(
  blocks: OffendingTarget[],
  acting: readonly IncidentFinding[],
  critical: readonly string[],
): OffendingTarget[] {
  const known = new Set(blocks.map(targetKey));
  const fresh = acting.flatMap(({ target }) => {
    if (!target || known.has(targetKey(target)) || isOneOf(critical, target)) return [];
    known.add(targetKey(target));
    return [target];
  });
  return fresh.length === 0 ? blocks : [...blocks, ...fresh].slice(0, MAX_BLOCKS);
}

function isOneOf(critical: readonly string[], { node }: OffendingTarget): boolean {
  return node !== undefined && critical.includes(Object.values(node)[0] as string);
}

/** One text for one target. */
export function targetKey({ node, service }: OffendingTarget): string {
  const far = node ? Object.values(node)[0] : '*';
  return `${far} ${service ? `${service.protocol}/${service.port ?? '*'}/${service.initiator}` : '*'}`;
}

/** Lowest step that stops what is claimed. */
function stepFor(finding: IncidentFinding, { autonomy, profile }: Wish, { relapses }: Incident): VerdictStep {
  const { sort, harm, step } = meaningOf(finding.detector);
  const asked: VerdictStep[] = [step];
  if (!finding.target) asked.push(asAWhole(sort === 'suspicion', harm, classOf(profile.kind)));
  if (autonomy === 'quarantine') asked.push(harm === 'home' ? 'isolated' : 'essential');
  if (relapses > 0 && sort !== 'suspicion') asked.push(relapses > 1 ? 'local' : 'essential');
  return highest(asked);
}

/** Where only the whole device can be named. What it asks of the home's resolver is held by its tight limits. */
function asAWhole(suspected: boolean, harm: 'others' | 'home' | 'names', of: KindClass): VerdictStep {
  if (harm === 'names') return 'none';
  if (suspected || of === 'general') return 'slow';
  return harm === 'home' ? 'isolated' : 'essential';
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

/** Whether what is claimed cannot pass any more. */
export function isStopped(
  { detector, target }: Pick<IncidentFinding, 'detector' | 'target'>,
  verdict: Verdict,
): boolean {
  const { harm } = meaningOf(detector);
  const rank = rankOf(verdict.step);
  if (verdict.step === 'isolated') return true;
  if (target && verdict.blocks.some((block) => targetKey(block) === targetKey(target))) return true;
  return harm === 'others' && rank >= rankOf('essential');
}

/** One step on, to one that stops this kind of harm. */
function nextStep(step: VerdictStep, { detector }: IncidentFinding): VerdictStep {
  const { harm, sort } = meaningOf(detector);
  if (harm === 'others')
    return highest([step, rankOf(step) < rankOf('slow') && sort === 'suspicion' ? 'slow' : 'essential']);
  return rankOf(step) < rankOf('essential') ? 'essential' : 'isolated';
}

function ceilingOf({ autonomy, preferences, profile }: Wish): VerdictStep {
  const of = classOf(profile.kind);
  const furthest = (autonomy === 'quarantine' ? FURTHEST_IN_QUARANTINE : FURTHEST_TO_STOP)[of];
  // `isolated` would cut what the household said must never be.
  return preferences.critical.length > 0 ? lower(furthest, 'local') : furthest;
}

export function rankOf(step: VerdictStep): number {
  return VERDICT_STEPS.indexOf(step);
}

function highest(steps: readonly VerdictStep[]): VerdictStep {
  return steps.reduce((most, step) => (rankOf(step) > rankOf(most) ? step : most), 'none');
}

function lower(a: VerdictStep, b: VerdictStep): VerdictStep {
  return rankOf(a) < rankOf(b) ? a : b;
}
