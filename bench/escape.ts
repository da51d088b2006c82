/**
 * `bin/bench escape [--quick] [--only NAME]`: how much of an attack leaves the home before the kernel's tripwires stop it, seen on
 * the far side of the router, as root, in network namespaces. No program of SPIN runs meanwhile; limits are the default ones.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { limitsFor, modeFor, STRANGERS, unneededBy } from '../src/decide/limits.ts';
import { compile, replaceText } from '../src/enforce/ruleset.ts';
import { EnforcingBed, FAR, openPolicy, withDevice } from '../src/enforce/testing/bed.ts';
import type { Kind } from '../src/model/kinds.ts';
import type { DesiredPolicy } from '../src/model/policy.ts';
import { cannotRun } from '../src/source/live/testbed.ts';
import { ATTACKS, type Attack, SCANNED } from './escape/attacks.ts';
import { Capture } from './escape/capture.ts';
import { type Escape, judge } from './escape/judge.ts';
import { Neighbour, type Noticed } from './escape/neighbour.ts';
import { Bars, printTable } from './report.ts';

const { values: options } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string' } },
});
const RATES = options.quick ? [1000] : [160, 1000, 10_000];
const KINDS: readonly Kind[] = ['camera', 'computer'];
const BAR = { packets: 200, late: 50, connections: 20 } as const;
/** A program that goes on is ended, ms. */
const PATIENCE = 20_000;
const secondsOf = (rate: number) => (rate < 1000 ? 3 : 1);

const reason = cannotRun();
if (reason !== undefined) {
  console.log(`escape: cannot run here: ${reason}`);
  process.exit(77);
}

type Row = {
  attack: Attack;
  rate: number;
  kind: Kind;
  missing?: string;
  through: Escape;
  /** Before the attack and during it. */
  calm: Noticed;
  noticed: Noticed;
  tracked: number;
};

const bars = new Bars();
const directory = mkdtempSync(join(tmpdir(), 'spin-escape-'));
const queries = join(directory, 'queries');
writeFileSync(queries, Array.from({ length: 1000 }, (_, i) => `n${i}.example.com A\n`).join(''));
const { bed, ...enforcing } = await prepare();
const neighbour = new Neighbour(bed, enforcing.other);
const rows: Row[] = [];
try {
  console.log('Another device asks meanwhile; what it waits longer than right before, µs: median, 99th percentile');
  for (const kind of KINDS) for (const attack of ATTACKS) for (const rate of RATES) await measure(kind, attack, rate);
  report();
} finally {
  neighbour.stop();
  await enforcing.remove();
  rmSync(directory, { recursive: true });
}
process.exitCode = bars.exitCode;

async function prepare() {
  const made = await EnforcingBed.make({ nat: true });
  made.bed.run(made.bed.router, ['ip', '-6', 'route', 'add', SCANNED.v6, 'via', FAR.v6]);
  return { bed: made.bed, other: made.otherName, remove: () => made.remove() };
}

function policyOf(kind: Kind): DesiredPolicy {
  const tripwires = { ...modeFor(kind), limits: limitsFor(kind), unneeded: [...unneededBy(kind)] };
  const policy = openPolicy({
    spoofing: { mode: 'enforce', exempt: [] },
    strangers: { mode: 'enforce', connections: STRANGERS },
    resolvers: [FAR.v4, FAR.v6],
  });
  return withDevice(tripwires, policy);
}

async function measure(kind: Kind, attack: Attack, rate: number): Promise<void> {
  if (options.only !== undefined && !attack.name.includes(options.only)) return;
  // Fan-out is what it is at any rate, and a volume that is only told of escapes as a whole.
  const once = attack.counts === 'connections' || (kind === 'computer' && !attack.absolute);
  if (once && rate !== 1000) return;
  const seconds = secondsOf(rate);
  const command = [...attack.command(rate, seconds), ...(attack.name === 'DNS flood' ? ['-d', queries] : [])];
  bed.run(bed.router, ['conntrack', '-F']);
  bed.run(bed.router, ['nft', '-f', '-'], replaceText(compile(policyOf(kind))));
  const captures = [new Capture(bed.home, 'out', directory), new Capture(bed.internet, 'in', directory)] as const;
  await Promise.all(captures.map(({ ready }) => ready));
  const calm = await neighbour.calm();
  const tracked = conntrackCount();
  neighbour.begin();
  const missing = await run(command);
  const noticed = await neighbour.end();
  const [sent, arrived] = await Promise.all(captures.map((capture) => capture.packets()));
  const through = judge(sent!.filter(attack.isOf), arrived!.filter(attack.isOf));
  const row: Row = { attack, rate, kind, through, calm, noticed, tracked: conntrackCount() - tracked };
  rows.push(missing === undefined ? row : { ...row, missing });
}

