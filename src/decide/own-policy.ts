/** Verdicts as entries beside the household's rules: the same words, so that one thing makes the kernel's policy. */
import type { Incident } from '../model/incident.ts';
import type { Preferences } from '../model/preferences.ts';
import type { OwnLimit, OwnPolicy, OwnRule, Verdict } from '../model/verdict.ts';
import { isHarm } from './incidents.ts';
import { isKindred } from './kindred.ts';
import { meaningOf } from './meanings.ts';
import type { Profile } from './steps.ts';
import { targetKey } from './targets.ts';

type Known = { profile: Profile; preferences: Preferences };

export function wantsOf(
  incidents: readonly Incident[],
  devices: Iterable<string>,
  knownOf: (device: string) => Known,
): OwnPolicy {
  const acting = incidents.filter(({ verdict }) => verdict !== undefined);
  const rules = acting.flatMap(({ verdict }) => rulesOf(verdict!));
  const limits = acting.map(probation);
  if (acting.length > 0) limits.push(...precautions(acting, devices, knownOf));
  return { rules, limits };
}

/** Everybody about whom SPIN has acted is under tight limits until the incident is closed. */
function probation({ id, device, findings }: Incident): OwnLimit {
  const names = findings.some((one) => isHarm(one) && meaningOf(one.detector).harm === 'names');
  return { device, reason: 'probation', because: id, ...(names && { names }) };
}

/** Of rules that SPIN made by itself; those of the household begin with what they do. */
export const OWN = 'spin ';

export const isOwnId = (rule: string): boolean => rule.startsWith(OWN);

/** The household's allow beats these as it beats its own blocks; of several steps for one device the highest counts. */
export function rulesOf(verdict: Verdict): OwnRule[] {
  const { incident, device, blocks, step, since, until } = verdict;
  const common = { when: { until }, by: 'spin' as const, since, because: incident };
  const rules: OwnRule[] = blocks.map((target) => ({
    ...common,
    id: `${OWN}${incident} block ${targetKey(target)}`,
    action: 'block',
    target: { device, ...target },
  }));
  if (step !== 'none') rules.push({ ...common, id: `${OWN}${incident} step`, action: step, target: { device } });
  return rules;
}

/** Tight limits for those who are like a device about which SPIN acts, where the household wants that. */
function precautions(
  acting: readonly Incident[],
  devices: Iterable<string>,
  knownOf: (device: string) => Known,
): OwnLimit[] {
  const offenders = acting
    .filter(({ verdict }) => verdict!.released === undefined)
    .map(({ id, device }) => ({ id, device, profile: knownOf(device).profile }));
  const under = new Set(acting.map(({ device }) => device));
  const limits: OwnLimit[] = [];
  for (const device of devices) {
    if (under.has(device)) continue;
    const { profile, preferences } = knownOf(device);
    const alike = offenders.find((offender) => isKindred(offender.profile, profile));
    if (alike && preferences.kindred === 'limit') limits.push({ device, reason: 'kindred', because: alike.id });
  }
  return limits;
}
