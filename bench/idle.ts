/** `bin/bench idle`: what SPIN costs while an ordinary virtual home lives: CPU, memory, bytes written. Needs root. */
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
const BARS = { cpu: 1, memory: 180, written: 60 } as const;
/** Kernel's unit of CPU time in /proc/PID/stat (sysconf(_SC_CLK_TCK) on Linux). */
const TICKS_A_SECOND = 100;
/** Start and settling are not idling, ms. */
const SETTLING = 20_000;

type Sample = { cpu: number; resident: number; written: number };

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
  const run = join(folder, 'run');
  const places = ['--state', join(folder, 'state'), '--run', run];
  const spin = spawn(join(ROOT, 'bin/spin'), ['start', '--json', '--port', '0', ...places], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((done) => spin.once('exit', () => done()));
  try {
    await readyLine(spin);
    await sleep(SETTLING);
    const record = readRecord(run)!;
    const programs = programsOf(record);
    const before = programs.map(([, pid]) => sample(pid));
    const agent = programs.find(([name]) => name === 'agent')!;
    const flows = countFlows(agent[1]);
    await sleep(minutes * 60_000);
    const after = programs.map(([, pid]) => sample(pid));
    return report(programs, before, after, flows.stop());
  } finally {
    spin.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  }
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
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const io = readFileSync(`/proc/${pid}/io`, 'utf8');
  return {
    cpu: (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND,
    resident: Number(/^VmRSS:\s+(\d+)/m.exec(status)![1]) / 1024,
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

function report(programs: [string, number][], before: Sample[], after: Sample[], flowCount: number): number {
  const rows = programs.map(([name], index) => {
    const seconds = after[index]!.cpu - before[index]!.cpu;
    return {
      name,
      cpu: (seconds / (minutes * 60)) * 100,
      resident: after[index]!.resident,
      written: after[index]!.written - before[index]!.written,
    };
  });
  printTable([
    ['', 'CPU % of a core', 'resident MiB', 'written kB'],
    ...rows.map(({ name, cpu, resident, written }) => [
      name,
      cpu.toFixed(2),
      resident.toFixed(0),
      (written / 1000).toFixed(0),
    ]),
  ]);
  const both = rows.filter(({ name }) => name !== 'supervisor');
  const sum = (pick: (row: (typeof rows)[number]) => number) => both.reduce((total, row) => total + pick(row), 0);
  const bars = new Bars();
  bars.check(
    `agent and controller ≤ ${BARS.cpu} % of a core`,
    `${sum((row) => row.cpu).toFixed(2)} %`,
    sum((row) => row.cpu) <= BARS.cpu,
  );
  bars.check(
    `agent and controller ≤ ${BARS.memory} MiB resident`,
    `${sum((row) => row.resident).toFixed(0)} MiB`,
    sum((row) => row.resident) <= BARS.memory,
  );
  const aDay = (sum((row) => row.written) / minutes) * 1440;
  bars.note(`written in a day like this: ${(aDay / 1e6).toFixed(1)} MB`);
  if (flowCount > 0) {
    const asPublished = (sum((row) => row.written) / flowCount) * FLOWS_A_DAY;
    bars.check(
      `≤ ${BARS.written} MB written at ${FLOWS_A_DAY} flows a day`,
      `${(asPublished / 1e6).toFixed(1)} MB (from ${flowCount} flows)`,
      asPublished <= BARS.written * 1e6,
    );
  } else {
    bars.note('no connection was counted (is conntrack installed?): bytes a flow are unknown');
  }
  return bars.exitCode;
}
