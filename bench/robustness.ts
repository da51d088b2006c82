/**
 * `bin/bench robustness DIR`: captures of which the truth is known, as they might have been recorded otherwise. What is
 * found may depend on how much of a deed is seen; that nobody innocent is accused may not.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { evaluateChanged, meetHome, VIEWS } from '../src/read/evaluate/capture.ts';
import { readTruth, TRUTH, type Truth } from '../src/read/evaluate/truth.ts';
import { CaptureError } from '../src/source/capture/error.ts';
import { readCapture } from '../src/source/capture/read.ts';
import { Bars, printTable } from './report.ts';
import { type Around, CHANGES, type Frame } from './robustness/changes.ts';

const HELP = `Usage: bin/bench robustness [--truth FILE] [--change TEXT] [--only TEXT] [--as VIEW] DIR

  Evaluates each capture that DIR/${TRUTH} names (as "spin evaluate" does) again and again: cut short, begun in the
  middle, thinned out, one direction alone, without names or hardware addresses, at another time, beside another capture.
  Says for each how many of the attacks are found, and how many innocent devices are accused or cut under the default
  preference; each of these is named.

  --change TEXT  only those changes whose name holds the text
  --only TEXT    only captures whose path holds the text
  --as VIEW      everything or gateway; without it both

Exit codes: 0 nobody innocent was accused · 1 somebody was · 64 wrong usage`;

/** Frames of a capture kept, so that it can be put beside another: some minutes of a busy device. */
const MAX_KEPT = 100_000;

type Tally = { required: number; found: number; others: number; othersFound: number; accused: number; cut: number };
type Counts = Map<string, Tally>;

process.exitCode = await main();

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      truth: { type: 'string' },
      change: { type: 'string', default: '' },
      only: { type: 'string', default: '' },
      as: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const [folder] = positionals;
  const views = VIEWS.filter((view) => values.as === undefined || view === values.as);
  if (values.help || folder === undefined || views.length === 0 || !existsSync(values.truth ?? join(folder, TRUTH))) {
    console.log(HELP);
    return values.help ? 0 : 64;
  }
  const names = Object.keys(CHANGES).filter((name) => name.includes(values.change));
  const { rows, faults } = readTruth(folder, values.truth);
  for (const fault of faults) console.log(`  ${fault}`);
  const captures = rows.filter(({ path }) => path.includes(values.only));
  const counts: Counts = new Map();
  for (const [i, truth] of captures.entries())
    await runOne(folder, truth, besideOf(rows, truth, i), names, views, counts);
  return report(counts, names, views);
}

/** A benign capture of something else, another one for each. */
function besideOf(rows: readonly Truth[], { path }: Truth, i: number): Truth | undefined {
  const benign = rows.filter((row) => row.kind === 'benign' && dirname(row.path) !== dirname(path));
  return benign[(i * 7) % Math.max(1, benign.length)];
}

async function runOne(
  folder: string,
  truth: Truth,
  other: Truth | undefined,
  names: readonly string[],
  views: readonly (typeof VIEWS)[number][],
  counts: Counts,
): Promise<void> {
  const file = join(folder, truth.path);
  const { home, offenders } = await meetHome(file, truth);
  const { first, last } = await framesOf(file);
  const around: Around = { home, first, last, seed: seedOf(truth.path), other: [] };
  if (other && names.includes('beside another capture'))
    around.other = (await framesOf(join(folder, other.path))).frames;
  const address = offenders.map((id) => home.device(id)?.addresses[0]).find((known) => known !== undefined);
  for (const name of names) {
    const isLinkless = name === 'no hardware addresses' && address !== undefined;
    const row = isLinkless ? { ...truth, offender: address } : truth;
    const { views: outcomes } = await evaluateChanged(file, row, views, CHANGES[name]!(around));
    for (const view of views) {
      const outcome = outcomes[view]!;
      const tally = tallyOf(counts, view, name);
      if (truth.kind === 'attack') {
        tally[truth.required ? 'required' : 'others']++;
        if (outcome.found) tally[truth.required ? 'found' : 'othersFound']++;
      }
      tally.accused += outcome.wronged.length;
      tally.cut += outcome.blocked.stop.length;
      for (const device of outcome.wronged) {
        const what = outcome.findings.filter((told) => told.device === device && told.sort !== 'note');
        const deeds = [...new Set(what.map(({ detector, subject }) => `${detector} ${subject}`))]
          .slice(0, 3)
          .join(', ');
        console.log(`  ${truth.path}, ${name}, ${view}: ${device} ${deeds}`);
      }
    }
  }
}

function tallyOf(counts: Counts, view: string, name: string): Tally {
  const key = `${view} ${name}`;
  const tally = counts.get(key) ?? { required: 0, found: 0, others: 0, othersFound: 0, accused: 0, cut: 0 };
  counts.set(key, tally);
  return tally;
}

async function framesOf(file: string): Promise<{ frames: Frame[]; first: number; last: number }> {
  const frames: Frame[] = [];
  let first = Number.POSITIVE_INFINITY;
  let last = 0;
  const sink = {
    frame(
      bytes: Uint8Array,
      _view: DataView,
      start: number,
      end: number,
      wireLength: number,
      at: number,
      link: number,
    ) {
      first = Math.min(first, at);
      last = Math.max(last, at);
      if (frames.length < MAX_KEPT) frames.push({ bytes: bytes.slice(start, end), wireLength, at, linkType: link });
    },
  };
  try {
    await readCapture(file, sink);
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
  }
  return { frames, first: Math.min(first, last), last };
}

function seedOf(path: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < path.length; i++) hash = Math.imul(hash ^ path.charCodeAt(i), 0x01000193);
  return hash;
}

function report(counts: Counts, names: readonly string[], views: readonly string[]): number {
  const bars = new Bars();
  for (const view of views) {
    console.log(`\nAs ${view === 'gateway' ? 'a router' : 'a mirror'} sees it`);
    const rows = names.map((name) => {
      const { required, found, others, othersFound, accused, cut } = tallyOf(counts, view, name);
      return [name, `${found}/${required}`, `${othersFound}/${others}`, String(accused), String(cut)];
    });
    printTable([['', 'required found', 'others found', 'innocents accused', 'cut'], ...rows]);
    const accused = names.reduce((sum, name) => sum + tallyOf(counts, view, name).accused, 0);
    bars.check(`nobody innocent is accused, ${view}`, `${accused} devices`, accused === 0);
  }
  return bars.exitCode;
}
