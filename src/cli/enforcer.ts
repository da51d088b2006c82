/** Who enforces in this network namespace, found without any file of SPIN's own. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { identify, type ProcessIdentity } from './process.ts';

/** The agent's lock, as the kernel lists it (src/enforce/nftables.ts). */
const LOCK = '@spin-enforce';
const AGENT = 'src/agent/main.ts';
const SUPERVISOR = 'src/cli/main.ts';

/** The agent that enforces here, after what would start it again. Empty where none does. */
export function findEnforcer(): ProcessIdentity[] {
  const inode = lockInode();
  if (inode === undefined) return [];
  const pid = readdirSync('/proc').find((entry) => /^\d+$/.test(entry) && holds(entry, inode) && runs(entry, AGENT));
  if (pid === undefined) return [];
  const parent = parentOf(pid);
  const both = parent !== undefined && runs(parent, SUPERVISOR) ? [parent, pid] : [pid];
  return both.flatMap((one) => identify(Number(one)) ?? []);
}

function lockInode(): string | undefined {
  const line = readFileSync('/proc/self/net/unix', 'utf8')
    .split('\n')
    .find((entry) => entry.endsWith(` ${LOCK}`));
  return line?.trim().split(/\s+/).at(-2);
}

function holds(pid: string, inode: string): boolean {
  try {
    const folder = `/proc/${pid}/fd`;
    return readdirSync(folder).some((fd) => readlinkSync(`${folder}/${fd}`) === `socket:[${inode}]`);
  } catch {
    return false;
  }
}

function runs(pid: string, program: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      .split('\0')
      .some((word) => word.endsWith(program));
  } catch {
    return false;
  }
}

function parentOf(pid: string): string | undefined {
  try {
    return /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}
