/**
 * `bin/bench captures DIR`: reads every file below a folder as `spin read --json` does, whatever it holds, and checks that
 * its sums are exact. Each folder directly below is read by a process of its own.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { readFiles } from '../src/read/read.ts';
import { type Reading, sums } from './offline/exactness.ts';
import { Bars, printTable } from './report.ts';

const HELP = `Usage: bin/bench captures DIR

  Reads all files below DIR (captures or not) and prints, for each folder in it: files, how many were read to their
  end, partly and not at all, packets, files whose sums were not exact, the slowest file, and peak memory.

Exit codes: 0 nothing failed and all sums are exact · 1 something did · 64 wrong usage`;

/** A folder that takes longer hangs somewhere, ms. */
const LIMIT = 600_000;
const OUTCOMES = ['whole', 'partly', 'not'] as const;
/** By the exit status of `spin read`. */
const OUTCOME_OF: Record<number, (typeof OUTCOMES)[number]> = { 0: 'whole', 2: 'not', 3: 'partly' };

type Result = Record<(typeof OUTCOMES)[number], number> & {
  packets: number;
  /** Files, with what was wrong. */
  inexact: string[];
  thrown: string[];
  slowest: { file: string; seconds: number };
  /** MiB. */
  peak: number;
};

/** What was written, as text. */
class Collected extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

const [root, only] = process.argv.slice(2);
if (root === undefined || root === '--help') {
  console.log(HELP);
  process.exitCode = root === undefined ? 64 : 0;
} else if (only !== undefined) process.stdout.write(JSON.stringify(await readFolder(join(root, only))));
else process.exitCode = report(root);

function report(folder: string): number {
  const bars = new Bars();
  const entries = readdirSync(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const results = (names.length > 0 ? names.sort() : ['.']).map((name) => [name, inOwnProcess(folder, name)] as const);
  printTable([
    ['', 'files', ...OUTCOMES, 'packets', 'inexact', 'thrown', 'peak MiB', 'slowest s', 'slowest file'],
    ...results.map(([name, result]) => (typeof result === 'string' ? [name, result] : row(name, result))),
  ]);
  for (const [name, result] of results) {
    if (typeof result === 'string') bars.check(`${name} is read to its end`, result, false);
    else for (const fault of [...result.inexact, ...result.thrown]) bars.note(fault);
  }
  const failed = results.filter(([, result]) => typeof result === 'string' || result.thrown.length > 0).length;
  const inexact = results.flatMap(([, result]) => (typeof result === 'string' ? [] : result.inexact)).length;
  bars.check('nothing thrown', failed === 0 ? 'yes' : `in ${failed} folders`, failed === 0);
  bars.check('sums exact in every file', inexact === 0 ? 'yes' : `not in ${inexact}`, inexact === 0);
  return bars.exitCode;
}

function row(name: string, result: Result): string[] {
  const counts = OUTCOMES.map((outcome) => result[outcome]);
  const { packets, inexact, thrown, peak, slowest } = result;
  const files = counts.reduce((sum, count) => sum + count, 0) + thrown.length;
  const numbers = [files, ...counts, packets, inexact.length, thrown.length].map((value) => value.toLocaleString('en'));
  return [name, ...numbers, peak.toFixed(0), slowest.seconds.toFixed(2), slowest.file.slice(-40)];
}

/** The result, or why there is none. */
function inOwnProcess(folder: string, name: string): Result | string {
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    [fileURLToPath(import.meta.url), folder, name],
    { encoding: 'utf8', timeout: LIMIT },
  );
  if (status === 0) return JSON.parse(stdout) as Result;
  return signal === null ? `crashed: ${stderr.trim().split('\n').at(-1)}` : `stopped after ${LIMIT / 1000} s`;
}

async function readFolder(folder: string): Promise<Result> {
  const result: Result = {
    whole: 0,
    partly: 0,
    not: 0,
    packets: 0,
    inexact: [],
    thrown: [],
    slowest: { file: '', seconds: 0 },
    peak: 0,
  };
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const file of files.sort()) await readOne(file, relative(folder, file), result);
  result.peak = process.resourceUsage().maxRSS / 1024;
  return result;
}

async function readOne(file: string, name: string, result: Result): Promise<void> {
  const started = performance.now();
  const stdout = new Collected();
  const options = { files: [file], json: true, events: false, home: { prefixes: [], macs: [] } };
  try {
    const outcome = OUTCOME_OF[await readFiles(options, { stdout, stderr: new Collected() })];
    if (outcome === undefined) throw new Error('unknown exit status');
    result[outcome]++;
    if (outcome !== 'not') check(name, JSON.parse(stdout.text) as Reading, result);
  } catch (error) {
    result.thrown.push(`${name}: ${String(error)}`);
  }
  const seconds = (performance.now() - started) / 1000;
  if (seconds > result.slowest.seconds) result.slowest = { file: name, seconds };
}

function check(name: string, reading: Reading, result: Result): void {
  result.packets += reading.capture.packets;
  for (const { what, expected, found } of sums(reading)) {
    result.inexact.push(`${name}: ${what}: ${expected} in the capture, ${found} in its parts`);
  }
}
