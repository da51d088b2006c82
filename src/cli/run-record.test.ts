import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { Client, findRun } from './client.ts';
import { makeFolder } from './places.ts';
import { identify, isAlive } from './process.ts';
import { claim, type RunRecord, readRecord, release, runs, update } from './run-record.ts';

const folder = mkdtempSync(join(tmpdir(), 'spin-record-'));
const FILE = join(folder, 'spin.json');
const GONE = { pid: 1, ticks: -1 };

beforeEach(() => rmSync(FILE, { force: true }));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the record of a run', () => {
  test('is taken by one start only', () => {
    const record = claim(folder, 'asked', '/state') as RunRecord;
    expect(record.supervisor).toEqual(identify(process.pid));
    expect(claim(folder, 'asked', '/state')).toBe(false);
    expect(runs(readRecord(folder))).toBe(true);
    release(folder);
    expect(existsSync(FILE)).toBe(false);
    expect(runs(readRecord(folder))).toBe(false);
  });

  test('is replaced in one step and leaves nothing beside it', () => {
    const record = claim(folder, 'asked', '/state') as RunRecord;
    update(folder, { ...record, url: 'http://127.0.0.1:1/' });
    expect(readRecord(folder)?.url).toBe('http://127.0.0.1:1/');
    expect(readdirSync(folder)).toEqual(['spin.json']);
  });

  test('does not take a later process with the same number for SPIN', () => {
    expect(isAlive({ pid: process.pid, ticks: 1 })).toBe(false);
    writeFileSync(FILE, JSON.stringify({ supervisor: { pid: process.pid, ticks: 1 }, children: [] }));
    expect(runs(readRecord(folder))).toBe(false);
  });

  test.each(['', '{', 'null', '[]', '{"supervisor":{}}', '{"supervisor":{"pid":"1"},"children":[]}'])(
    'that holds %j says that nothing runs',
    (text) => {
      writeFileSync(FILE, text);
      expect(readRecord(folder)).toBeUndefined();
    },
  );
});

describe('asking the SPIN that runs', () => {
  const record: RunRecord = { supervisor: GONE, children: [], asked: '', stateDir: folder, since: 0 };

  test('where none does is told with the next step', () => {
    expect(() => findRun(folder)).toThrow(
      expect.objectContaining({ exitCode: 4, message: expect.stringContaining('spin start') }),
    );
  });

  test('while it starts', () => {
    expect(() => new Client(record)).toThrow('still starting');
  });

  test('without its key', () => {
    expect(() => new Client({ ...record, url: 'http://127.0.0.1:1/' })).toThrow('no key for the command line');
  });

  test('when it does not answer, or something else does', async () => {
    writeFileSync(join(folder, 'cli-token'), 'key\n');
    // Port 1 (tcpmux) is served by nothing.
    const client = new Client({ ...record, url: 'http://127.0.0.1:1/' });
    await expect(client.status()).rejects.toMatchObject({
      exitCode: 1,
      message: expect.stringContaining('does not answer'),
    });
  });
});

describe('a folder', () => {
  test('is made with those above it, once', () => {
    const path = join(folder, 'a/b/c');
    makeFolder(path, 0o700);
    makeFolder(path, 0o700);
    expect(existsSync(path)).toBe(true);
  });

  test.each(['/proc/spin/x', '/dev/null/x', '/dev/null'])(
    '%s cannot be made, and that is found out at once',
    (path) => {
      expect(() => makeFolder(path, 0o700)).toThrow();
    },
  );
});
