/** Files that the owner installed: lists of bad places (src/detect/absolute/bad-places.ts), of models, profiles of devices. */
import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Within the state directory. */
export const LISTS_FOLDER = 'lists';
/** Files of a folder, and bytes of one: large public lists have some megabytes. */
const MAX_FILES = 64;
const MAX_BYTES = 32 << 20;

export type InstalledList = { name: string; text: string };

export type ListsOptions = {
  /** What the names of the files end in. */
  ending?: string;
  /** Of one file at most. */
  bytes?: number;
};

/**
 * Reads a list, or all of a folder (in the order of their names). What cannot be read is told to `log` and left
 * out: a damaged list must not keep the guard from starting. A folder that is not there holds none.
 */
export function readLists(
  path: string,
  log: (line: string) => void,
  { ending = '.txt', bytes = MAX_BYTES }: ListsOptions = {},
): InstalledList[] {
  const lists: InstalledList[] = [];
  for (const file of filesAt(path, ending, log)) {
    try {
      lists.push({ name: basename(file, ending), text: readText(file, bytes, log) });
    } catch (error) {
      log(`list ${file}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return lists;
}

function filesAt(path: string, ending: string, log: (line: string) => void): string[] {
  const status = statSync(path, { throwIfNoEntry: false });
  if (!status?.isDirectory()) return status ? [path] : [];
  const names = readdirSync(path)
    .filter((name) => name.endsWith(ending))
    .sort();
  if (names.length > MAX_FILES) log(`lists in ${path}: only the first ${MAX_FILES} of ${names.length} are read`);
  return names.slice(0, MAX_FILES).map((name) => join(path, name));
}

/** As much as the bound allows, from a file that is one: nobody waits for a pipe. */
function readText(file: string, most: number, log: (line: string) => void): string {
  const { size } = statSync(file);
  if (!statSync(file).isFile()) throw new Error('is no file');
  if (size > most) log(`list ${file}: only the first ${most} bytes are read`);
  const bytes = Buffer.alloc(Math.min(size, most));
  const descriptor = openSync(file, 'r');
  try {
    const length = readSync(descriptor, bytes, 0, bytes.length, 0);
    return bytes.toString('utf8', 0, length);
  } finally {
    closeSync(descriptor);
  }
}
