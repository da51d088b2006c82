import { closeSync, constants, existsSync, openSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SWITCHED_OFF } from '../contract/files.ts';
import { visible } from '../model/visible.ts';
import { findEnforcer } from './enforcer.ts';
import { isRoot, places } from './places.ts';
import { HOMES, homesIn } from './plan.ts';
import { ended, isAlive, type ProcessIdentity, signal } from './process.ts';
import { readRunConfig, release } from './release.ts';
import { type RunRecord, readRecord, runs } from './run-record.ts';
import { clearRun, stopRun } from './stop.ts';
import { EXIT, Failure, say, wrongUsage } from './terminal.ts';

const HELP = `Usage: spin panic-off [--undo] [--state DIR] [--run DIR]

When nothing else helps: takes everything of SPIN's out of this machine's network, at once – firewall table, kernel
settings – and stops SPIN. It needs neither a running SPIN nor its files. Nothing is enforced any more, also after a
start or a reboot, until you say so; SPIN still sees and shows.

  --undo   let SPIN enforce again what the household wants
Exit codes: 0 done · 1 not all was given back (what is left is said) · 64 wrong usage
Where not even this runs: nft delete table inet spin`;

/** Time for an orderly end, ms: somebody waits for the network. */
const ORDERLY = 8_000;
const FORCED = 5_000;

export async function panicOff(args: readonly string[]): Promise<number> {
  const options = parse(args);
  if (!options) return EXIT.ok;
  if (!isRoot()) throw new Failure('only root can change the firewall; try with sudo');
  const { state, run } = places(options);
  const record = readRecord(run);
  const states = stateFolders(state, run, record);
  if (options.undo) return undo(states);
  // It lets go of its lock as soon as it is switched off.
  const enforcer = findEnforcer();
  // With the switch off an agent that lives does not bring the rules back.
  const switched = states.map(switchOff).every(Boolean);
  const freed = free(run, record);
  await end(run, record, enforcer);
  // An agent may have been in the middle of it.
  const done = [...freed, ...free(run, undefined)].every(Boolean);
  if (done) say('nothing of SPIN is left in the firewall');
  if (switched) say('it enforces nothing any more until: spin panic-off --undo');
  if (!done || !switched) throw new Failure('not all could be done (see above)');
  return EXIT.ok;
}

function parse(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        undo: { type: 'boolean' },
        state: { type: 'string' },
        run: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (!values.help) return values;
    console.log(HELP);
    return undefined;
  } catch (error) {
    throw wrongUsage('panic-off', error as Error);
  }
}

/** Folders of homes that may be enforced in, as far as they are there. */
function stateFolders(state: string, run: string, record: RunRecord | undefined): string[] {
  const all = [...HOMES.map((name) => join(homesIn(state), name)), record?.stateDir, readRunConfig(run).stateDir];
  return [...new Set(all)].filter((folder) => typeof folder === 'string' && existsSync(folder)) as string[];
}

function switchOff(folder: string): boolean {
  const { O_CREAT, O_NOFOLLOW, O_WRONLY } = constants;
  try {
    closeSync(openSync(join(folder, SWITCHED_OFF), O_CREAT | O_NOFOLLOW | O_WRONLY, 0o644));
    return true;
  } catch (error) {
    say(`the next start may enforce again, since that cannot be noted: ${(error as Error).message}`);
    return false;
  }
}

function undo(folders: readonly string[]): number {
  const off = folders.map((folder) => join(folder, SWITCHED_OFF)).filter((file) => existsSync(file));
  for (const file of off) rmSync(file);
  say(off.length > 0 ? 'SPIN enforces again what the household wants, when it runs' : 'it was not switched off');
  return EXIT.ok;
}

/** Here, and where programs of the run are: a virtual home's router is in a network namespace of its own. */
function free(run: string, record: RunRecord | undefined): boolean[] {
  const { namespace } = readRunConfig(run);
  const places = [
    ...(record?.children ?? []).filter(isAlive).map(({ pid }) => `/proc/${pid}/ns/net`),
    ...(namespace !== undefined && /^[\w.-]{1,64}$/.test(namespace) ? [`/run/netns/${namespace}`] : []),
  ];
  const own = identityOf('/proc/self/ns/net');
  const others = new Map<number, string>();
  for (const path of places) {
    const identity = identityOf(path);
    if (identity !== undefined && identity !== own && !others.has(identity)) others.set(identity, path);
  }
  return [undefined, ...others.values()].map((path) => release(run, 'panic', path).outcome === 'done');
}

/** Inode of a network namespace; nothing for what is none. */
function identityOf(path: string): number | undefined {
  const status = statSync(path, { throwIfNoEntry: false });
  return status?.dev === statSync('/proc/self/ns/net').dev ? status.ino : undefined;
}

async function end(run: string, record: RunRecord | undefined, enforcer: readonly ProcessIdentity[]): Promise<void> {
  try {
    if (runs(record)) await stopRun(record, ORDERLY);
    else if (record) await clearRun(run, record);
  } catch (error) {
    say(visible((error as Error).message));
  }
  const left = [...enforcer, ...findEnforcer()].filter(isAlive);
  if (left.length > 0) await endUnrecorded(left);
}

/** Of an agent whose run has lost its files: what starts it anew goes first. */
async function endUnrecorded(left: readonly ProcessIdentity[]): Promise<void> {
  say(`ending an agent that no file speaks of (process ${left.at(-1)!.pid})`);
  for (const process of left) signal(process, 'SIGTERM');
  if (await ended(left, FORCED)) return;
  for (const process of left) signal(process, 'SIGKILL');
  await ended(left, FORCED);
}
