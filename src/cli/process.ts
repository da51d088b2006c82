import { readFileSync } from 'node:fs';

/** A process that cannot be mistaken for a later one with the same number. `ticks` is its start time, proc(5) field 22. */
export type ProcessIdentity = { pid: number; ticks: number };

export function identify(pid: number): ProcessIdentity | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name in brackets may hold blanks and brackets of its own; state is the first field behind it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    return { pid, ticks: Number(fields[19]) };
  } catch {
    return undefined;
  }
}

export function isAlive(process: ProcessIdentity): boolean {
  return identify(process.pid)?.ticks === process.ticks;
}

/** Sends a signal if this very process still lives. */
export function signal(target: ProcessIdentity, name: NodeJS.Signals): void {
  if (!isAlive(target)) return;
  try {
    process.kill(target.pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Waits until none of the processes lives; `false` when some still did after `limit` ms. */
export async function ended(processes: readonly ProcessIdentity[], limit: number): Promise<boolean> {
  const deadline = performance.now() + limit;
  while (processes.some(isAlive)) {
    if (performance.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  return true;
}
