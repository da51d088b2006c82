import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { findProgram, hasUser } from './debian.ts';
import { isRoot, places } from './places.ts';
import { readRecord } from './run-record.ts';
import { SYSTEM_USER } from './setup.ts';
import { stop } from './stop.ts';
import { EXIT, Failure, say } from './terminal.ts';

const HELP = `Usage: spin uninstall [--yes] [--state DIR] [--run DIR]

Stops SPIN and removes what it put on this machine: the firewall table "inet spin", the folders with its database and
sockets, and the system user "${SYSTEM_USER}". The clone itself and Debian packages stay; they are yours to remove.
Exit codes: 0 removed · 1 not removed · 64 wrong usage`;

export async function uninstall(args: readonly string[]): Promise<number> {
  const options = parse(args);
  if (options.help) {
    console.log(HELP);
    return EXIT.ok;
  }
  const { state, run } = places(options);
  const whole = isRoot() && options.state === undefined && options.run === undefined;
  const goes = [state, run].filter((folder) => existsSync(folder));
  const list = [...goes, ...(whole ? ['the firewall table "inet spin"', `the user "${SYSTEM_USER}"`] : [])];
  if (!options.yes && !(await confirmed(list))) throw new Failure('nothing was removed');
  if (readRecord(run)) await stop(['--run', run]);
  if (whole) removeTable();
  for (const folder of goes) remove(folder);
  if (whole) removeUser();
  say(`removed. The clone stays; remove it yourself if you want.`);
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
    throw new Failure(`${(error as Error).message.split('\n')[0]} (see spin uninstall --help)`, EXIT.usage);
  }
}

async function confirmed(list: readonly string[]): Promise<boolean> {
  if (!process.stdin.isTTY) throw new Failure('say --yes to remove SPIN without being asked', EXIT.usage);
  const dialog = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await dialog.question(`This removes, for good: ${list.join(', ')}. Type "remove" to go on: `);
  dialog.close();
  return answer.trim() === 'remove';
}

/** Only folders that SPIN made: a wrong `--state` must not cost anybody their files. */
function remove(folder: string): void {
  const known = ['homes', 'spin.db', 'spin.json', 'agent.sock', 'config.json', 'cli-token'];
  const empty = spawnSync(findProgram('rmdir') ?? 'rmdir', [folder], { stdio: 'ignore' }).status === 0;
  if (empty) return;
  if (!known.some((name) => existsSync(`${folder}/${name}`))) {
    say(`${folder} does not look like SPIN's and was left alone`);
    return;
  }
  rmSync(folder, { recursive: true, force: true });
}

function removeTable(): void {
  const nft = findProgram('nft');
  if (!nft) return;
  const there = spawnSync(nft, ['list', 'table', 'inet', 'spin'], { stdio: 'ignore' }).status === 0;
  if (there) execFileSync(nft, ['delete', 'table', 'inet', 'spin'], { stdio: ['ignore', 2, 2] });
}

function removeUser(): void {
  const command = findProgram('userdel');
  if (!hasUser(SYSTEM_USER) || !command) return;
  execFileSync(command, [SYSTEM_USER], { stdio: ['ignore', 2, 2] });
}
