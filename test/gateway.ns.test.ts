import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { whyNoNamespaces } from '../src/cli/virtual-home.ts';
import { eventually, type Ready, ROOT, StartRun, spin } from './start-run.ts';
import { FAR, HOME, ROUTER, Street } from './street.ts';

/** Longest times, ms, on two busy cores. */
const READY = 90_000;
const SEEN = 30_000;

const PASSWORD = 'green bicycle lamp';
const obstacle = whyNoNamespaces();
const reason = obstacle ? ` (skipped: ${obstacle})` : '';

describe.skipIf(obstacle)(`spin start on a router${reason}`, () => {
  let street: Street;
  let run: StartRun;
  let ready: Ready;
  let before: string;
  let port: string;

  beforeAll(async () => {
    street = new Street();
    await street.serve();
    before = street.snapshot();
    run = new StartRun(street.inRouter, ['--lan', 'lan', '--wan', 'wan']);
    ready = await run.ready(READY);
    port = new URL(ready.url).port;
  }, READY + 20_000);

  afterAll(async () => {
    await run?.clear();
    street?.remove();
  });

  const at = (address: string, path = '/') =>
    `http://${address.includes(':') ? `[${address}]` : address}:${port}${path}`;
  const setUp = (namespace: string, code: string) =>
    street.ask(namespace, at(ROUTER.v4, '/api/setup'), '', JSON.stringify({ code, password: PASSWORD }));

  test('names the addresses of the home side first', () => {
    expect(ready.urls).toEqual([at(ROUTER.v4), at(ROUTER.v6), at('127.0.0.1')]);
  });

  test.each([ROUTER.v4, ROUTER.v6])('the page answers the home at %s', (address) => {
    expect(street.ask(street.home, at(address))).toMatchObject({ status: 200, body: expect.stringMatching(/<html/i) });
  });

  test.each([ROUTER.v4, ROUTER.v6, ROUTER.wan4, ROUTER.wan6])('nothing answers the internet side at %s', (address) => {
    expect(street.ask(street.far, at(address))).toEqual({ error: expect.any(String) });
  });

  test('a name that is not SPIN’s is refused, so that no web site can take its place', () => {
    expect(street.ask(street.home, at(ROUTER.v4), 'attacker.example')).toMatchObject({ status: 421 });
  });

  test('a host of the home that is faster than the owner, but lacks the code, sets no password', () => {
    expect(setUp(street.home, 'AAAA-AAAA')).toMatchObject({ status: 403, body: expect.stringContaining('wrong-code') });
    expect(street.ask(street.home, at(ROUTER.v4, '/api/session')).body).toContain('"setup"');
    expect(street.ask(street.home, at(ROUTER.v4, '/api/home'))).toMatchObject({ status: 401 });
  });

  test.each([
    ['IPv4', FAR.v4, HOME.v4],
    ['IPv6', `[${FAR.v6}]`, HOME.v6],
  ])('the host and whom it talks to over %s appear', async (_family, far, home) => {
    expect(street.ask(street.home, `http://${far}/`)).toMatchObject({
      status: 200,
      body: expect.stringMatching(/^x{20000}$/),
    });
    const device = await eventually('seeing the host', SEEN, () =>
      run
        .devices()
        .find((one) => one.macs.includes(HOME.mac) && one.addresses.includes(home) && one.bytesDown > 20_000),
    );
    expect(device.bytesUp).toBeGreaterThan(0);
    const { output } = run.ask('status', '--json');
    expect(JSON.parse(output)).toMatchObject({ agent: { connected: true }, run: { mode: 'gateway' } });
  });

  test('the owner, with the code, signs in and sees the conversation', async () => {
    const answer = setUp(street.home, ready.code!);
    expect(answer.status).toBe(200);
    expect(setUp(street.home, ready.code!)).toMatchObject({ status: 409 });
    expect(run.ask('status').output).toContain('this router’s home');
    expect(run.ask('devices').output).toContain(HOME.mac);
  });

  test('a password is set from the command line as well', () => {
    const state = run.record().stateDir;
    const set = (password: string) => spin(street.inRouter, ['passwd', '--state', state], `${password}\n`);
    expect(set('short')).toMatchObject({ status: 1, errors: expect.stringContaining('at least') });
    expect(set(`${PASSWORD} new`)).toMatchObject({ status: 0 });
    const login = (password: string) =>
      street.ask(street.home, at(ROUTER.v4, '/api/login'), '', JSON.stringify({ password })).status;
    expect(login(PASSWORD)).toBe(403);
    expect(login(`${PASSWORD} new`)).toBe(200);
  });

  test('what a killed SPIN changed on the machine is given back by the next command', async () => {
    expect(street.snapshot()).toContain('table inet spin');
    const record = run.record();
    for (const { pid } of [record.supervisor, ...record.children]) process.kill(pid, 'SIGKILL');
    expect(run.ask('stop', '--open').status).toBe(0);
    expect(street.snapshot()).toBe(before);
  });

  test('stopping it gives everything back where nothing is to stay blocked', async () => {
    const again = new StartRun(street.inRouter, ['--lan', 'lan', '--wan', 'wan']);
    try {
      await again.ready(READY);
      expect(street.snapshot()).toContain('table inet spin');
      expect(again.ask('stop', '--open')).toMatchObject({
        status: 0,
        errors: expect.stringContaining('nothing of SPIN'),
      });
      expect(street.snapshot()).toBe(before);
      expect(readdirSync(again.runDir)).toEqual([]);
    } finally {
      await again.clear();
    }
  });

  test('listening alone changes nothing', async () => {
    const watch = new StartRun(street.inRouter, ['--watch', 'lan']);
    try {
      expect(await watch.ready(READY)).toMatchObject({ mode: 'watch', urls: [expect.stringContaining('127.0.0.1')] });
      street.ask(street.home, `http://${FAR.v4}/`);
      await eventually('seeing the host', SEEN, () => watch.devices().find((one) => one.macs.includes(HOME.mac)));
      expect(street.snapshot()).toBe(before);
      expect(await watch.stop()).toBe(0);
      expect(street.snapshot()).toBe(before);
    } finally {
      await watch.clear();
    }
  });

  test('a recording is played', async () => {
    const file = join(ROOT, 'lab/recorded/ordinary-evening.pcap.gz');
    const play = new StartRun(street.inRouter, ['--read', file, '--speed', '0']);
    try {
      expect(await play.ready(READY)).toMatchObject({ mode: 'read' });
      await eventually('seeing its devices', SEEN, () => (play.devices().length >= 8 ? true : undefined));
      expect(await play.stop()).toBe(0);
    } finally {
      await play.clear();
    }
  });
});

