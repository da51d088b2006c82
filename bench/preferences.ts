/**
 * `bin/bench preferences`: one incident under every setting – what is asked, cut, let through, and when it ends. The
 * incident is made up after captured ones: a camera calls a strange place, scans for telnet, sends spam, is restarted
 * after a day, and stays clean.
 */
import { Casebook, type CaseInput } from '../src/decide/casebook.ts';
import { isHarm } from '../src/decide/incidents.ts';
import { isStopped, rankOf } from '../src/decide/steps.ts';
import type { Finding } from '../src/model/home.ts';
import type { Incident } from '../src/model/incident.ts';
import {
  AUTONOMIES,
  CERTAINTIES,
  DEFAULT_PREFERENCES,
  type Preferences,
  UNANSWERED,
} from '../src/model/preferences.ts';
import type { VerdictStep } from '../src/model/verdict.ts';
import { Bars, printTable } from './report.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const CAMERA = 'camera';

type Act = Pick<Finding, 'detector' | 'subject' | 'confidence' | 'target'> & { from: number; to: number };
const telnet = { service: { protocol: 6, port: 23, initiator: 'device' as const } };

const mail = { service: { protocol: 6, port: 25, initiator: 'device' as const } };
const C2 = { node: { address: '203.0.113.9' } };

/** Minutes after the first sign. */
const ACTS: readonly Act[] = [
  { detector: 'beacon', subject: '203.0.113.9:48101', confidence: 0.9, target: C2, from: 0, to: 300 },
  { detector: 'horizontal-scan', subject: 'tcp/23', confidence: 0.9, target: telnet, from: 10, to: 240 },
  { detector: 'outbound-mail', subject: 'tcp/25', confidence: 1, target: mail, from: 20, to: 240 },
];

function history(): CaseInput[] {
  const inputs: CaseInput[] = [];
  for (const { from, to, ...act } of ACTS) {
    const finding = (at: number): Finding => ({
      ...{ id: `${act.detector}/${CAMERA}/${act.subject}`, device: CAMERA, evidence: {}, ...act },
      ...{ first: from * MINUTE, last: at, until: at + 2 * MINUTE },
    });
    for (let at = from; at <= to; at++)
      inputs.push({
        kind: 'finding',
        at: at * MINUTE,
        change: at === from ? 'new' : 'changed',
        finding: finding(at * MINUTE),
      });
    inputs.push({ kind: 'finding', at: (to + 2) * MINUTE, change: 'over', finding: finding(to * MINUTE) });
  }
  for (let at = 0; at <= 5 * DAY; at += MINUTE) inputs.push({ kind: 'tick', at });
  const restart = { at: DAY, device: CAMERA, name: 'came-back' as const };
  inputs.push({ kind: 'sign', at: DAY, sign: restart });
  return inputs.sort((a, b) => a.at - b.at);
}

type Outcome = {
  asked?: number;
  acted?: number;
  step: VerdictStep;
  blocks: number;
  /** Minutes of findings whose traffic passed, and minutes for which anything was cut. */
  passed: number;
  cut: number;
  closed?: number;
};

function outcomeOf(preferences: Preferences, inputs: readonly CaseInput[]): Outcome {
  const book = new Casebook({
    profileOf: () => ({ kind: 'camera', groups: [] }),
    devices: () => [CAMERA],
    preferences: () => ({ home: preferences, groups: {}, devices: {} }),
  });
  const outcome: Outcome = { step: 'none', blocks: 0, passed: 0, cut: 0 };
  for (const input of inputs) {
    book.apply(input);
    const incident = book.all()[0];
    if (input.kind === 'tick') outcome.passed += passing(incident, input.at);
    if (!incident) continue;
    if (incident.closed !== undefined) outcome.closed ??= incident.closed;
    note(outcome, incident, input);
  }
  return outcome;
}