/** @returns the name of a program that is not installed */
async function run(command: readonly string[]): Promise<string | undefined> {
  if (spawnSync('which', [command[0]!]).status !== 0) return command[0];
  const child = spawn('ip', ['netns', 'exec', bed.home, ...command], { stdio: 'ignore' });
  const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
  await new Promise((resolve) => child.once('exit', resolve));
  clearTimeout(timer);
  return undefined;
}

function conntrackCount(): number {
  return Number(bed.run(bed.router, ['cat', '/proc/sys/net/netfilter/nf_conntrack_count']));
}

function report(): void {
  const header = ['', 'asked for', 'sent', 'a second', 'packets', 'bytes', 'connections', 'ms', 'late ms', 'entries'];
  for (const kind of KINDS) {
    console.log(`From a ${kind}: what reached the far side`);
    const own = rows.filter((row) => row.kind === kind);
    printTable([[...header, 'others’ loss', 'others wait'], ...own.map(cells)]);
    for (const row of own) check(row);
    const lost = own.reduce((sum, { noticed }) => sum + noticed.lost, 0);
    const asked = own.reduce((sum, { noticed }) => sum + noticed.asked, 0);
    bars.check('other devices lose nothing', `${lost} of ${asked} questions`, lost === 0);
  }
  neverTrip();
}

function nameOf({ attack, rate }: Row): string {
  return `${attack.name} ${attack.family} at ${rate}/s`;
}

function cells(row: Row): string[] {
  const { through, calm, noticed, attack, rate, missing, tracked } = row;
  if (missing !== undefined) return [`${attack.name} ${attack.family}`, String(rate), `${missing} is not installed`];
  const figures = [
    through.sent,
    through.rate,
    through.packets,
    through.bytes,
    through.connections,
    through.lasted,
    through.late,
  ];
  const more = (which: 'median' | 'high') => signed(noticed[which] - calm[which]);
  const others = [`${noticed.lost} of ${noticed.asked}`, `${more('median')}, ${more('high')}`];
  return [
    `${attack.name} ${attack.family}`,
    String(rate),
    ...figures.map((figure) => figure.toFixed(0)),
    String(tracked),
    ...others,
  ];
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(0)}`;
}

function check(row: Row): void {
  const { through, attack, kind, missing } = row;
  const fault = missing === undefined ? through.sent === 0 && 'nothing was sent' : `${missing} is not installed`;
  if (fault) {
    bars.check(nameOf(row), fault, false);
    return;
  }
  if (kind === 'computer' && !attack.absolute)
    bars.note(`${nameOf(row)}: ${through.packets} of ${through.sent} packets escaped; left to the verdict`);
  else if (attack.counts === 'connections') {
    const held = through.connections <= BAR.connections;
    bars.check(`${nameOf(row)}: at most ${BAR.connections} connections`, String(through.connections), held);
  } else {
    // Questions to the resolver are never cut, and go on at their rate.
    const held = through.packets <= BAR.packets && (attack.neverCut || through.late <= BAR.late);
    const text = `${through.packets}, ${through.late.toFixed(0)} ms late`;
    bars.check(`${nameOf(row)}: at most ${BAR.packets} packets, ${BAR.late} ms late`, text, held);
  }
}

/** A token bucket lets its rate through for ever. */
function neverTrip(): void {
  console.log('Highest rates that never trip, a second');
  printTable([
    ['', 'connections', 'unanswered', 'stateless', 'dns', 'packets'],
    ...KINDS.map((kind) => {
      const limits = limitsFor(kind);
      const watched = modeFor(kind).volume === 'watch';
      const text = (limit: keyof typeof limits) => {
        const rate = limits[limit]?.perSecond;
        return rate === undefined ? 'any' : `${rate}${watched && limit !== 'stateless' ? ' (told of)' : ''}`;
      };
      return [kind, ...(['connections', 'unanswered', 'stateless', 'dns', 'packets'] as const).map(text)];
    }),
  ]);
}
