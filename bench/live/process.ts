import { readdirSync, readFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';

/**
 * CPU that the threads of a process have used, ms, to the nanosecond: the first field of their schedstat. (The ticks of
 * /proc/PID/stat are as long as a thousand connections take.)
 */
export function cpuOf(pid: number): number {
  let sum = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    try {
      sum += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]);
    } catch {
      // It ended meanwhile.
    }
  }
  return sum / 1e6;
}

/** Resident memory of a process now, MB. */
export function memoryOf(pid: number): number {
  const line = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(line?.[1] ?? 0) / 1024;
}

/** CPU that this process has used, ms. */
export function ownCpu(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** What else the machine has to do shall not decide what rate is reached, for CPU is measured and not time: children too. */
export function goFirst(): void {
  setPriority(constants.priority.PRIORITY_HIGHEST);
}