function note(outcome: Outcome, { verdict, question }: Incident, { kind }: CaseInput): void {
  if (question) outcome.asked ??= question.asked;
  if (!verdict || verdict.released !== undefined) return;
  outcome.acted ??= verdict.since;
  if (rankOf(verdict.step) > rankOf(outcome.step)) outcome.step = verdict.step;
  outcome.blocks = Math.max(outcome.blocks, verdict.blocks.length);
  if (kind === 'tick') outcome.cut += 1;
}

/** Acts that go on at a time and are not stopped. */
function passing(incident: Incident | undefined, at: number): number {
  const now = ACTS.filter(({ from, to }) => at >= from * MINUTE && at < to * MINUTE);
  const verdict = incident?.verdict;
  return now.filter((act) => isHarm(act) && !(verdict && verdict.released === undefined && isStopped(act, verdict)))
    .length;
}

type Setting = { name: string; preferences: Preferences; rank: [number, number] };

function settings(): Setting[] {
  const autonomies = AUTONOMIES.flatMap((autonomy): Pick<Preferences, 'autonomy' | 'unanswered'>[] => {
    const answers = autonomy === 'ask' ? UNANSWERED : (['stop'] as const);
    return answers.map((otherwise) => ({ autonomy, unanswered: { after: 2 * HOUR, otherwise } }));
  });
  return autonomies.flatMap((one, i) =>
    CERTAINTIES.map((certainty, j): Setting => {
      const called = one.autonomy === 'ask' ? `ask, then ${one.unanswered.otherwise}` : one.autonomy;
      return {
        name: `${called} · ${certainty}`,
        preferences: { ...DEFAULT_PREFERENCES, ...one, certainty },
        rank: [i, j],
      };
    }),
  );
}

const minutes = (at: number | undefined) => (at === undefined ? '–' : (at / MINUTE).toFixed(0));
const inputs = history();
const results = settings().map((setting) => ({ ...setting, outcome: outcomeOf(setting.preferences, inputs) }));
console.log('One incident of a camera under every setting; minutes after the first sign, nobody answers for two hours');
printTable([
  ['how far · how sure', 'asked', 'acted', 'strictest step', 'blocks', 'harm let through', 'cut', 'clean after'],
  ...results.map(({ name, outcome }) => [
    name,
    minutes(outcome.asked),
    minutes(outcome.acted),
    outcome.step,
    String(outcome.blocks),
    `${outcome.passed} min`,
    `${outcome.cut} min`,
    outcome.closed === undefined ? '–' : `${(outcome.closed / HOUR).toFixed(0)} h`,
  ]),
]);

const bars = new Bars();
const isStricter = (a: Setting, b: Setting) => a.rank[0] >= b.rank[0] && a.rank[1] >= b.rank[1];
const pairs = results.flatMap((strict) =>
  results.filter((mild) => isStricter(strict, mild)).map((mild) => [strict, mild] as const),
);
const wrong = pairs.filter(
  ([{ outcome: a }, { outcome: b }]) => a.passed > b.passed || a.cut < b.cut || rankOf(a.step) < rankOf(b.step),
);
bars.check(
  'a stricter setting never lets more through, nor cuts less',
  `${pairs.length - wrong.length} of ${pairs.length} pairs`,
  wrong.length === 0,
);
const distinct = new Set(
  results.map(({ outcome }) => JSON.stringify([outcome.asked, outcome.acted, outcome.step, outcome.cut])),
);
bars.check('settings with an outcome of their own, at least six', String(distinct.size), distinct.size >= 6);
const watched = results.filter(({ preferences }) => preferences.autonomy === 'watch');
bars.check(
  '“watch” cuts nothing',
  `${watched.reduce((sum, { outcome }) => sum + outcome.cut, 0)} min`,
  watched.every(({ outcome }) => outcome.cut === 0),
);
const normal = outcomeOf(DEFAULT_PREFERENCES, inputs);
bars.check(
  'the default lets nothing through from the first certain sign on',
  `${normal.passed} min`,
  normal.passed <= 12,
);
process.exitCode = bars.exitCode;
