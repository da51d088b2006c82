/** Files that the owner installed: lists of bad places (src/detect/absolute/bad-places.ts), of models, profiles of devices. */
import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { FileProblem } from '../model/file-problem.ts';

/** Within the state directory. */
export const LISTS_FOLDER = 'lists';
/** Files of a folder, and bytes of one: large public lists have some megabytes. */
const MAX_FILES = 64;
const MAX_BYTES = 32 << 20;

/** `file` is its path as it was asked for. */
export type InstalledList = { name: string; file: string; text: string };

export type Report = (problem: FileProblem) => void;

export type ListsOptions = {
  /** What the names of the files end in. */
  ending?: string;
  /** Of one file at most. */
  bytes?: number;
};

/**
 * Reads a list, or all of a folder (in the order of their names). What cannot be read is reported and left out: a
 * damaged list must not keep the guard from starting. A folder that is not there holds none.
 */
export function readLists(
  path: string,
  report: Report,
  { ending = '.txt', bytes = MAX_BYTES }: ListsOptions = {},
): InstalledList[] {
  const lists: InstalledList[] = [];
  for (const file of filesAt(path, ending, report)) {
    try {
      lists.push({ name: basename(file, ending), file, text: readText(file, bytes, report) });
    } catch (error) {
      report({ file, reason: reasonOf(error), leftOut: true });
    }
  }
  return lists;
}

function filesAt(path: string, ending: string, report: Report): string[] {
  try {
    const status = statSync(path, { throwIfNoEntry: false });
    if (!status?.isDirectory()) return status ? [path] : [];
    const names = readdirSync(path)
      .filter((name) => name.endsWith(ending))
      .sort();
    if (names.length > MAX_FILES) {
      const reason = `only the first ${MAX_FILES} of ${names.length} files are read`;
      report({ file: path, reason, leftOut: true });
    }
    return names.slice(0, MAX_FILES).map((name) => join(path, name));
  } catch (error) {
    report({ file: path, reason: reasonOf(error), leftOut: true });
    return [];
  }
}

/** In words where it is an everyday one. */
function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EACCES' || code === 'EPERM') return 'may not be read by the user that SPIN’s dashboard runs as';
  if (code === 'ENOENT') return 'points to a file that is not there';
  return message;
}

/** As much as the bound allows, from a file that is one: nobody waits for a pipe. */
function readText(file: string, most: number, report: Report): string {
  const status = statSync(file);
  if (!status.isFile()) throw new Error('is no file');
  const { size } = status;
  if (size > most) report({ file, reason: `only the first ${most} bytes are read`, leftOut: false });
  const bytes = Buffer.alloc(Math.min(size, most));
  const descriptor = openSync(file, 'r');
  try {
    const length = readSync(descriptor, bytes, 0, bytes.length, 0);
    return bytes.toString('utf8', 0, length);
  } finally {
    closeSync(descriptor);
  }
}
