import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from '../../src/cli/debian.ts';
import type { Contestant } from './tools.ts';

/** One run: seconds, and MiB at its peak. `over` means that it was stopped at the limit. */
export type Run = { wall: number; cpu: number; peak: number; over: boolean; failed?: string };

/** Longest time that a program gets, ms. */
export const LIMIT = 120_000;

/**
 * Runs a program under time(1), which asks the kernel (wait4) what the whole run cost. `keep` sees the scratch folder
 * before it is removed.
 */
export async function measure(one: Contestant, file: string, keep?: (scratch: string) => void): Promise<Run> {
  const scratch = mkdtempSync(join(tmpdir(), 'spin-bench-'));
  const report = join(scratch, 'time');
  const output = one.output ? openSync(join(scratch, one.output), 'w') : 'ignore';
  const place = join(scratch, 'work');
  try {
    const command = one.command(file, mkdtempSync(place));
    const startedAt = performance.now();
    const ended = await run(['-q', '-f', '%e %U %S %M', '-o', report, ...command], output);
    const wall = (performance.now() - startedAt) / 1000;
    if (ended === 'over') return { wall, cpu: Number.NaN, peak: Number.NaN, over: true };
    const [elapsed, user, system, peak] = readFileSync(report, 'utf8')
      .trim()
      .split('\n')
      .at(-1)!
      .split(' ')
      .map(Number);
    const failed = ended === 0 ? {} : { failed: `exit code ${ended}` };
    keep?.(scratch);
    return { wall: elapsed!, cpu: user! + system!, peak: peak! / 1024, over: false, ...failed };
  } finally {
    if (typeof output === 'number') closeSync(output);
    rmSync(scratch, { recursive: true, force: true });
  }
}

function run(args: readonly string[], output: number | 'ignore'): Promise<number | 'over'> {
  return new Promise((resolve, reject) => {
    const child = spawn(findProgram('time')!, args, { stdio: ['ignore', output, 'ignore'], detached: true });
    let over = false;
    const late = setTimeout(() => {
      over = true;
      // The group, since time(1) does not pass the signal on.
      process.kill(-child.pid!, 'SIGKILL');
    }, LIMIT);
    child.once('error', reject);
    child.once('exit', (code) => {
      clearTimeout(late);
      resolve(over ? 'over' : (code ?? -1));
    });
  });
}

/** Middle run by wall time; a run over the limit counts as the longest. */
export function median(runs: readonly Run[]): Run {
  const sorted = runs.toSorted(
    (a, b) => (a.over ? Number.POSITIVE_INFINITY : a.wall) - (b.over ? Number.POSITIVE_INFINITY : b.wall),
  );
  const middle = sorted[sorted.length >> 1]!;
  if (middle.over) return middle;
  const finished = sorted.filter((run) => !run.over);
  const cpus = finished.map((run) => run.cpu).sort((a, b) => a - b);
  return { ...middle, cpu: cpus[cpus.length >> 1]!, peak: Math.max(...finished.map((run) => run.peak)) };
}
