import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findProgram } from '../src/cli/debian.ts';
import { isAlive, type ProcessIdentity } from '../src/cli/process.ts';
import { whyNoNamespaces } from '../src/cli/virtual-home.ts';
import { eventually, namespaces, type Ready, ROOT, SPIN, StartRun, type Through } from './start-run.ts';

/** Longest times, ms, on two busy cores: a build of the dashboard is among them where it is not there yet. */
const READY = 90_000;
const DEVICES = 60_000;
const RESTART = 30_000;

/** Devices of the virtual home that must be seen; it has ten. */
const AT_LEAST = 8;

const obstacle = whyNoNamespaces();

describe.skipIf(obstacle)(`spin start guards the virtual home${obstacle ? ` (skipped: ${obstacle})` : ''}`, () => {
  let run: StartRun;
  let ready: Ready;
  let all: ProcessIdentity[];
  let namespace: string;

  beforeAll(async () => {
    run = new StartRun();
    ready = await run.ready(READY);
  }, READY + 5_000);

  afterAll(async () => run.clear());

  test('the page answers', async () => {
    const response = await fetch(ready.url);
    expect(response.status).toBe(200);
    expect(await response.text()).toMatch(/<html/i);
    expect(ready).toMatchObject({
      mode: 'gateway',
      demo: 'virtual-home',
      code: expect.stringMatching(/^\w{4}-\w{4}$/),
    });
  });

  test('nobody sees the home without a password or a key', async () => {
    const response = await fetch(new URL('/api/devices', ready.url));
    expect(response.status).toBe(401);
  });

  test('its devices appear', async () => {
    const devices = await eventually('seeing the devices', DEVICES, () => {
      const seen = run.devices();
      return seen.length >= AT_LEAST && seen.filter((one) => one.bytesUp > 0).length >= AT_LEAST ? seen : undefined;
    });
    expect(new Set(devices.map((device) => device.id)).size).toBe(devices.length);
    const { status, output } = run.ask('status', '--json');
    expect(status).toBe(0);
    expect(JSON.parse(output)).toMatchObject({ agent: { connected: true }, run: { demo: 'virtual-home' } });
  });

  test('the controller has no rights', () => {
    const controller = run.child('src/controller/main.ts')!;
    const status = readFileSync(`/proc/${controller.pid}/status`, 'utf8');
    expect(status).not.toMatch(/^Uid:\s+0\b/m);
    expect(status).toMatch(/^CapEff:\s+0+$/m);
  });

  test('a second start says where the first one is', () => {
    const second = run.ask('start', '--state', `${run.folder}/state`);
    expect(second).toMatchObject({ status: 0, errors: expect.stringContaining(`runs already at ${ready.url}`) });
    const other = run.ask('start', '--watch', 'lo');
    expect(other).toMatchObject({ status: 3, errors: expect.stringContaining('another SPIN runs already') });
  });

  test.each(['agent', 'controller'])('a killed %s is started again, and that is said', async (name) => {
    const before = run.child(`src/${name}/main.ts`)!;
    process.kill(before.pid, 'SIGKILL');
    await eventually(`a new ${name}`, RESTART, () => {
      const after = run.child(`src/${name}/main.ts`);
      return after && after.pid !== before.pid ? after : undefined;
    });
    expect(run.said).toContain(`the ${name} ended (SIGKILL); it is started again`);
    await eventually('seeing the home again', RESTART, () => {
      const { status, output } = run.ask('status', '--json');
      if (status !== 0) return undefined;
      const view = JSON.parse(output) as { agent: { connected: boolean }; devices: number };
      return view.agent.connected && view.devices >= AT_LEAST ? view : undefined;
    });
  });

  test('stopping leaves nothing behind', async () => {
    const record = run.record();
    all = [record.supervisor, ...record.children];
    namespace = (JSON.parse(readFileSync(`${run.runDir}/config.json`, 'utf8')) as { namespace: string }).namespace;
    expect(namespaces()).toContain(namespace);
    expect(await run.stop()).toBe(0);
    expect(all.filter(isAlive)).toEqual([]);
    expect(namespaces()).not.toContain(namespace);
    expect(readdirSync(run.runDir)).toEqual([]);
    expect(run.ask('status')).toMatchObject({ status: 4, errors: expect.stringContaining('SPIN does not run') });
  });
});

const setpriv = findProgram('setpriv');
const unshare = findProgram('unshare');
const OTHERS_MAY_READ = 0o005;

function whyNoOtherUser(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root can become another user for a test';
  if (!setpriv || !unshare) return 'setpriv or unshare is missing';
  const readable = (statSync(ROOT).mode & OTHERS_MAY_READ) === OTHERS_MAY_READ;
  return readable ? undefined : 'no other user may read this clone';
}

const noChange = whyNoOtherUser();

describe.skipIf(noChange)(`spin start without root${noChange ? ` (skipped: ${noChange})` : ''}`, () => {
  /** Where the other user finds the clone, whatever folder of root's alone it lies in. */
  let seenAt: string;
  let run: StartRun | undefined;

  beforeAll(() => {
    seenAt = mkdtempSync(join(tmpdir(), 'spin-clone-'));
    chmodSync(seenAt, 0o755);
  });

  afterAll(async () => {
    await run?.clear();
    rmdirSync(seenAt);
  });

  const asNobody: Through = () => [
    ...[unshare!, '--mount', 'sh', '-c', 'mount --bind "$1" "$2" && shift 2 && exec "$@"', 'sh', ROOT, seenAt],
    ...[setpriv!, '--reuid=65534', '--regid=65534', '--clear-groups', '--bounding-set=-all', '--no-new-privs'],
    ...['env', '-u', 'XDG_RUNTIME_DIR', '-u', 'XDG_STATE_HOME', join(seenAt, 'bin/spin')],
  ];

  test('plays a recorded home and says what it cannot do', async () => {
    run = new StartRun(asNobody);
    const ready = await run.ready(READY);
    expect(ready).toMatchObject({ mode: 'read', demo: 'recorded-home' });
    const devices = await eventually('seeing recorded devices', DEVICES, () => {
      const seen = run!.devices();
      return seen.length >= AT_LEAST ? seen : undefined;
    });
    expect(devices.some((device) => device.bytesUp > 0)).toBe(true);
    expect(await run.stop()).toBe(0);
  });
});

test('bin/spin adds next to nothing to the program that it becomes', () => {
  // Everything before the last exec is a few tests and one readlink: no Node.js starts twice.
  const text = readFileSync(SPIN, 'utf8') + readFileSync(`${ROOT}/packaging/prepare.sh`, 'utf8');
  expect(text).toContain('exec "$node"');
  expect(text.match(/exec "\$node"/g)).toHaveLength(2);
});
