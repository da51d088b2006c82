import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { SWITCHED_OFF } from '../contract/files.ts';
import { HOME, openPolicy } from '../enforce/testing/bed.ts';
import { cannotRun } from '../source/live/testbed.ts';
import { KeptPolicy } from './kept-policy.ts';

const SPIN = resolve(import.meta.dirname, '../../bin/spin');
const NAMESPACE = `spin-boot-${process.pid}`;
/** Those of packaging/spin-blocks.service. */
const RIGHTS = ['--no-new-privs', '--bounding-set=-all,+net_admin,+dac_override'];
const reason = cannotRun();

let state: string;

function inside(program: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync('ip', ['netns', 'exec', NAMESPACE, program, ...args], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

/** As at boot: no interface of the home is there yet. */
const restore = (...more: string[]) =>
  inside(
    'setpriv',
    ...RIGHTS,
    SPIN,
    'service',
    'restore',
    '--lan',
    'br-lan',
    '--wan',
    'wan',
    '--state',
    state,
    ...more,
  );

const table = () => inside('nft', 'list', 'table', 'inet', 'spin').stdout;

async function keep(): Promise<void> {
  const kept = new KeptPolicy(join(state, 'homes/gateway'), () => {});
  kept.keep(openPolicy({ blocks: [{ id: 'b', device: 'd-1' }] }));
  await kept.flush();
}

describe.skipIf(reason)(`what is kept, before there is a network${reason ? ` (skipped: ${reason})` : ''}`, () => {
  beforeAll(() => {
    execFileSync('ip', ['netns', 'add', NAMESPACE]);
    state = mkdtempSync(join(tmpdir(), 'spin-boot-'));
  });
  afterAll(() => {
    execFileSync('ip', ['netns', 'del', NAMESPACE]);
    rmSync(state, { recursive: true, force: true });
  });
  beforeEach(() => {
    inside('nft', 'flush', 'ruleset');
    rmSync(state, { recursive: true, force: true });
    mkdirSync(join(state, 'homes/gateway'), { recursive: true });
  });

  test('is in force, for the interfaces that the service names, with no more rights than the unit leaves', async () => {
    await keep();
    expect(restore()).toMatchObject({ status: 0, stderr: 'spin: what was blocked is blocked again\n' });
    expect(table()).toContain(HOME.mac);
    expect(table()).toContain('"br-lan"');
  });

  test('is left as it stands where it stands already', async () => {
    await keep();
    restore();
    inside('nft', 'add', 'chain', 'inet', 'spin', 'stranger');
    expect(restore()).toMatchObject({ status: 0, stderr: 'spin: a policy is in force already\n' });
    expect(table()).toContain('chain stranger');
  });

  test('is left alone while enforcement is switched off, and where there is nothing', async () => {
    expect(restore()).toMatchObject({ status: 0, stderr: 'spin: no policy was kept\n' });
    await keep();
    writeFileSync(join(state, 'homes/gateway', SWITCHED_OFF), '');
    expect(restore()).toMatchObject({ status: 0, stderr: expect.stringContaining('switched off') });
    expect(table()).toBe('');
  });

  test('is told of and set aside where it is broken', () => {
    writeFileSync(join(state, 'homes/gateway/policy.json'), '{"version":1,"policy":{"lan":7}}');
    const { status, stderr } = restore();
    expect(status).toBe(0);
    expect(stderr).toContain('set aside');
    expect(table()).toBe('');
  });
});
