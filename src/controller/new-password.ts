/**
 * A running controller has the database for itself, so that `spin passwd` hands the hash of a new password in as a file
 * beside it. Who may write there is the controller's own user, and root.
 */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { CannotStore } from '../serve/door.ts';
import { asPasswordHash, type PasswordHash } from '../serve/password.ts';

const FILE = 'new-password';

/** On the disk when it returns; the controller looks for it every second. */
export function handIn(stateDir: string, hash: PasswordHash): void {
  const path = join(stateDir, FILE);
  const file = openSync(`${path}.next`, 'w', 0o600);
  try {
    writeSync(file, JSON.stringify(hash));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(`${path}.next`, path);
}

/**
 * Takes what was handed in, once a second.
 * @param set makes it the password, durably; where the disk fails, the hash stays there and is taken later
 */
export function takeIn(stateDir: string, set: (hash: PasswordHash) => void): void {
  const path = join(stateDir, FILE);
  if (!existsSync(path)) return;
  const hash = readHash(path);
  try {
    if (hash) set(hash);
  } catch (error) {
    if (error instanceof CannotStore) return;
    throw error;
  }
  rmSync(path, { force: true });
}

/** Waits until it was taken. @returns whether it was within `limit` ms; else it is taken back */
export async function isTaken(stateDir: string, limit: number): Promise<boolean> {
  const path = join(stateDir, FILE);
  for (const deadline = performance.now() + limit; existsSync(path); ) {
    if (performance.now() > deadline) {
      rmSync(path, { force: true });
      return false;
    }
    await setTimeout(100);
  }
  return true;
}

function readHash(path: string): PasswordHash | undefined {
  try {
    return asPasswordHash(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return undefined;
  }
}
