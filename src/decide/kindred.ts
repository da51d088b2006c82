/** Devices that are alike, and what one says about the others. */
import type { IncidentFinding } from '../model/incident.ts';
import { classOf } from '../model/kinds.ts';
import { isHarm } from './incidents.ts';
import { meaningOf } from './meanings.ts';
import type { Profile } from './steps.ts';

/** Harm of the same sort within so long is most likely of one cause: a worm finds a home's cameras within minutes. */
const AT_ONCE = 3_600_000;

/** Of the same kind, or in one group of the household's; computers and phones are too different to be a kind. */
export function isKindred(a: Profile, b: Profile): boolean {
  if (a.kind !== undefined && a.kind === b.kind && classOf(a.kind) !== 'general') return true;
  return a.groups.some((group) => group !== 'all' && !group.startsWith('kind:') && b.groups.includes(group));
}

/** A device and what is claimed of it. */
export type Suspect = readonly [string, readonly IncidentFinding[]];

/** Those of whom the same is claimed at the same time. */
export function witnessesOf(findings: readonly IncidentFinding[], others: readonly Suspect[], at: number): string[] {
  const spreading = (one: IncidentFinding) =>
    isHarm(one) && meaningOf(one.detector).spreads === true && at - one.last < AT_ONCE;
  const own = new Set(findings.filter(spreading).map(({ detector }) => detector));
  if (own.size === 0) return [];
  return others
    .filter(([, theirs]) => theirs.some((one) => own.has(one.detector) && spreading(one)))
    .map(([device]) => device);
}
