import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync } from 'node:fs';

/**
 * Becomes `user` for good. Nothing can be loaded from a folder that only root may read after this.
 * @param folder made for the user beforehand, if it is absent
 * @throws when this process is not root or there is no such user
 */
export function becomeUser(user: string, folder: string): void {
  const uid = idOf('-u', user);
  const gid = idOf('-g', user);
  if (uid === 0) throw new Error(`${user} has all rights; the controller must have none`);
  if (mkdirSync(folder, { recursive: true, mode: 0o700 }) !== undefined) chownSync(folder, uid, gid);
  process.setgroups!([gid]);
  process.setgid!(gid);
  process.setuid!(uid);
  if (canBeRoot()) throw new Error('the rights of root could not be given up');
}

export const isRoot = (): boolean => process.getuid?.() === 0;

/** Tries to take the rights of root back. */
export function canBeRoot(): boolean {
  try {
    process.setuid!(0);
    return true;
  } catch {
    return false;
  }
}

function idOf(kind: '-u' | '-g', user: string): number {
  return Number(execFileSync('id', [kind, '--', user], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
}
