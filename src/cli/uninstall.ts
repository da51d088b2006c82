import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { visible } from '../model/visible.ts';
import { findProgram, hasUser } from './debian.ts';
import { isRoot, places } from './places.ts';
import { HOMES, homesIn } from './plan.ts';
import { release } from './release.ts';
import { readRecord } from './run-record.ts';
import { removeService } from './service/service.ts';
import { SYSTEM_USER } from './setup.ts';
import { stop } from './stop.ts';
import { EXIT, Failure, say, wrongUsage } from './terminal.ts';

const HELP = `Usage: spin uninstall [--yes] [--state DIR] [--run DIR]

Stops SPIN and removes what it put on this machine: the firewall table "inet spin" with all that is blocked, its
database and sockets, its service, and the system user "${SYSTEM_USER}"; kernel settings become what they were. With --state or --run only what is there goes; table and user stay.
The clone itself and Debian packages stay; they are yours to remove.
Exit codes: 0 removed · 1 not removed · 64 wrong usage`;

/** What is done to the machine beside its files. */
export type Machine = {
  hasUser: (name: string) => boolean;
  /** Whether all that SPIN changed in the network was given back. */
  release: (runDir: string) => boolean;
  /** Whether there was a service. */
  removeService: () => boolean;
  /** Runs a program; whether it ended well. */
  run: (program: string, args: readonly string[]) => boolean;
};

const MACHINE: Machine = {
  hasUser,
  removeService,
  release: (runDir) => release(runDir, 'panic').outcome === 'done',
  run: (program, args) => {
    const path = findProgram(program);
    return path !== undefined && spawnSync(path, args, { stdio: ['ignore', 'ignore', 'inherit'] }).status === 0;
  },
};

export async function uninstall(args: readonly string[], machine = MACHINE): Promise<number> {
  const options = parse(args);
  if (options.help) {
    console.log(HELP);
    return EXIT.ok;
  }
  const { state, run } = places(options);
  const whole = isRoot() && options.state === undefined && options.run === undefined;
  const goes = [state, run].filter((folder) => existsSync(folder));
  const list = [...goes, ...(whole ? ['the firewall table "inet spin"', `the user "${SYSTEM_USER}"`] : [])];
  if (list.length === 0) {
    say('there is nothing of SPIN here');
    return EXIT.ok;
  }
  if (!options.yes && !(await confirmed(list))) throw new Failure('nothing was removed');
  if (whole) machine.removeService();
  if (readRecord(run)) await stop(['--run', run, '--keep-blocks']);
  if (whole && !machine.release(run)) throw new Failure('not all could be given back (see above)');
  const left = [...removeHomes(state), ...removeRun(run)];
  if (whole) removeUser(machine);
  for (const path of left) say(`${visible(path)} is not SPIN's and was left alone`);
  say('removed. The clone stays; remove it yourself if you want.');
  return EXIT.ok;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        yes: { type: 'boolean', short: 'y' },
        state: { type: 'string' },
        run: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw wrongUsage('uninstall', error as Error);
  }
}

async function confirmed(list: readonly string[]): Promise<boolean> {
  if (!process.stdin.isTTY) throw new Failure('say --yes to remove SPIN without being asked', EXIT.usage);
  const dialog = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await dialog.question(`This removes, for good: ${list.join(', ')}. Type "remove" to go on: `);
  dialog.close();
  return answer.trim() === 'remove';
}

/** Files of the run folder; a wrong `--run` or `--state` must not cost anybody theirs, so that each one is named. */
const RUN_FILES = /^(spin\.json(\.\d+)?|config\.json(\.next)?|agent\.sock|kernel-settings\.json)$/;
/** Files of one home, each with what its writer puts beside it for a while. */
const HOME_FILES =
  /^(spin\.db.*|cli-token(\.new)?|policy\.json(\.\w+)?|new-password(\.next)?|enforcement-off|\.may-write-\w+)$/;

/** @returns what was left because it is not SPIN's */
function removeHomes(state: string): string[] {
  const homes = homesIn(state);
  return [
    ...HOMES.flatMap((name) => empty(join(homes, name), HOME_FILES)),
    ...empty(homes, /^$/),
    ...empty(state, /^$/),
  ];
}

function removeRun(run: string): string[] {
  return empty(run, RUN_FILES);
}

/** Removes the files of a folder that have one of SPIN's names, and the folder when nothing else is in it. */
function empty(folder: string, ours: RegExp): string[] {
  if (!lstatSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
  for (const name of readdirSync(folder)) {
    if (ours.test(name)) rmSync(join(folder, name), { recursive: true, force: true });
  }
  const left = readdirSync(folder).map((name) => join(folder, name));
  if (left.length === 0) rmdirSync(folder);
  return left;
}

function removeUser(machine: Machine): void {
  if (!machine.hasUser(SYSTEM_USER)) return;
  if (!machine.run('userdel', [SYSTEM_USER])) throw new Failure(`the user "${SYSTEM_USER}" could not be removed`);
}
