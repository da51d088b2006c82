import type { CorrectionView, IncidentView, NewcomerView, NoticedView } from '../../contract/incidents.ts';
import { wrongWith } from '../../decide/cleanup.ts';
import { KNOWN_AFTER, type Newcomer } from '../../decide/newcomers.ts';
import { rulesOf } from '../../decide/own-policy.ts';
import { CLEAN_AFTER } from '../../decide/times.ts';
import type { Correction, Incident } from '../../model/incident.ts';
import type { Noticed } from '../../model/noticed.ts';
import type { Certainty, NewDevices } from '../../model/preferences.ts';
import type { Verdict } from '../../model/verdict.ts';

/** What views need to know of the rest. */
export type Shown = {
  at: number;
  label: (device: string) => string;
  kind: (device: string) => string | undefined;
  /** What the kernel does of a rule, and what it stopped. */
  standing: (rule: string) => 'yes' | 'waiting' | 'not-enforced';
  stoppedBy: (rule: string) => { packets: number; bytes: number };
};

export function incidentView(incident: Incident, around: Shown): IncidentView {
  const { verdict, kindred, device, ...rest } = incident;
  const wrong = wrongWith(incident, around.at);
  const kind = around.kind(device);
  return {
    ...rest,
    device,
    label: around.label(device),
    kindred: kindred.map(around.label),
    wrong,
    findings: rest.findings.map(({ target: _, until: __, ...finding }) => finding),
    ...(kind !== undefined && { kind }),
    ...(rest.closed === undefined && !wrong.includes('goes-on') && { closes: rest.last + CLEAN_AFTER }),
    ...(verdict && { verdict: verdictView(verdict, around) }),
  };
}

function verdictView(verdict: Verdict, { standing, stoppedBy }: Shown): NonNullable<IncidentView['verdict']> {
  const { step, blocks, since, until, released } = verdict;
  const rules = rulesOf(verdict).map(({ id }) => id);
  const standings = new Set(rules.map(standing));
  const stopped = rules.map(stoppedBy);
  return {
    step,
    blocks,
    since,
    until,
    ...(released !== undefined && { released }),
    inForce: standings.has('not-enforced') ? 'not-enforced' : standings.has('waiting') ? 'waiting' : 'yes',
    stopped: {
      packets: stopped.reduce((sum, { packets }) => sum + packets, 0),
      bytes: stopped.reduce((sum, { bytes }) => sum + bytes, 0),
    },
  };
}

/** @param wanted how sure the household wants SPIN to be of the device's harm */
export function noticedView(one: Noticed, label: string, wanted: Certainty): NoticedView {
  return { ...one, label, ...(one.reason === 'not-sure' && { wanted }) };
}

export function correctionView(correction: Correction, label: (device: string) => string): CorrectionView {
  return { ...correction, label: label(correction.device) };
}

export function newcomerView(
  one: Newcomer & { stance: NewDevices },
  label: (device: string) => string,
): NewcomerView[] {
  const { device, since, stance } = one;
  if (stance === 'admit') return [];
  return [{ device, label: label(device), since, stance, ...(stance === 'limit' && { until: since + KNOWN_AFTER }) }];
}
