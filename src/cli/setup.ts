/** What has to be on this machine before SPIN can start: packages, user, folders. */
import { chownSync, lstatSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { addSystemUser, install, missing, START_TOOLS } from './debian.ts';
import { isRoot, makeFolder } from './places.ts';
import { Failure, say } from './terminal.ts';

/** The user that the controller becomes when root starts it. */
export const SYSTEM_USER = 'spin';

/** Installs what is missing; without root says what is. Never fails for want of a package that this run can do without. */
export function setUpMachine(needsTools: boolean): void {
  if (!isRoot()) return;
  addSystemUser(SYSTEM_USER);
  if (missing(START_TOOLS).length === 0) return;
  try {
    install(START_TOOLS);
  } catch (error) {
    if (needsTools || !(error instanceof Failure)) throw error;
    say(`${error.message}; this run does not need them`);
  }
}

/**
 * Makes the folder for the database, which the controller's user alone may enter.
 * @throws Failure where it cannot be made, or the controller's user cannot reach it.
 */
export function makeStateFolder(folder: string): void {
  const owner = isRoot() ? userIds(SYSTEM_USER) : undefined;
  try {
    // The controller's user has to get through those above its own.
    makeFolder(dirname(folder), owner ? 0o755 : 0o700);
    makeFolder(folder, 0o700);
    if (owner) chownSync(folder, owner.uid, owner.gid);
  } catch (error) {
    throw new Failure(`the folder ${folder} cannot be made: ${(error as Error).message}; choose another with --state`);
  }
  if (mayWrite(folder, owner)) return;
  const who = owner ? `the user "${SYSTEM_USER}", as whom the dashboard's part of SPIN runs,` : 'this user';
  throw new Failure(`${who} cannot write in ${folder}; choose another place with --state`);
}

/** Tries it as the user whom it is for, so that whatever the system goes by is asked. */
function mayWrite(folder: string, user: { uid: number; gid: number } | undefined): boolean {
  const groups = process.getgroups!();
  if (user) {
    process.setgroups!([user.gid]);
    process.setegid!(user.gid);
    process.seteuid!(user.uid);
  }
  try {
    rmSync(mkdtempSync(join(folder, '.may-write-')), { recursive: true });
    return true;
  } catch {
    return false;
  } finally {
    if (user) {
      process.seteuid!(0);
      process.setegid!(0);
      process.setgroups!(groups);
    }
  }
}

/** Makes the run folder; refuses one that another user has put there. */
export function makeRunFolder(folder: string): void {
  try {
    makeFolder(folder, isRoot() ? 0o755 : 0o700);
  } catch (error) {
    throw new Failure(`the folder ${folder} cannot be made: ${(error as Error).message}; choose another with --run`);
  }
  const status = lstatSync(folder);
  if (!status.isDirectory() || status.uid !== process.getuid?.()) {
    throw new Failure(`${folder} belongs to somebody else; choose another with --run`);
  }
}

function userIds(name: string): { uid: number; gid: number } {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  if (uid === undefined || gid === undefined) throw new Failure(`there is no user "${name}" in /etc/passwd`);
  return { uid: Number(uid), gid: Number(gid) };
}
