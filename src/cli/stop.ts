import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseClientOptions } from './client.ts';
import { isRoot, places, ROOT } from './places.ts';
import { ended, isAlive, signal } from './process.ts';
import { type RunRecord, readRecord, release, runs } from './run-record.ts';
import { EXIT, Failure, say } from './terminal.ts';
import { clearLeftovers } from './virtual-home.ts';

const HELP = `Usage: spin stop [--run DIR]

Stops what "spin start" started, and removes what it left when it was killed.
Exit codes: 0 stopped, or it did not run · 1 it did not stop`;

/** Time for an orderly end, ms: the agent's, the controller's and the virtual home's together. */
const ORDERLY = 30_000;
const FORCED = 5_000;

export async function stop(args: readonly string[]): Promise<number> {
  const options = parseClientOptions('stop', args, HELP);
  if (!options) return EXIT.ok;
  const runDir = places(options).run;
  const record = readRecord(runDir);
  if (runs(record)) await stopRun(record);
  else if (record) await clearRun(runDir, record);
  else say('SPIN does not run');
  return EXIT.ok;
}

async function stopRun(record: RunRecord): Promise<void> {
  const all = [record.supervisor, ...record.children];
  send(() => signal(record.supervisor, 'SIGTERM'));
  if (await ended(all, ORDERLY)) return say('stopped');
  for (const process of all) signal(process, 'SIGKILL');
  if (!(await ended(all, FORCED))) throw new Failure('some processes did not end');
  say('it did not stop by itself and was killed');
}

/** Ends and removes what a killed supervisor left behind. */
export async function clearRun(runDir: string, record: RunRecord): Promise<void> {
  const orphans = record.children.filter(isAlive);
  if (orphans.length > 0) say(`ending ${orphans.length} programs that an earlier run left behind`);
  for (const orphan of orphans) signal(orphan, 'SIGTERM');
  if (!(await ended(orphans, FORCED))) {
    for (const orphan of orphans) signal(orphan, 'SIGKILL');
    await ended(orphans, FORCED);
  }
  if (isRoot()) {
    restoreMachine(runDir);
    clearLeftovers();
  }
  release(runDir);
}

/** What a killed agent could not give back. */
function restoreMachine(runDir: string): void {
  const config = join(runDir, 'config.json');
  if (!existsSync(config)) return;
  const program = join(ROOT, 'src/agent/restore.ts');
  spawnSync(process.execPath, [program, config], { stdio: ['ignore', 'ignore', 'inherit'], timeout: FORCED });
  rmSync(config, { force: true });
}

function send(action: () => void): void {
  try {
    action();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
    throw new Failure('this SPIN was started by another user; stop it as that user, or with sudo');
  }
}
