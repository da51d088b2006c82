import { existsSync, mkdirSync, statSync } from 'node:fs';
import { homedir, tmpdir, userInfo } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** The clone or installation that this program belongs to. */
export const ROOT = resolve(import.meta.dirname, '../..');

/** Where a run keeps its things. `state` survives restarts, `run` need not survive a reboot. */
export type Places = { state: string; run: string };

export const isRoot = (): boolean => process.getuid?.() === 0;

/** `--state` and `--run` win, then `SPIN_STATE` and `SPIN_RUN`, then the system's or the user's own folders. */
export function places(asked: { state?: string | undefined; run?: string | undefined }): Places {
  const { env } = process;
  const state = asked.state ?? env.SPIN_STATE ?? (isRoot() ? '/var/lib/spin' : join(userState(), 'spin'));
  const run = asked.run ?? env.SPIN_RUN ?? (isRoot() ? '/run/spin' : userRun());
  return { state: resolve(state), run: resolve(run) };
}

function userState(): string {
  return process.env.XDG_STATE_HOME ?? join(homedir(), '.local/state');
}

function userRun(): string {
  const folder = process.env.XDG_RUNTIME_DIR;
  return folder ? join(folder, 'spin') : join(tmpdir(), `spin-${userInfo().uid}`);
}

/** Makes a folder, and those above it, that only its owner may change; one that exists stays as it is. */
export function makeFolder(path: string, mode: number): void {
  // Not by `recursive`: that never returns where the kernel answers ENOENT for good, as it does in /proc.
  if (existsSync(path) && statSync(path).isDirectory()) return;
  if (dirname(path) !== path) makeFolder(dirname(path), mode);
  mkdirSync(path, { mode });
}
