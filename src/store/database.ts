import { readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { MIGRATIONS, type Migration } from './migrations/all.ts';

/** How long an opener waits for another process (`spin passwd`) to be done with the database, ms. */
const BUSY_TIMEOUT = 2_000;
/** A commit writes whole pages, and a minute's rows fill only a few small ones: 1 KiB halves what an SD card bears. */
const PAGE_BYTES = 1_024;
/** Write-ahead log at which a checkpoint starts, pages: large (8 MB), since each checkpoint writes pages again. */
const CHECKPOINT_PAGES = 8_000;
/** Pages kept in memory, KiB: the kernel keeps them as well, and four times as many made nothing faster. */
const CACHE_KIB = 1_024;
/** Damaged databases kept for an expert to look at; older ones are removed. */
const DAMAGED_KEPT = 2;

/** SQLite result codes (sqlite.org/rescode.html) that mean that the file itself is damaged. */
const DAMAGED = new Set([11 /* CORRUPT */, 26 /* NOTADB */]);

const BUSY = 5;

/** The database was written by a newer SPIN. */
export class NewerDatabase extends Error {
  constructor(path: string, version: number) {
    super(
      `${path} was written by a newer version of SPIN (schema ${version}, this one knows ${MIGRATIONS.length}). ` +
        'Use that version, or move the file away to begin anew.',
    );
  }
}

/**
 * Opens the database, for this process alone, and brings its schema up to date. Shared, its index of the write-ahead log
 * would be a file of which each commit dirties every page, which is two thirds of all that is written.
 * @param path file, or `:memory:`
 * @throws {NewerDatabase} and SQLite's own errors
 */
export function openDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT });
  try {
    refuseNewer(database, path, MIGRATIONS.length);
    database.exec(`
      PRAGMA page_size = ${PAGE_BYTES};
      PRAGMA locking_mode = EXCLUSIVE;
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
      PRAGMA journal_size_limit = ${CHECKPOINT_PAGES * PAGE_BYTES};
      PRAGMA cache_size = -${CACHE_KIB};
      PRAGMA temp_store = MEMORY;
      PRAGMA trusted_schema = OFF;
    `);
    migrate(database, path, MIGRATIONS);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Tables that the stand-in takes over: enough to know the owner, the devices and what was decided. */
const COPIED = [
  ...['setting', 'session', 'device', 'event', 'rule', 'device_group', 'audit', 'name_address'],
  ...['incident', 'correction', 'case_input', 'habit'],
];

/** A database in memory for while the disk fails, with what can still be read of the file. */
export function openStandIn(path: string): DatabaseSync {
  const standIn = openDatabase(':memory:');
  try {
    // `immutable`: on a read-only disk not even the files that go with a write-ahead log can be made.
    standIn.prepare('ATTACH ? AS disk').run(`${pathToFileURL(path)}?mode=ro&immutable=1`);
    for (const table of COPIED) standIn.exec(`INSERT INTO main.${table} SELECT * FROM disk.${table}`);
    standIn.exec('DETACH disk');
  } catch {
    // Nothing can be read: it begins empty, and the reason of the failure is known already.
  }
  return standIn;
}

/** Brings the schema from the version it has to the last, all or nothing. */
export function migrate(database: DatabaseSync, path: string, migrations: readonly Migration[]): void {
  const version = refuseNewer(database, path, migrations.length);
  if (version === migrations.length) return;
  transaction(database, () => {
    for (const step of migrations.slice(version)) {
      if (typeof step === 'string') database.exec(step);
      else step(database);
    }
    database.exec(`PRAGMA user_version = ${migrations.length}`);
  });
}

function refuseNewer(database: DatabaseSync, path: string, known: number): number {
  const version = schemaVersion(database);
  if (version > known) throw new NewerDatabase(path, version);
  return version;
}

export function schemaVersion(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()!.user_version);
}

/** Runs `work` in one transaction; whatever it throws rolls everything back. */
export function transaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/**
 * A transaction that the disk need not have when it returns: after a power failure it may be missing as a whole, and is
 * then done again. It does not wait for the disk.
 */
export function repeatable<T>(database: DatabaseSync, work: () => T): T {
  database.exec('PRAGMA synchronous = NORMAL');
  try {
    return transaction(database, work);
  } finally {
    database.exec('PRAGMA synchronous = FULL');
  }
}

/** Whether a process has the database open. */
export function isInUse(path: string): boolean {
  let probe: DatabaseSync | undefined;
  try {
    probe = new DatabaseSync(path, { readOnly: true, timeout: 0 });
    schemaVersion(probe);
    return false;
  } catch (error) {
    return resultCode(error) === BUSY;
  } finally {
    probe?.close();
  }
}

export function isDamage(error: unknown): boolean {
  return DAMAGED.has(resultCode(error));
}

/** SQLite's primary result code of an error, or -1. */
export function resultCode(error: unknown): number {
  const code = (error as { errcode?: unknown } | undefined)?.errcode;
  return typeof code === 'number' ? code & 0xff : -1;
}

/** Renames a damaged database, so that a new one can begin. Returns its new path. */
export function setAside(path: string, now: number): string {
  const stamp = new Date(now).toISOString().replaceAll(/[:.]/g, '-');
  const aside = `${path}.damaged-${stamp}`;
  renameSync(path, aside);
  for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true });
  for (const old of damagedCopies(path).slice(0, -DAMAGED_KEPT)) rmSync(old, { force: true });
  return aside;
}

/** Removes the database with everything that belongs to it. */
export function removeDatabase(path: string): void {
  for (const file of [path, `${path}-wal`, `${path}-shm`, ...damagedCopies(path)]) rmSync(file, { force: true });
}

function damagedCopies(path: string): string[] {
  const prefix = `${basename(path)}.damaged-`;
  return readdirSync(dirname(path))
    .filter((name) => name.startsWith(prefix))
    .sort()
    .map((name) => join(dirname(path), name));
}

/** Size on disk with its write-ahead log, bytes. */
export function databaseBytes(path: string): number {
  const size = (file: string) => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  return size(path) + size(`${path}-wal`);
}
