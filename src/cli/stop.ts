import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { KERNEL_SETTINGS } from '../contract/files.ts';
import { isRoot, places } from './places.ts';
import { ended, isAlive, signal } from './process.ts';
import { guardsThisMachine, readRunConfig, release, tidy } from './release.ts';
import { type RunRecord, readRecord, release as releaseRun, runs } from './run-record.ts';
import { EXIT, Failure, say, wrongUsage } from './terminal.ts';
import { clearLeftovers } from './virtual-home.ts';

const HELP = `Usage: spin stop [--keep-blocks | --open] [--run DIR]

Stops what "spin start" started, and removes what it left when it was killed.

  --keep-blocks   what is blocked stays blocked while SPIN does not run, everything else flows (the default)
  --open          nothing of SPIN stays in the firewall; also when SPIN was stopped before
                  Without either you are asked, where there is somebody to ask.
Exit codes: 0 stopped, or it did not run · 1 it did not stop, or not all was given back · 64 wrong usage`;

/** Time for an orderly end, ms: the agent's, the controller's and the virtual home's together. */
const ORDERLY = 30_000;
const FORCED = 5_000;

type Options = { run?: string; open?: boolean };

export async function stop(args: readonly string[]): Promise<number> {
  const options = parse(args);
  if (!options) return EXIT.ok;
  const runDir = places(options).run;
  const record = readRecord(runDir);
  const guards = isRoot() && guardsThisMachine(readRunConfig(runDir));
  const open = options.open ?? (guards && runs(record) && (await wantsOpen()));
  if (runs(record)) await stopRun(record);
  else if (record) await clearRun(runDir, record);
  else say('SPIN does not run');
  if (open && (guards || !record)) openFirewall(runDir);
  else if (guards) tidy(runDir);
  return EXIT.ok;
}

function parse(args: readonly string[]): Options | undefined {
  let values: { run?: string; open?: boolean; 'keep-blocks'?: boolean; help?: boolean };
  try {
    const boolean = { type: 'boolean' } as const;
    ({ values } = parseArgs({
      args: [...args],
      options: { run: { type: 'string' }, open: boolean, 'keep-blocks': boolean, help: { ...boolean, short: 'h' } },
    }));
  } catch (error) {
    throw wrongUsage('stop', error as Error);
  }
  if (values.help) {
    console.log(HELP);
    return undefined;
  }
  const { run, open, 'keep-blocks': keep } = values;
  if (open && keep) throw new Failure('--open or --keep-blocks, not both (see spin stop --help)', EXIT.usage);
  return { ...(run !== undefined && { run }), ...((open || keep) && { open: open === true }) };
}

async function wantsOpen(): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return false;
  const dialog = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await dialog.question('What is blocked stays blocked while SPIN does not run. Open it all? [y/N] ');
  dialog.close();
  return /^y(es)?$/i.test(answer.trim());
}

function openFirewall(runDir: string): void {
  if (!isRoot()) throw new Failure('only root can change the firewall; try with sudo');
  const { outcome } = release(runDir, 'open');
  if (outcome === 'another-enforces') throw new Failure('another SPIN guards this machine; its rules were left alone');
  if (outcome === 'failed') throw new Failure('not all could be given back (see above)');
  say('nothing of SPIN is left in the firewall');
}

export async function stopRun(record: RunRecord, patience = ORDERLY): Promise<void> {
  const all = [record.supervisor, ...record.children];
  send(() => signal(record.supervisor, 'SIGTERM'));
  if (await ended(all, patience)) return say('stopped');
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
    if (guardsThisMachine(readRunConfig(runDir))) release(runDir, 'tidy');
    // What was changed in a virtual home goes with it.
    else rmSync(join(runDir, KERNEL_SETTINGS), { force: true });
    clearLeftovers();
  }
  rmSync(join(runDir, 'config.json'), { force: true });
  releaseRun(runDir);
}

function send(action: () => void): void {
  try {
    action();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
    throw new Failure('this SPIN was started by another user; stop it as that user, or with sudo');
  }
}
