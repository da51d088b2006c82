/**
 * `bin/bench household [--quick] [--only ATTACK,…] [--from DEVICE,…]`: the whole chain. `spin start` as it is guards the
 * virtual home with the default preferences; one device after the other attacks while all others work: as root, in network
 * namespaces.
 * `--matrix [--part I/N]`: each attack from every suitable device, up to five at once, each round in a home of its own; of
 * the rounds every Nth, from the Ith on. `--kindred`: what becomes of one of a group after another did harm.
 * `--days N [--seed N]`: days of ordinary life at compressed time, without namespaces: what was stopped of them.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { whyNoNamespaces } from '../src/cli/virtual-home.ts';
import { GuardedHome } from '../test/guarded-home.ts';
import { type Days, live } from './household/days.ts';
import { playKindred, reportKindred } from './household/kindred.ts';
import { reportMatrix, reportTrials } from './household/report.ts';
import { playRound, type Round, undoAll } from './household/round.ts';
import { ATTACK_NAMES, MATRIX, roundsOf, TRIALS, type Trial } from './household/trials.ts';
import { Bars } from './report.ts';

/** Shares of ordinary packets that were stopped, and of far ends said to be part of harm. */
const BARS = { dropped: 0.0045, flagged: 0.02 } as const;

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    matrix: { type: 'boolean', default: false },
    kindred: { type: 'boolean', default: false },
    only: { type: 'string' },
    from: { type: 'string' },
    part: { type: 'string', default: '1/1' },
    days: { type: 'string' },
    seed: { type: 'string', default: '1' },
  },
});
const days = options.days === undefined ? undefined : Number(options.days);
const seed = Number(options.seed);
const [part = 1, parts = 1] = options.part.split('/').map(Number);
const isAsked = (list: string | undefined, name: string) => list === undefined || list.split(',').includes(name);
const chosen = (options.matrix ? MATRIX : TRIALS).filter(
  ({ attack, device, long }) =>
    isAsked(options.only, attack) && isAsked(options.from, device) && !(options.quick && long && !options.only),
);
const bars = new Bars();
const obstacle = days === undefined ? whyNoNamespaces() : undefined;

if ((days !== undefined && !(Number.isInteger(days) && days > 0)) || !Number.isInteger(seed) || chosen.length === 0) {
  console.log(
    `Usage: bin/bench household [--quick] [--matrix [--part I/N]] [--only ATTACK,…] [--from DEVICE,…]   attacks: ${ATTACK_NAMES.join(' ')}`,
  );
  console.log('       bin/bench household --kindred');
  console.log('       bin/bench household --days N [--seed N]');
  process.exitCode = 64;
} else if (obstacle) {
  console.log(`household: cannot run here: ${obstacle}`);
  process.exitCode = 77;
} else {
  if (days !== undefined) reportDays(live(days, seed));
  else if (options.kindred) reportKindred(await inFolder(playKindred), bars);
  else if (options.matrix) reportMatrix(await attackIn(partOf(roundsOf(chosen)), true), bars);
  else
    reportTrials(
      await attackIn(
        chosen.map((trial) => [trial]),
        false,
      ),
      bars,
    );
  process.exitCode = bars.exitCode;
}

function partOf(rounds: readonly Trial[][]): readonly Trial[][] {
  return rounds.filter((_, i) => i % parts === part - 1);
}

/** @param anew each round in a home of its own; otherwise what was done is undone in between */
async function attackIn(rounds: readonly (readonly Trial[])[], anew: boolean): Promise<Round[]> {
  return inFolder((folder) => playAll(rounds, anew, folder));
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'spin-household-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function playAll(rounds: readonly (readonly Trial[])[], anew: boolean, folder: string): Promise<Round[]> {
  const played: Round[] = [];
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  let home: GuardedHome | undefined;
  try {
    for (const [i, trials] of rounds.entries()) {
      if (stop.signal.aborted) break;
      const names = trials.map(({ attack, device, over }) => `${attack}${over ? ' over IPv6' : ''} from the ${device}`);
      console.error(`${i + 1} of ${rounds.length}: ${names.join(', ')} …`);
      home ??= await GuardedHome.start();
      played.push(await playRound(home, trials, folder));
      if (anew) {
        await home.clear();
        home = undefined;
      } else await undoAll(home);
    }
  } finally {
    await home?.clear();
  }
  return played;
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
