/** The file `spin.json` in the run folder: says that SPIN runs here, since when, and where to reach it. */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { identify, isAlive, type ProcessIdentity } from './process.ts';

export type RunRecord = {
  supervisor: ProcessIdentity;
  children: ProcessIdentity[];
  /** What was asked for, so that a second start can tell whether it asks for the same. */
  asked: string;
  stateDir: string;
  /** ms since the epoch. */
  since: number;
  url?: string;
};

const path = (runDir: string) => join(runDir, 'spin.json');

/** What runs, or ran until it was killed: `undefined` when nothing ever did or it left cleanly. */
export function readRecord(runDir: string): RunRecord | undefined {
  try {
    const record = JSON.parse(readFileSync(path(runDir), 'utf8')) as RunRecord;
    return Number.isInteger(record.supervisor?.pid) && Array.isArray(record.children) ? record : undefined;
  } catch {
    return undefined;
  }
}

export const runs = (record: RunRecord | undefined): record is RunRecord =>
  record !== undefined && isAlive(record.supervisor);

/** Takes the run folder for this process. `false`: somebody took it in the meantime. */
export function claim(runDir: string, asked: string, stateDir: string): RunRecord | false {
  const supervisor = identify(process.pid)!;
  const record: RunRecord = { supervisor, children: [], asked, stateDir, since: Date.now() };
  try {
    writeFileSync(path(runDir), JSON.stringify(record), { flag: 'wx', mode: 0o644 });
    return record;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  }
}

/** Replaces the record in one step, so that a reader never sees half of it. */
export function update(runDir: string, record: RunRecord): void {
  const next = `${path(runDir)}.${process.pid}`;
  writeFileSync(next, JSON.stringify(record), { mode: 0o644 });
  renameSync(next, path(runDir));
}

export function release(runDir: string): void {
  rmSync(path(runDir), { force: true });
}
