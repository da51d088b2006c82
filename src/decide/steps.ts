/** The ladder: how far a device is cut off, by what it does, what it is, and what the household lets SPIN do. */
import type { Incident, IncidentFinding } from '../model/incident.ts';
import { classOf, type KindClass } from '../model/kinds.ts';
import type { Autonomy, Preferences } from '../model/preferences.ts';
import { VERDICT_STEPS, type Verdict, type VerdictStep } from '../model/verdict.ts';
import { meaningOf } from './meanings.ts';
import { targetKey } from './targets.ts';

/** What deciding needs to know of a device. */
export type Profile = { kind?: string; groups: readonly string[] };

/** What may be done about a device. */
export type Wish = { autonomy: Autonomy; preferences: Preferences; profile: Profile };

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

/** Lowest step that stops what is claimed. */
export function stepFor(finding: IncidentFinding, { autonomy, profile }: Wish, { relapses }: Incident): VerdictStep {
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

/** One step on, to one that stops this kind of harm; where that is too far, none that would only cut more. */
export function nextStep(step: VerdictStep, { detector }: IncidentFinding, ceiling: VerdictStep): VerdictStep {
  const { harm, sort } = meaningOf(detector);
  const gently = sort === 'suspicion' && rankOf(step) < rankOf('slow');
  const further = harm !== 'others' ? 'isolated' : gently ? 'slow' : 'essential';
  return rankOf(further) > rankOf(ceiling) ? step : highest([step, further]);
}

/** The furthest step. */
export function ceilingOf({ autonomy, preferences, profile }: Wish): VerdictStep {
  const of = classOf(profile.kind);
  const furthest = (autonomy === 'quarantine' ? FURTHEST_IN_QUARANTINE : FURTHEST_TO_STOP)[of];
  // `isolated` would cut what the household said must never be.
  return preferences.critical.length > 0 ? lower(furthest, 'local') : furthest;
}

export function rankOf(step: VerdictStep): number {
  return VERDICT_STEPS.indexOf(step);
}

export function highest(steps: readonly VerdictStep[]): VerdictStep {
  return steps.reduce((most, step) => (rankOf(step) > rankOf(most) ? step : most), 'none');
}

export function lower(a: VerdictStep, b: VerdictStep): VerdictStep {
  return rankOf(a) < rankOf(b) ? a : b;
}
