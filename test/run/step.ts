import { spawn } from 'node:child_process';
import { resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');

/** What one step of `npm test` contributes to its last line. */
export type Outcome = { passed: number; failed: number; skipped: number; notes: string[] };

export const nothing = (): Outcome => ({ passed: 0, failed: 0, skipped: 0, notes: [] });

export function add(outcomes: readonly Outcome[]): Outcome {
  return outcomes.reduce(
    (sum, one) => ({
      passed: sum.passed + one.passed,
      failed: sum.failed + one.failed,
      skipped: sum.skipped + one.skipped,
      notes: [...sum.notes, ...one.notes],
    }),
    nothing(),
  );
}

/** Runs a program of node_modules or of this project with this Node.js; resolves to its exit code, -1 when it hung. */
export function runNode(args: readonly string[], limit: number): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] });
    const late = setTimeout(() => child.kill('SIGKILL'), limit);
    child.once('exit', (code) => {
      clearTimeout(late);
      resolve(code ?? -1);
    });
  });
}
