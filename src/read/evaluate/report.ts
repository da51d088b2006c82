import { AUTONOMIES, DEFAULT_PREFERENCES } from '../../model/preferences.ts';
import { visible } from '../../model/visible.ts';
import { BASELINES, type Baseline } from './baselines.ts';
import type { Evaluated, View } from './capture.ts';
import type { FlowScore } from './labels.ts';
import type { Outcome } from './run.ts';

export type Bar = { name: string; held: boolean; detail: string };

/** The bars of the measurement, for one view. */
export function bars(rows: readonly Evaluated[], view: View): Bar[] {
  const seen = rows.filter(({ views }) => views[view]);
  const of = (row: Evaluated) => row.views[view]!;
  const required = seen.filter(({ truth }) => truth.kind === 'attack' && truth.required);
  const inSight = required.filter((row) => !of(row).outOfSight);
  const missed = inSight.filter((row) => !of(row).found);
  const hidden = required.length - inSight.length;
  const wronged = seen.filter((row) => row.truth.kind === 'attack' && of(row).wronged.length > 0);
  const blocked = seen.filter((row) => of(row).blocked[DEFAULT_PREFERENCES.autonomy].length > 0);
  const victims = seen.filter((row) => row.truth.kind === 'victim' && of(row).wronged.length > 0);
  const bar = (name: string, failed: readonly Evaluated[], detail: string): Bar => ({
    name,
    held: failed.length === 0,
    detail: failed.length === 0 ? detail : failed.map(({ truth }) => truth.path).join(', '),
  });
  return [
    bar(
      'every required attack is found',
      missed,
      `${inSight.length}${hidden > 0 ? `; ${hidden} between devices of one home never pass the router` : ''}`,
    ),
    bar('no other device of an attack is accused', wronged, `${seen.length} captures`),
    bar('no innocent device is blocked under the default preference', blocked, `${seen.length} captures`),
    bar(
      'nobody is accused because it was attacked',
      victims,
      `${seen.filter(({ truth }) => truth.kind === 'victim').length} captures`,
    ),
  ];
}

/** SPIN must beat every baseline: more attacks found at no more devices wronged, or as many at fewer. */
export function score(
  rows: readonly Evaluated[],
  view: View,
  of: (outcome: Outcome) => { found: boolean; wronged: number },
) {
  const seen = rows.filter(({ views }) => views[view]);
  const attacks = seen.filter(({ truth }) => truth.kind === 'attack');
  return {
    attacks: attacks.length,
    found: attacks.filter((row) => of(row.views[view]!).found).length,
    wronged: seen.reduce((sum, row) => sum + of(row.views[view]!).wronged, 0),
  };
}

function accuses(outcome: Outcome): boolean {
  return outcome.findings.some(({ sort }) => sort !== 'note');
}

const PATH = 56;

const SEEN_AS: Record<View, string> = {
  everything: 'As a mirror or a capture sees it: every packet',
  gateway: 'As a router sees it: connections, SYNs, control packets',
  flows: 'As a log of flows tells it: connections and what they came to, no packet',
};

export function table(rows: readonly Evaluated[], view: View): string {
  const shown = rows.filter(({ truth, views }) => views[view] && (truth.kind !== 'benign' || accuses(views[view])));
  const lines = [
    SEEN_AS[view],
    `${'capture'.padEnd(PATH)} ${'class'.padEnd(16)} found  after   stopped others  cut (watch ask stop quar.)  what`,
  ];
  for (const { truth, views } of shown)
    lines.push(lineOf(truth.path, truth.class, truth.kind, truth.required, views[view]!));
  const quiet = rows.filter(
    ({ truth, views }) => truth.kind === 'benign' && views[view] && !accuses(views[view]),
  ).length;
  if (quiet > 0) lines.push(`${quiet} benign captures without a finding that counts`);
  return lines.join('\n');
}

function lineOf(path: string, kind: string, sort: string, required: boolean, outcome: Outcome): string {
  const found = sort !== 'attack' ? '–' : outcome.found ? 'yes' : required ? 'NO' : 'no';
  const after = outcome.afterDeed === undefined ? '' : time(outcome.afterDeed);
  const cut = AUTONOMIES.map((autonomy) => `${outcome.blocked[autonomy].length}`).join(' ');
  const counted = outcome.findings.filter(({ sort: its }) => its !== 'note');
  const what = [...new Set(counted.map(({ detector }) => detector))].join(', ');
  const name = path.length > PATH ? `…${path.slice(1 - PATH)}` : path;
  return [
    visible(name).padEnd(PATH),
    visible(kind).slice(0, 16).padEnd(16),
    found.padEnd(6),
    after.padEnd(7),
    (sort !== 'attack' ? '–' : outcome.outOfSight ? 'unseen' : outcome.stopped ? 'yes' : 'no').padEnd(7),
    `${outcome.wronged.length}`.padEnd(7),
    cut.padEnd(27),
    what,
  ].join(' ');
}

/** Logs of flows, what each is, and how what was found stands to their labels. */
export function flowTable(rows: readonly Evaluated[]): string {
  const lines = [
    `${'log of flows'.padEnd(PATH)}   flows  malicious  begun before found  after    false  device-days  what it is`,
  ];
  let falseFindings = 0;
  let deviceDays = 0;
  for (const { truth, flows } of rows) {
    if (!flows) continue;
    falseFindings += flows.falseFindings;
    deviceDays += flows.deviceDays;
    lines.push(flowLine(truth, flows));
  }
  const rate = deviceDays > 0 ? `${(falseFindings / deviceDays).toFixed(2)} per device-day` : 'in no time';
  lines.push(`${falseFindings} false findings in ${deviceDays.toFixed(1)} device-days: ${rate}`);
  return lines.join('\n');
}

function flowLine({ path, note }: Evaluated['truth'], flows: FlowScore): string {
  const name = path.length > PATH ? `…${path.slice(1 - PATH)}` : path;
  return [
    visible(name).padEnd(PATH),
    String(flows.rows).padStart(7),
    String(flows.malicious).padStart(10),
    (flows.before === undefined ? '' : String(flows.before)).padStart(19),
    (flows.after === undefined ? '' : time(flows.after)).padStart(6),
    String(flows.falseFindings).padStart(8),
    flows.deviceDays.toFixed(2).padStart(12),
    ` ${visible(note)}`,
  ].join(' ');
}

export function comparison(rows: readonly Evaluated[], view: View): string {
  const spin = score(rows, view, (outcome) => ({ found: outcome.found, wronged: outcome.wronged.length }));
  const line = (name: string, sum: typeof spin) =>
    `  ${name.padEnd(18)} ${`${sum.found}/${sum.attacks}`.padStart(8)} attacks found  ${String(sum.wronged).padStart(6)} devices wrongly accused`;
  const lines = [line('this SPIN', spin)];
  for (const baseline of Object.keys(BASELINES) as Baseline[])
    lines.push(
      `${line(
        baseline,
        score(rows, view, (outcome) => outcome.baselines[baseline]),
      )}   ${BASELINES[baseline]}`,
    );
  return lines.join('\n');
}

function time(seconds: number): string {
  if (seconds < 100) return `${seconds.toFixed(1)} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
