/** `bin/bench idle`: what SPIN costs while an ordinary virtual home lives: CPU, memory, bytes written; then how soon a second start answers. Needs root. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type RunRecord, readRecord } from '../src/cli/run-record.ts';
import { whyNoNamespaces } from '../src/cli/virtual-home.ts';
import { Bars, printTable } from './report.ts';

const ROOT = resolve(import.meta.dirname, '..');
/** Published home: flows a day (Preseem 2025), which the bytes written are extrapolated to. */
const FLOWS_A_DAY = 370_000;
const BARS = { cpu: 1, memory: 180, written: 60, secondStart: 3 } as const;
/** Kernel's unit of CPU time in /proc/PID/stat (sysconf(_SC_CLK_TCK) on Linux). */
const TICKS_A_SECOND = 100;
/** Start and settling are not idling, ms. */
const SETTLING = 20_000;

/** CPU seconds, MB, bytes. `proportional` counts a page that several processes share as that part of it. */
type Sample = { cpu: number; resident: number; proportional: number; written: number };
type Row = Sample & { name: string };

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' }, help: { type: 'boolean' } } });
const minutes = Number(values.minutes);
const obstacle = whyNoNamespaces();

if (values.help || !(minutes > 0)) {
  console.log('Usage: bin/bench idle [--minutes N]   (default 10; needs root)');
  process.exitCode = values.help ? 0 : 64;
} else if (obstacle) {
  console.log(`cannot run here: ${obstacle}`);
  process.exitCode = 77;
} else {
  process.exitCode = await measureHome();
}

async function measureHome(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'spin-idle-'));
  chmodSync(folder, 0o755);
  const bars = new Bars();
  try {
    await withSpin(folder, async () => {
      await sleep(SETTLING);
      await measureIdle(readRecord(join(folder, 'run'))!, bars);
    });
    await withSpin(folder, async (startTook) => {
      const took = startTook / 1000;
      const bar = `the page answers within ${BARS.secondStart} s of a second start`;
      bars.check(bar, `${took.toFixed(2)} s`, took <= BARS.secondStart);
    });
    return bars.exitCode;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs `work` while SPIN guards a virtual home; `startTook` ms from the command to the page. */
async function withSpin(folder: string, work: (startTook: number) => Promise<void>): Promise<void> {
  const places = ['--state', join(folder, 'state'), '--run', join(folder, 'run')];
  const began = performance.now();
  const spin = spawn(join(ROOT, 'bin/spin'), ['start', '--json', '--port', '0', ...places], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((done) => spin.once('exit', () => done()));
  try {
    await readyLine(spin);
    await work(performance.now() - began);
  } finally {
    spin.kill('SIGTERM');
    await ended;
  }
}

async function measureIdle(record: RunRecord, bars: Bars): Promise<void> {
  const programs = programsOf(record);
  const before = programs.map(([, pid]) => sample(pid));
  const flows = countFlows(programs.find(([name]) => name === 'agent')![1]);
  await sleep(minutes * 60_000);
  const rows = programs.map(([name, pid], index): Row => {
    const { cpu, written, ...now } = sample(pid);
    return { name, ...now, cpu: cpu - before[index]!.cpu, written: written - before[index]!.written };
  });
  report(rows, flows.stop(), bars);
}

function readyLine(spin: ChildProcess): Promise<void> {
  return new Promise((done, failed) => {
    createInterface({ input: spin.stdout! }).once('line', () => done());
    spin.once('exit', (code) => failed(new Error(`spin start ended with exit code ${code}`)));
  });
}

/** Agent, controller and supervisor with their process numbers. */
function programsOf(record: RunRecord): [string, number][] {
  const found: [string, number][] = record.children.flatMap(({ pid }) => {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    const name = /src\/(agent|controller)\/main\.ts/.exec(command)?.[1];
    return name === undefined ? [] : [[name, pid] as [string, number]];
  });
  return [...found, ['supervisor', record.supervisor.pid]];
}

function sample(pid: number): Sample {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const memory = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const megabytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(memory)![1]) * 1.024e-3;
  const io = readFileSync(`/proc/${pid}/io`, 'utf8');
  return {
    cpu: (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND,
    resident: megabytes('Rss'),
    proportional: megabytes('Pss'),
    written: Number(/^write_bytes: (\d+)/m.exec(io)![1]),
  };
}

/** Counts the connections that begin in the network namespace of `pid`, until stopped. */
function countFlows(pid: number): { stop(): number } {
  const args = [`--net=/proc/${pid}/ns/net`, 'conntrack', '-E', '-e', 'NEW'];
  const child = spawn('nsenter', args, { stdio: ['ignore', 'pipe', 'ignore'] });
  let lines = 0;
  createInterface({ input: child.stdout }).on('line', () => {
    lines += 1;
  });
  child.once('error', () => {});
  return {
    stop() {
      child.kill();
      return lines;
    },
  };
}

function report(rows: readonly Row[], flows: number, bars: Bars): void {
  const ofCore = (cpu: number) => (cpu / (minutes * 60)) * 100;
  printTable([
    ['', 'CPU % of a core', 'resident MB', 'proportional MB', 'written kB'],
    ...rows.map((row) => [
      row.name,
      ofCore(row.cpu).toFixed(2),
      row.resident.toFixed(0),
      row.proportional.toFixed(0),
      (row.written / 1000).toFixed(0),
    ]),
  ]);
  const sum = (pick: (row: Row) => number, from = rows) => from.reduce((total, row) => total + pick(row), 0);
  const both = rows.filter(({ name }) => name !== 'supervisor');
  const cpu = ofCore(sum((row) => row.cpu, both));
  const resident = sum((row) => row.resident, both);
  const written = sum((row) => row.written);
  bars.check(`agent and controller ≤ ${BARS.cpu} % of a core`, `${cpu.toFixed(2)} %`, cpu <= BARS.cpu);
  bars.check(`agent and controller ≤ ${BARS.memory} MB resident`, `${resident.toFixed(0)} MB`, resident <= BARS.memory);
  bars.note(`written in a day like this: ${(((written / minutes) * 1440) / 1e6).toFixed(1)} MB`);
  if (flows === 0) {
    bars.note('no connection was counted (is conntrack installed?): bytes a flow are unknown');
    return;
  }
  const aDay = ((written / flows) * FLOWS_A_DAY) / 1e6;
  bars.check(
    `≤ ${BARS.written} MB written at ${FLOWS_A_DAY} flows a day`,
    `${aDay.toFixed(1)} MB (from ${flows} flows)`,
    aDay <= BARS.written,
  );
}
