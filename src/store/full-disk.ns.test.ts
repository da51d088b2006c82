import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MINUTE } from './levels.ts';
import { Store, StoreFailing } from './store.ts';

const canMount = (() => {
  if (process.getuid?.() !== 0) return false;
  const folder = mkdtempSync(join(tmpdir(), 'spin-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'ignore' });
    execFileSync('umount', [folder]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true });
  }
})();
const reason = canMount ? '' : ' (skipped: needs root and the right to mount)';

describe.skipIf(!canMount)(`a disk that fails${reason}`, () => {
  let folder: string;
  let log: string[];
  let now: number;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'spin-disk-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]);
    log = [];
    now = 1e12;
  });
  afterEach(() => {
    execFileSync('umount', ['--lazy', folder]);
    rmSync(folder, { recursive: true });
  });
  const open = () => new Store({ directory: folder, now: () => now, log: (line) => log.push(line) }).open();
  const row = (i: number) => {
    const counters = { packetsUp: 1, packetsDown: 0, bytesUp: 1, bytesDown: 0 };
    return { device: 'd-1', node: `${i}.example`, protocol: 'tcp', port: 1, initiator: 'device' as const, ...counters };
  };
  const count = (store: Store) =>
    store.points(MINUTE, now, now + 10 * MINUTE).reduce((sum, point) => sum + point[1]!, 0);

  test('full: says so, keeps counting in memory, and writes all of it when there is room again', () => {
    const store = open();
    store.addMinute(now, [row(1)]);
    expect(store.flush()).toBe(true);
    const ballast = join(folder, 'ballast');
    expect(() => writeFileSync(ballast, Buffer.alloc(2 << 20))).toThrow('ENOSPC');
    store.addMinute(
      now + MINUTE,
      Array.from({ length: 900 }, (_, i) => row(i)),
    );
    expect(store.flush()).toBe(false);
    expect(store.failing).toMatch(/full/);
    expect(() => store.set('language', 'n'.repeat(50_000))).toThrow(StoreFailing);
    expect(count(store)).toBe(901);
    rmSync(ballast);
    expect(store.flush()).toBe(true);
    expect(store.failing).toBeUndefined();
    store.close();
    const again = open();
    expect(count(again)).toBe(901);
    again.close();
    expect(log).toEqual([expect.stringContaining('SPIN goes on from memory'), 'storing again']);
  });

  test('full: a decision that cannot be recorded is not taken, and what was decided before stays', () => {
    const store = open();
    const decide = (id: string, size = 0) => {
      const target = { device: 'd-1', node: { name: 'n'.repeat(size) } };
      const rule = { id, action: 'block' as const, target, when: { always: true as const }, by: 'owner', since: now };
      return store.decide({
        at: now,
        kind: 'rule-set',
        actor: 'owner',
        rules: [{ id, after: rule }],
        groups: [],
        names: [],
      });
    };
    decide('kept');
    const ballast = join(folder, 'ballast');
    expect(() => writeFileSync(ballast, Buffer.alloc(2 << 20))).toThrow('ENOSPC');
    expect(() => decide('refused', 50_000)).toThrow(StoreFailing);
    const ids = (from: Store) => from.ask(({ decisions }) => decisions.rules().map(({ id }) => id));
    expect(ids(store)).toEqual(['kept']);
    rmSync(ballast);
    expect(decide('later')).toBe(2);
    store.close();
    const again = open();
    expect(ids(again)).toEqual(['kept', 'later']);
    again.close();
  });

  test('read-only at the start: what it holds is known, nothing is written, and later it is', () => {
    const first = open();
    first.set('password', 'hash');
    first.close();
    execFileSync('mount', ['-o', 'remount,ro', folder]);
    const store = open();
    expect(store.failing).toBeTruthy();
    expect(store.setting('password')).toBe('hash');
    store.addMinute(now, [row(1)]);
    expect(store.flush()).toBe(false);
    execFileSync('mount', ['-o', 'remount,rw', folder]);
    now += MINUTE;
    expect(store.flush()).toBe(true);
    store.close();
    const again = open();
    expect(again.points(MINUTE, now - MINUTE, now)[0]![1]).toBe(1);
    again.close();
  });
});
