/** `bin/bench offline`: reading captures, against other programs on the same files in the same run. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { install, missing, type Tool } from '../../src/cli/debian.ts';
import { Bars, printTable, ratio, seconds } from '../report.ts';
import { compare, compareRecords, type Difference, type Reading } from './exactness.ts';
import { type CaptureName, generate, type Truth } from './generate.ts';
import { LIMIT, measure, median, type Run } from './measure.ts';
import { countRecords } from './records.ts';
import { CONTESTANTS, type Contestant, SPIN, TIME } from './tools.ts';

const HELP = `Usage: bin/bench offline [--quick] [--runs N] [--install] [--only NAME…] [--folder DIR]

  --quick     captures of a fiftieth of the size, one run
  --runs N    runs of each program; the median is shown (default 3)
  --install   install the Debian packages of the other programs first (root)
  --only NAME only these programs (repeatable, by the first word of their name)
  --folder    where the captures are made and kept (default /var/tmp/spin-bench, 5 GB)`;

const MEMORY_BAR = 256;
const QUICK = 1 / 50;

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    runs: { type: 'string' },
    install: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true },
    folder: { type: 'string', default: '/var/tmp/spin-bench' },
    help: { type: 'boolean', default: false },
  },
});

const runs = Number(values.runs ?? (values.quick ? 1 : 3));

if (values.help) console.log(HELP);
else process.exitCode = await main();

async function main(): Promise<number> {
  const tools = [TIME, ...CONTESTANTS.flatMap(({ tool }) => tool ?? [])];
  if (values.install) install(tools);
  if (missing([TIME]).length > 0) {
    console.log('The Debian package "time" is needed to measure (or run with --install).');
    return 77;
  }
  sayMissing(missing(tools));
  const bars = new Bars();
  for (const name of ['home', 'infected'] as const) await capture(name, bars);
  return bars.exitCode;
}

function sayMissing(tools: readonly Tool[]): void {
  for (const tool of tools) console.log(`not installed, not compared: ${tool.binary} (Debian package ${tool.package})`);
}

async function capture(name: CaptureName, bars: Bars): Promise<void> {
  const folder = join(values.folder, values.quick ? 'quick' : 'full');
  const truth = prepared(name, folder);
  const file = join(folder, `${name}.pcap`);
  console.log(`\n${name}: ${count(truth.packets)} packets, ${count(truth.bytes)} bytes, ${count(truth.flows)} flows`);
  let reading: Reading | undefined;
  const results = await contest(file, (json) => {
    reading ??= json;
  });
  show(results);
  judge(name, results, bars);
  await judgeExactness(file, truth, reading, bars);
}

/** The capture, made now unless a complete one by the same generator is there. */
function prepared(name: CaptureName, folder: string): Truth {
  const truth = join(folder, `${name}.json`);
  if (existsSync(join(folder, `${name}.pcap`)) && existsSync(truth))
    return JSON.parse(readFileSync(truth, 'utf8')) as Truth;
  console.log(`making ${name}.pcap in ${folder} (once)`);
  mkdirSync(folder, { recursive: true });
  return generate(name, folder, values.quick ? QUICK : 1);
}

type Results = Map<Contestant, Run>;

/** All programs take turns, so that a slow minute of the machine hits them alike. */
async function contest(file: string, onReading: (reading: Reading) => void): Promise<Results> {
  const wanted = CONTESTANTS.filter(
    ({ name, tool }) =>
      missing(tool ? [tool] : []).length === 0 && (values.only?.includes(name.split(' ')[0]!) ?? true),
  );
  const all = new Map<Contestant, Run[]>(wanted.map((one) => [one, []]));
  for (let round = 0; round < runs; round++) {
    for (const [one, list] of all) {
      // What took longer than the limit once will not be quicker the next time.
      if (list.some(({ over }) => over)) continue;
      const keep = one === SPIN ? (scratch: string) => onReading(read(join(scratch, SPIN.output!))) : undefined;
      list.push(await measure(one, file, keep));
    }
  }
  return new Map([...all].map(([one, list]) => [one, median(list)]));
}

function read(path: string): Reading {
  return JSON.parse(readFileSync(path, 'utf8') || '{}') as Reading;
}

function show(results: Results): void {
  const fastest = Math.min(...finished(results).map((run) => run.wall));
  const leanest = Math.min(...finished(results).map((run) => run.cpu));
  printTable([
    ['', 'wall s', 'CPU s', 'peak MiB', 'wall ratio', 'CPU ratio'],
    ...[...results].map(([{ name }, run]) =>
      run.over
        ? [name, `over ${LIMIT / 1000}`, '–', '–', '–', '–']
        : [
            run.failed ? `${name} (${run.failed})` : name,
            seconds(run.wall),
            seconds(run.cpu),
            run.peak.toFixed(0),
            ratio(run.wall / fastest),
            ratio(run.cpu / leanest),
          ],
    ),
  ]);
}

/** Other programs that make flows, and came to an end. */
function finished(results: Results): Run[] {
  return [...results]
    .filter(([one, run]) => one.flows && one !== SPIN && !run.over && !run.failed)
    .map(([, run]) => run);
}

function judge(name: CaptureName, results: Results, bars: Bars): void {
  const spin = results.get(SPIN);
  if (!spin) return;
  if (spin.over || spin.failed) {
    bars.check(`spin reads ${name}`, spin.failed ?? 'over', false);
    return;
  }
  bars.check(`${name}, memory ≤ ${MEMORY_BAR} MiB`, `${spin.peak.toFixed(0)} MiB`, spin.peak <= MEMORY_BAR);
  if (values.quick) {
    bars.note('speed is not judged on files this small: starting the programs is most of it');
    return;
  }
  const nfpcapd = [...results].find(([one, run]) => one.name === 'nfpcapd' && !run.failed)?.[1];
  for (const kind of ['wall', 'cpu'] as const) {
    const others = finished(results).map((run) => run[kind]);
    const label = kind === 'wall' ? 'wall time' : 'CPU time';
    if (name === 'home' && others.length > 0) {
      const measured = spin[kind] / Math.min(...others);
      bars.check(`home, ${label} ≤ 1.0 × the fastest (goal 0.7 ×)`, ratio(measured), measured <= 1);
    }
    if (name === 'infected' && nfpcapd) {
      const measured = spin[kind] / (nfpcapd.over ? LIMIT / 1000 : nfpcapd[kind]);
      bars.check(`infected, ${label} ≤ 0.3 × nfpcapd`, ratio(measured), measured <= 0.3);
    }
  }
}

async function judgeExactness(file: string, truth: Truth, reading: Reading | undefined, bars: Bars): Promise<void> {
  if (!reading?.capture) return;
  report('counts', compare(truth, reading), bars);
  const innocent = truth.devices.filter((device) => device.innocent);
  const records = innocent.reduce((sum, one) => sum + one.dnsQueries + one.dnsAnswers + one.hellos, 0);
  report(
    `all ${count(records)} DNS and TLS records of innocent devices`,
    compareRecords(truth, await countRecords(file)),
    bars,
  );
}

function report(what: string, differences: readonly Difference[], bars: Bars): void {
  bars.check(
    `${what} exact`,
    differences.length === 0 ? 'yes' : `${differences.length} differences`,
    differences.length === 0,
  );
  for (const { what: where, expected, found } of differences.slice(0, 5)) {
    bars.note(`${where}: expected ${expected}, found ${found}`);
  }
}

function count(value: number): string {
  return value.toLocaleString('en-GB');
}
