import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { isRoot } from './places.ts';
import { type Machine, uninstall } from './uninstall.ts';

const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
let folder: string;

const put = (path: string) => {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), '');
};
const has = (path: string) => existsSync(join(folder, path));

/** A machine where SPIN's user is, and that notes what it is told to do. */
function machineWith(there: { user: boolean; releases?: boolean; obeys?: boolean }) {
  const done: string[] = [];
  const machine: Machine = {
    hasUser: () => there.user,
    removeService: () => done.push('remove the service') > 0,
    release: (runDir) => {
      done.push(`release ${runDir.slice(folder.length + 1)}`);
      return there.releases ?? true;
    },
    run: (program, args) => {
      done.push([program, ...args].join(' '));
      return there.obeys ?? true;
    },
  };
  return { machine, done };
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spin-uninstall-'));
  for (const name of [
    'spin.db',
    'spin.db-wal',
    'spin.db.damaged-1',
    'cli-token',
    'policy.json',
    'policy.json.broken',
    'enforcement-off',
  ])
    put(`state/homes/gateway/${name}`);
  for (const name of ['config.json', 'agent.sock', 'kernel-settings.json']) put(`run/${name}`);
});

afterEach(() => {
  said.mockClear();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

describe('spin uninstall', () => {
  const elsewhere = () => ['--yes', '--state', join(folder, 'state'), '--run', join(folder, 'run')];

  test('removes all that SPIN keeps in the folders it is told, and nothing of the machine', async () => {
    const { machine, done } = machineWith({ user: true });
    expect(await uninstall(elsewhere(), machine)).toBe(0);
    expect(has('state') || has('run')).toBe(false);
    expect(done).toEqual([]);
  });

  test('leaves what is not SPIN’s, and says so', async () => {
    put('state/homes/gateway/diary.txt');
    put('state/homes/mine/spin.db');
    put('run/other.sock');
    expect(await uninstall(elsewhere(), machineWith({ user: false }).machine)).toBe(0);
    expect([has('state/homes/gateway/diary.txt'), has('state/homes/mine/spin.db'), has('run/other.sock')]).toEqual([
      true,
      true,
      true,
    ]);
    expect([has('state/homes/gateway/spin.db'), has('run/config.json')]).toEqual([false, false]);
    expect(said.mock.calls.join()).toContain('other.sock is not SPIN');
  });

  test('follows no link out of its folders', async () => {
    put('precious/spin.db');
    mkdirSync(join(folder, 'linked'));
    symlinkSync(join(folder, 'precious'), join(folder, 'state/homes/watch'));
    await uninstall(elsewhere(), machineWith({ user: false }).machine);
    expect(has('precious/spin.db')).toBe(true);
  });

  test('is not done without a yes', async () => {
    await expect(uninstall(elsewhere().slice(1))).rejects.toMatchObject({
      exitCode: 64,
      message: expect.stringContaining('--yes'),
    });
    expect(has('state/homes/gateway/spin.db')).toBe(true);
  });
});

describe.runIf(isRoot())(`spin uninstall of the whole${isRoot() ? '' : ' (skipped: only root can)'}`, () => {
  test('takes service, table and user away', async () => {
    vi.stubEnv('SPIN_STATE', join(folder, 'state'));
    vi.stubEnv('SPIN_RUN', join(folder, 'run'));
    const { machine, done } = machineWith({ user: true });
    expect(await uninstall(['--yes'], machine)).toBe(0);
    expect(done).toEqual(['remove the service', 'release run', 'userdel spin']);
    expect(has('state') || has('run')).toBe(false);
  });

  test('does nothing where nothing is', async () => {
    vi.stubEnv('SPIN_STATE', join(folder, 'none'));
    vi.stubEnv('SPIN_RUN', join(folder, 'none'));
    const { machine, done } = machineWith({ user: false });
    expect(await uninstall(['--yes'], machine)).toBe(0);
    expect(done).toEqual(['remove the service', 'release none']);
  });

  test('says what could not be removed', async () => {
    vi.stubEnv('SPIN_STATE', join(folder, 'state'));
    vi.stubEnv('SPIN_RUN', join(folder, 'run'));
    const { machine } = machineWith({ user: true, obeys: false });
    await expect(uninstall(['--yes'], machine)).rejects.toThrow('the user "spin" could not be removed');
    const stuck = machineWith({ user: true, releases: false });
    await expect(uninstall(['--yes'], stuck.machine)).rejects.toThrow('not all could be given back');
    expect(stuck.done).toEqual(['remove the service', expect.stringMatching('release')]);
  });
});