describe.skipIf(obstacle)(`a mistake at the start costs one line with the way out${reason}`, () => {
  let street: Street;
  let folder: string;

  beforeAll(() => {
    street = new Street();
    folder = mkdtempSync(join(tmpdir(), 'spin-mistakes-'));
    writeFileSync(join(folder, 'file'), '');
    mkdirSync(join(folder, 'locked'), { mode: 0o700 });
  });

  afterAll(() => {
    street.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  const start = (...options: string[]) =>
    spin(street.inRouter, ['start', '--run', join(folder, 'run'), '--state', join(folder, 'state'), ...options]);
  const guard = ['--lan', 'lan', '--wan', 'wan', '--port', '0'];

  test.each<[string, string[], number, RegExp]>([
    ['an interface that is not there', ['--lan', 'nowhere', '--wan', 'wan'], 64, /no network interface "nowhere"/],
    ['no side towards the internet', ['--lan', 'lan'], 64, /needs --lan and --wan/],
    ['all addresses', [...guard, '--listen', '0.0.0.0'], 64, /also those towards the internet/],
    ['the address towards the internet', [...guard, '--listen', ROUTER.wan4], 64, /never offered there/],
    [
      'an address of another machine',
      [...guard, '--listen', '192.0.2.77'],
      64,
      /does not have the address 192\.0\.2\.77/,
    ],
    ['a demo for others', ['--listen', ROUTER.v4], 64, /shown on this machine alone/],
    ['an unknown option', ['--frobnicate'], 64, /see spin start --help/],
    ['a port that does not exist', [...guard, '--port', '65536'], 64, /--port takes/],
    ['a folder as a capture', ['--read', '/etc'], 64, /is a folder/],
  ])('%s', (_what, options, code, line) => {
    const answer = start(...options);
    expect(answer.errors.trim().split('\n')).toEqual([expect.stringMatching(line)]);
    expect(answer).toMatchObject({ status: code, output: '' });
  });

  test.each<[string, string, RegExp]>([
    ['a file', 'file', /cannot be made: .*; choose another with --state/],
    ['out of reach of the dashboard’s user', 'locked/state', /cannot write in .*; choose another place with --state/],
  ])('a state folder that is %s', (_what, name, line) => {
    const answer = start(...guard, '--state', join(folder, name));
    expect(answer.errors.trim().split('\n')).toEqual([expect.stringMatching(line)]);
    expect(answer.status).toBe(1);
  });

  test('folders where nothing can be made', () => {
    expect(start(...guard, '--state', '/proc/spin')).toMatchObject({
      status: 1,
      errors: expect.stringMatching(/--state\n$/),
    });
    expect(start(...guard, '--run', '/proc/spin')).toMatchObject({
      status: 1,
      errors: expect.stringMatching(/--run\n$/),
    });
  });

  test('a port that is taken', async () => {
    await street.serve(street.router);
    const answer = start(...guard, '--port', `${FAR.port}`);
    expect(answer).toMatchObject({ status: 1, errors: expect.stringMatching(/another program uses port 80 .*--port/) });
  });

  test('nothing was left behind by any of them', () => {
    expect(readdirSync(join(folder, 'run'))).toEqual([]);
    expect(street.snapshot()).not.toContain('inet spin');
  });

  test('asking where nothing runs', () => {
    for (const command of ['status', 'devices']) {
      const answer = spin(street.inRouter, [command, '--run', join(folder, 'run')]);
      expect(answer).toMatchObject({ status: 4, errors: expect.stringContaining('Start it with: spin start') });
    }
    expect(spin(street.inRouter, ['stop', '--run', join(folder, 'run')])).toMatchObject({ status: 0 });
    expect(existsSync(join(folder, 'run/spin.json'))).toBe(false);
  });
});
