/**
 * `bin/bench household [--quick] [--only ATTACK,…] [--days N] [--seed N]`: the whole chain. `spin start` as it is guards the
 * virtual home with the default preferences; one device after the other attacks while all others work: as root, in network
 * namespaces. With `--days`, instead, days of ordinary life at compressed time, without namespaces: what was stopped of them.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { whyNoNamespaces } from '../src/cli/virtual-home.ts';
import { GuardedHome } from '../test/guarded-home.ts';
import { type Days, live } from './household/days.ts';
import { type Outcome, tryOut } from './household/trial.ts';
import { TRIALS, type Trial } from './household/trials.ts';
import { Bars, printTable } from './report.ts';

/** Shares of ordinary packets that were stopped, and of far ends said to be part of harm; look-ups a second of who misuses them. */
const BARS = { dropped: 0.0045, flagged: 0.02, questions: 2 } as const;

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    days: { type: 'string' },
    seed: { type: 'string', default: '1' },
  },
});
const days = options.days === undefined ? undefined : Number(options.days);
const seed = Number(options.seed);
const chosen = TRIALS.filter(({ attack, long }) =>
  options.only === undefined ? !(options.quick && long) : options.only.split(',').includes(attack),
);
const bars = new Bars();
const obstacle = days === undefined ? whyNoNamespaces() : undefined;

if ((days !== undefined && !(Number.isInteger(days) && days > 0)) || !Number.isInteger(seed) || chosen.length === 0) {
  const attacks = [...new Set(TRIALS.map(({ attack }) => attack))].join(' ');
  console.log(`Usage: bin/bench household [--quick] [--only ATTACK,…]   attacks: ${attacks}`);
  console.log('       bin/bench household --days N [--seed N]');
  process.exitCode = 64;
} else if (obstacle) {
  console.log(`household: cannot run here: ${obstacle}`);
  process.exitCode = 77;
} else {
  if (days === undefined) report(await attackAll(chosen));
  else reportDays(live(days, seed));
  process.exitCode = bars.exitCode;
}

async function attackAll(trials: readonly Trial[]): Promise<Outcome[]> {
  const folder = mkdtempSync(join(tmpdir(), 'spin-household-'));
  const outcomes: Outcome[] = [];
  const home = await GuardedHome.start();
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  try {
    for (const trial of trials) {
      if (stop.signal.aborted) break;
      console.error(`${trial.attack} from the ${trial.device} …`);
      outcomes.push(await tryOut(home, trial, folder));
    }
  } finally {
    await home.clear();
    rmSync(folder, { recursive: true, force: true });
  }
  return outcomes;
}

function report(outcomes: readonly Outcome[]): void {
  console.log(
    'One device attacks, all others work; seconds from its first packet, packets that reached whom they were for',
  );
  const header = ['', 'found', 'acted', 'sent', 'arrived before', 'after', 'others failed', 'heartbeats', 'done'];
  printTable([header, ...outcomes.map(cells)]);
  for (const outcome of outcomes) check(outcome);
  const sum = (pick: (one: Outcome) => number) => outcomes.reduce((total, one) => total + pick(one), 0);
  const [sent, heard] = [sum((one) => one.heartbeats.sent), sum((one) => one.heartbeats.acknowledged)];
  bars.check('every heartbeat of the smoke alarm delivered', `${heard} of ${sent}`, sent > 0 && heard === sent);
  const failed = sum(({ others }) => others.failed);
  const why = [...new Set(outcomes.flatMap(({ others }) => others.why))].join('; ');
  const acts = sum(({ others }) => others.acts);
  bars.check('nothing that other devices did failed', `${failed} of ${acts} ${why}`.trim(), failed === 0);
  const wronged = outcomes.flatMap((one) => one.wronged);
  bars.check('no other device was cut', wronged.join(', ') || 'none', wronged.length === 0);
}

function cells({ trial, found, acted, sent, before, after, others, heartbeats, did, detectors }: Outcome): string[] {
  const time = (value: number | undefined) => value?.toFixed(1) ?? '–';
  return [
    ...[
      `${trial.attack} from the ${trial.device}`,
      time(found),
      time(acted),
      String(sent),
      String(before),
      String(after),
    ],
    ...[`${others.failed} of ${others.acts}`, `${heartbeats.acknowledged} of ${heartbeats.sent}`],
    `${did} (${detectors.join(', ') || 'nothing found'})`,
  ];
}

function check({ trial, found, acted, sent, before, after, lately, did }: Outcome): void {
  const { attack, device, within, outcome } = trial;
  const name = `${attack} from the ${device}`;
  if (sent === 0) bars.check(name, 'nothing was sent', false);
  bars.check(
    `${name}: found within ${within} s`,
    found === undefined ? 'no' : `${found.toFixed(1)} s`,
    found !== undefined,
  );
  if (outcome === 'told') {
    bars.note(`${name}: ${did}; a suspicion alone cuts nothing`);
    return;
  }
  if (outcome === 'held') {
    bars.check(`${name}: nothing gets out`, `${before + after} of ${sent} packets`, before + after === 0);
    return;
  }
  if (outcome === 'rate') {
    // What a device may ask of the home’s resolver is never cut, only slowed; a question may be repeated by the resolver.
    const bar = `${name}: at most ${BARS.questions} questions a second in the end`;
    bars.check(bar, lately.toFixed(1), acted !== undefined && lately <= BARS.questions);
    return;
  }
  bars.check(`${name}: acted upon`, acted === undefined ? did : `${acted.toFixed(1)} s`, acted !== undefined);
  bars.check(`${name}: nothing after that`, `${after} packets`, acted !== undefined && after === 0);
}

function reportDays(lived: Days): void {
  const { exchanges, packets, dropped, farEnds, flagged, quarantined, incidents, findings, devices, reasons } = lived;
  const kinds = [...devices].map(([name, kind]) => `${name}: ${kind ?? 'unknown'}`);
  console.log(`${lived.days} ordinary days, seed ${seed}: ${exchanges} exchanges of ${devices.size} devices`);
  bars.note(kinds.join(', '));
  const share = (part: number, whole: number) => `${((100 * part) / Math.max(1, whole)).toFixed(3)} %`;
  const why = [...reasons].map(([reason, count]) => `${reason}: ${count}`).join(', ');
  bars.check(
    `ordinary packets stopped ≤ ${(BARS.dropped * 100).toFixed(2)} %`,
    `${share(dropped, packets)}, ${dropped} of ${packets} ${why}`.trim(),
    dropped <= packets * BARS.dropped,
  );
  bars.check(
    `far ends wrongly flagged ≤ ${BARS.flagged * 100} %`,
    `${share(flagged.length, farEnds)}, ${flagged.length} of ${farEnds}`,
    flagged.length <= farEnds * BARS.flagged,
  );
  bars.check('false quarantines: none', quarantined.join(', ') || 'none', quarantined.length === 0);
  bars.note(`${incidents} incidents; what was said of anybody: ${findings.join('; ') || 'nothing'}`);
}
