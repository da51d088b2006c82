import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { findProgram, hasUser, install, missing, withoutServices } from './debian.ts';

const folder = mkdtempSync(join(tmpdir(), 'spin-debian-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('while packages are installed', () => {
  const guard = join(folder, 'policy-rc.d');

  test('no service may be started, and afterwards all is as it was', () => {
    let during = '';
    withoutServices(() => {
      during = readFileSync(guard, 'utf8');
      expect(statSync(guard).mode & 0o777).toBe(0o755);
    }, guard);
    // 101: action forbidden by policy (invoke-rc.d(8)).
    expect(during).toMatch(/^#!\/bin\/sh\n[\s\S]*exit 101\n$/);
    expect(existsSync(guard)).toBe(false);
  });

  test('a failure takes the switch away as well', () => {
    const fail = () => {
      throw new Error('apt-get failed');
    };
    expect(() => withoutServices(fail, guard)).toThrow('apt-get failed');
    expect(existsSync(guard)).toBe(false);
  });

  test('a switch of the host’s own stays as it is', () => {
    writeFileSync(guard, '#!/bin/sh\nexit 0\n');
    withoutServices(() => expect(readFileSync(guard, 'utf8')).toContain('exit 0'), guard);
    expect(readFileSync(guard, 'utf8')).toBe('#!/bin/sh\nexit 0\n');
    rmSync(guard);
  });

  test('one that an earlier, killed start left behind goes', () => {
    withoutServices(() => writeFileSync(join(folder, 'left'), readFileSync(guard)), guard);
    writeFileSync(guard, readFileSync(join(folder, 'left')));
    withoutServices(() => {}, guard);
    expect(existsSync(guard)).toBe(false);
  });

  test('Ctrl-C ends what runs, not the cleaning up after it', () => {
    const before = process.listenerCount('SIGINT');
    withoutServices(() => expect(process.listenerCount('SIGINT')).toBe(before + 1), guard);
    expect(process.listenerCount('SIGINT')).toBe(before);
  });
});

test('programs are found where a user’s PATH does not lead', () => {
  expect(findProgram('sh')).toMatch(/^\/(usr\/)?bin\/sh$/);
  expect(findProgram('there-is-no-such-program')).toBeUndefined();
  const tools = [
    { binary: 'sh', package: 'dash' },
    { binary: 'there-is-no-such-program', package: 'nothing' },
  ];
  expect(missing(tools)).toEqual([tools[1]]);
  expect(install([tools[0]!])).toEqual([]);
});

test('a user is known by its whole name', () => {
  expect(hasUser('root')).toBe(true);
  expect(hasUser('roo')).toBe(false);
});
