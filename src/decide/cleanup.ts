/**
 * What a household can do about an incident, and what of it traffic shows. A step is ticked by what was seen only; who
 * says that it is done is believed when the traffic agrees.
 */
import type { CleanUpName, CleanUpStep, Incident, Sign, SignName } from '../model/incident.ts';
import { classOf, type Kind } from '../model/kinds.ts';
import { meaningOf } from './meanings.ts';
import { QUIET_AFTER } from './times.ts';

/** What shows that a step was done; none of it shows more than it says. */
const SHOWN_BY: Readonly<Record<CleanUpName, readonly SignName[]>> = {
  restart: ['came-back', 'long-away'],
  // A password cannot be seen; that somebody was at the device's settings can, and that nobody got in since.
  password: ['settings-visited'],
  update: ['update-contact'],
  'port-mapping': ['mapping-gone'],
  // A reset takes longer than a restart, and what it removed must stay away.
  reset: ['long-away'],
  retire: ['gone'],
};

/** Have no settings of their own to visit, or none that a household changes. */
const NO_PASSWORD: ReadonlySet<Kind> = new Set([
  'bulb',
  'plug',
  'switch',
  'sensor',
  'smoke-alarm',
  'siren',
  'blind',
  'speaker',
]);

/** Steps for an incident of this kind of device, in their order; further ones are added as it goes on. */
export function stepsFor({ findings, relapses, again }: Incident, kind: string | undefined): CleanUpName[] {
  const real = findings.filter(({ corrected }) => !corrected);
  const of = classOf(kind);
  const steps: CleanUpName[] = ['restart'];
  if (!NO_PASSWORD.has(kind as Kind)) steps.push('password');
  steps.push('update');
  if (real.some(({ detector }) => detector === 'port-mapping' || detector === 'reflection')) steps.push('port-mapping');
  const comesBack = relapses > 0 || again !== undefined;
  if (comesBack || real.some(({ detector }) => meaningOf(detector).step === 'essential')) steps.push('reset');
  if (comesBack && of !== 'general') steps.push('retire');
  return steps;
}

/** The list with what became of each step kept. */
export function withSteps(steps: readonly CleanUpStep[], names: readonly CleanUpName[]): CleanUpStep[] {
  const known = new Map(steps.map((step) => [step.name, step]));
  return [...new Set([...known.keys(), ...names])].map((name) => known.get(name) ?? { name, state: 'open' });
}

/** What a sign shows. @returns the list with it, and the steps that were not seen before */
export function seen(steps: CleanUpStep[], sign: Sign): { cleanUp: CleanUpStep[]; steps: CleanUpName[] } {
  const { at, detail } = sign;
  const shown = steps.filter(({ name, state }) => state !== 'seen' && SHOWN_BY[name].includes(sign.name));
  const names = shown.map(({ name }) => name);
  const cleanUp = changed(steps, (step) => {
    if (!SHOWN_BY[step.name].includes(sign.name)) return step;
    return { name: step.name, state: 'seen', at, ...(detail !== undefined && { detail }) };
  });
  return { cleanUp, steps: names };
}

/** Somebody says that it is done. */
export function claimed(steps: CleanUpStep[], name: CleanUpName, at: number): CleanUpStep[] {
  return changed(steps, (step) =>
    step.name === name && step.state !== 'seen' ? { name, state: 'claimed', at } : step,
  );
}

/** Harm went on: what was said to be done, or seen, did not help. `gone` cannot be doubted, only be wrong. */
export function doubted(steps: CleanUpStep[], at: number): CleanUpStep[] {
  return changed(steps, (step) => {
    const done = step.state === 'claimed' || step.state === 'seen';
    return done && step.at !== undefined && at > step.at ? { name: step.name, state: 'doubted', at } : step;
  });
}

function changed(steps: CleanUpStep[], change: (step: CleanUpStep) => CleanUpStep): CleanUpStep[] {
  const next = steps.map(change);
  return next.every((step, i) => step === steps[i]) ? steps : next;
}

/** Why an incident cannot be closed yet. */
export function wrongWith(incident: Incident, at: number): Array<'goes-on' | 'too-soon' | 'mapping-open'> {
  if (incident.closed !== undefined) return [];
  const harmful = incident.findings.filter(
    ({ corrected, detector }) => !corrected && meaningOf(detector).sort !== 'note',
  );
  const goesOn = harmful.some(({ over }) => over === undefined) || at - incident.last < QUIET_AFTER;
  const mapping = incident.findings.some(({ detector, over }) => detector === 'port-mapping' && over === undefined);
  return [goesOn ? ('goes-on' as const) : ('too-soon' as const), ...(mapping ? (['mapping-open'] as const) : [])];
}
