/**
 * `spin passwd [--state DIR]`: sets the password, also while the controller runs. Asks twice on a terminal, else reads
 * one line from standard input. Ends all sessions.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { parseArgs } from 'node:util';
import { findRun } from '../cli/client.ts';
import { hashPassword, MIN_PASSWORD, type PasswordHash, weakness } from '../serve/password.ts';
import { isInUse } from '../store/database.ts';
import { Store } from '../store/store.ts';
import { handIn, isTaken } from './new-password.ts';
import { isRoot } from './privileges.ts';
import { PASSWORD } from './run.ts';

/** A controller looks once a second, ms; a machine may be busy. */
const TAKEN_WITHIN = 10_000;

const HELP = `spin passwd [--state DIR]

Sets the password of the dashboard and signs everyone out.
--state DIR   folder with spin.db; default: that of the SPIN that runs`;

async function passwd(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { state: { type: 'string' }, run: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const directory = values.state ?? findRun(values.run).record.stateDir;
  const password = process.stdin.isTTY ? await askTwice() : await readLine();
  const reason = weakness(password);
  if (reason === 'short') throw new Error(`use at least ${MIN_PASSWORD} characters`);
  if (reason === 'common') throw new Error('this password is among the first that are tried');
  const hash = await hashPassword(password);
  becomeOwner(directory);
  if (isInUse(join(directory, 'spin.db'))) await handToController(directory, hash);
  else write(directory, hash);
  console.log('The password is set. Everyone has to sign in anew.');
}

/** Where no controller runs. */
function write(directory: string, hash: PasswordHash): void {
  const store = new Store({ directory, now: Date.now, log: (line) => console.error(`spin passwd: ${line}`) }).open();
  try {
    store.set(PASSWORD, hash);
    store.sessions.clear();
    store.record({ at: Date.now(), kind: 'password-changed', actor: 'command-line' });
  } finally {
    store.close();
  }
}

async function handToController(directory: string, hash: PasswordHash): Promise<void> {
  handIn(directory, hash);
  if (!(await isTaken(directory, TAKEN_WITHIN))) throw new Error('SPIN does not take it now; nothing was changed');
}

/** So that no file of the controller's comes to belong to root. */
function becomeOwner(directory: string): void {
  const { uid, gid } = statSync(directory);
  if (!isRoot() || uid === 0) return;
  process.setgroups!([gid]);
  process.setgid!(gid);
  process.setuid!(uid);
}

async function askTwice(): Promise<string> {
  const first = await askWithoutEcho('New password: ');
  const second = await askWithoutEcho('The same again: ');
  if (first !== second) throw new Error('the two are not the same; nothing was changed');
  return first;
}

async function askWithoutEcho(prompt: string): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: silent, terminal: true });
  process.stdout.write(prompt);
  const stopped = new AbortController();
  terminal.on('SIGINT', () => stopped.abort());
  terminal.on('close', () => stopped.abort());
  try {
    return await terminal.question('', { signal: stopped.signal });
  } catch {
    throw new Error('nothing was changed');
  } finally {
    terminal.close();
    process.stdout.write('\n');
  }
}

async function readLine(): Promise<string> {
  for await (const line of createInterface({ input: process.stdin })) return line;
  throw new Error('no password on standard input');
}

passwd(process.argv.slice(2)).catch((error: Error) => {
  console.error(`spin passwd: ${error.message}`);
  process.exit(1);
});
