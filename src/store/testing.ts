/** For tests: what the disk holds while a store has its database for itself. */
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Copies a database as it would be found if its program were killed now, into a folder. */
export function copyDatabase(path: string, folder: string): string {
  const copy = join(folder, 'spin.db');
  for (const suffix of ['', '-wal']) if (existsSync(path + suffix)) copyFileSync(path + suffix, copy + suffix);
  return copy;
}

/** Reads a database as it would be found if its program were killed now. */
export function onDisk<T>(path: string, read: (database: DatabaseSync) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'spin-on-disk-'));
  const database = new DatabaseSync(copyDatabase(path, folder));
  try {
    return read(database);
  } finally {
    database.close();
    rmSync(folder, { recursive: true });
  }
}
