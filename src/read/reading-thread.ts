import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

/** From this size on, bytes, the second thread saves more than its start costs (some 50 ms). */
const WORTH_A_THREAD = 32 * 1024 * 1024;

let early: Worker | undefined;

/** Whether a second thread that reads and counts makes the whole faster. */
export function isWorthAThread(file: string): boolean {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  return size >= WORTH_A_THREAD && availableParallelism() > 1;
}

/** Has the thread for the first file load its modules while this one loads others. Unused, it ends with the process. */
export function startEarly(file: string): void {
  if (!isWorthAThread(file)) return;
  early = newThread();
  early.unref();
}

/** A thread that waits for a `DigestTask`. */
export function takeThread(): Worker {
  const thread = early ?? newThread();
  early = undefined;
  thread.ref();
  return thread;
}

function newThread(): Worker {
  return new Worker(new URL('./digest-worker.ts', import.meta.url));
}
