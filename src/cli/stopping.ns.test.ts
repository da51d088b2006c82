import { type ChildProcess, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Controller } from '../agent/testing/controller.ts';
import { AGENT_SOCKET, type RunConfig } from '../contract/config.ts';
import { KEPT_POLICY, KERNEL_SETTINGS, SWITCHED_OFF } from '../contract/files.ts';
import { gatewayConfig } from '../contract/testing.ts';
import { EnforcingBed, FAR, openPolicy } from '../enforce/testing/bed.ts';
import { cannotRun, until } from '../source/live/testbed.ts';
import { ROOT } from './places.ts';
import { identify } from './process.ts';

const reason = cannotRun();
/** Longest times, ms, on two busy cores. */
const PATIENCE = 10_000;
const SILENCE = 150;
const ENDS = 20_000;
const HOOK = '/proc/sys/net/bridge/bridge-nf-call-iptables';

const blocked = openPolicy({ blocks: [{ id: 'b', device: 'd-1' }] });

let bed: EnforcingBed;
let folder: string;
let clean: Array<() => void>;

beforeEach(async () => {
  clean = [];
  folder = mkdtempSync(join(tmpdir(), 'spin-stopping-'));
  mkdirSync(stateDir(), { recursive: true });
  mkdirSync(runDir());
  bed = await EnforcingBed.make({ nat: true });
});

afterEach(async () => {
  for (const act of clean.reverse()) act();
  await bed.remove();
  rmSync(folder, { recursive: true });
});

const runDir = () => join(folder, 'run');
const stateDir = () => join(folder, 'state/homes/gateway');
const settings = () => join(runDir(), KERNEL_SETTINGS);

/** An agent that enforces, with the record that "spin start" would keep of it. */
async function guard(config: Partial<RunConfig> = {}): Promise<ChildProcess> {
  const file = join(runDir(), 'config.json');
  writeFileSync(file, JSON.stringify(gatewayConfig({ stateDir: stateDir(), runDir: runDir() }, config)));
  const agent = bed.bed.start(bed.bed.router, [process.execPath, join(ROOT, 'src/agent/main.ts'), file]);
  clean.push(() => agent.kill('SIGKILL'));
  const record = { supervisor: identify(agent.pid!), children: [], asked: '', stateDir: stateDir(), since: 0 };
  writeFileSync(join(runDir(), 'spin.json'), JSON.stringify(record));
  const controller = await Controller.meet(join(runDir(), AGENT_SOCKET));
  clean.push(() => controller.socket.destroy());
  expect((await controller.want(blocked)).result).toMatch(/in-force|refused/);
  return agent;
}

function spin(namespace: string, ...args: string[]) {
  const command = ['netns', 'exec', namespace, join(ROOT, 'bin/spin'), ...args, '--run', runDir()];
  const { status, stderr } = spawnSync('ip', command, { encoding: 'utf8', timeout: 60_000 });
  return { status, said: stderr };
}
const here = (...args: string[]) => spin(bed.bed.router, ...args);
const panic = (...args: string[]) => here('panic-off', '--state', join(folder, 'state'), ...args);

const passes = (wait = PATIENCE) => bed.device.tell({ do: 'udp', address: FAR.v4, port: 443, wait });
const isCut = async () => !(await passes(SILENCE));
const hasEnded = (agent: ChildProcess) =>
  until('the end', () => agent.exitCode !== null || agent.signalCode !== null, ENDS);
const tables = () => bed.bed.run(bed.bed.router, ['nft', 'list', 'tables']);

describe.skipIf(reason)(`stopping${reason ? ` (skipped: ${reason})` : ''}`, () => {
  it('leaves what is blocked blocked, says so, and opens it when asked later', async () => {
    const agent = await guard();
    expect(here('stop')).toMatchObject({ status: 0, said: expect.stringContaining('what was blocked stays blocked') });
    await hasEnded(agent);
    expect(await isCut()).toBe(true);
    rmSync(join(runDir(), 'spin.json'));
    expect(here('stop', '--open')).toMatchObject({
      status: 0,
      said: expect.stringContaining('nothing of SPIN is left'),
    });
    expect(await passes()).toBe(true);
    expect(tables()).not.toContain('spin');
    expect(existsSync(settings())).toBe(false);
  });

  it('opens everything where that is asked for, also after a kill', async () => {
    (await guard()).kill('SIGKILL');
    expect(await isCut()).toBe(true);
    expect(here('stop', '--open').status).toBe(0);
    expect(await passes()).toBe(true);
    expect(existsSync(settings())).toBe(false);
    expect(bed.bed.run(bed.bed.router, ['cat', '/proc/sys/net/netfilter/nf_conntrack_acct']).trim()).toBe('0');
  });

  it('does not open what another SPIN guards', async () => {
    await bed.apply(blocked);
    expect(here('stop', '--open')).toMatchObject({ status: 1, said: expect.stringContaining('another SPIN guards') });
    expect(await isCut()).toBe(true);
  });

  it('takes one of --open and --keep-blocks', () => {
    expect(here('stop', '--open', '--keep-blocks')).toMatchObject({ status: 64 });
  });

  it('keeps the bridge hooks for as long as rules stay that need them', async ({ skip }) => {
    if (!existsSync(HOOK)) skip('the kernel has no br_netfilter');
    const hook = () => bed.bed.run(bed.bed.router, ['cat', HOOK]).trim();
    bed.bed.run(bed.bed.router, ['ip', 'link', 'add', 'br9', 'type', 'bridge']);
    bed.bed.write(bed.bed.router, 'net/bridge/bridge-nf-call-iptables', '0');
    const agent = await guard({ lan: ['lan', 'br9'] });
    expect(hook()).toBe('1');
    here('stop', '--keep-blocks');
    await hasEnded(agent);
    expect(hook()).toBe('1');
    expect(JSON.parse(readFileSync(settings(), 'utf8'))).toMatchObject({
      former: { 'net/bridge/bridge-nf-call-iptables': '0' },
    });
    expect(here('stop', '--open').status).toBe(0);
    expect(hook()).toBe('0');
    expect(existsSync(settings())).toBe(false);
  });
});

describe.skipIf(reason)(`panic-off${reason ? ` (skipped: ${reason})` : ''}`, () => {
  it('takes everything out, ends SPIN, and nothing is enforced again until it may be', async () => {
    const agent = await guard();
    expect(await isCut()).toBe(true);
    expect(panic()).toMatchObject({ status: 0, said: expect.stringContaining('nothing of SPIN is left') });
    await hasEnded(agent);
    expect(await passes()).toBe(true);
    expect(tables()).not.toContain('spin');
    expect(existsSync(settings())).toBe(false);
    await guard();
    expect(await passes()).toBe(true);
    expect(panic('--undo')).toMatchObject({ status: 0, said: expect.stringContaining('enforces again') });
    const end = performance.now() + PATIENCE;
    while (!(await isCut()) && performance.now() < end);
    expect(await isCut()).toBe(true);
    expect(panic('--undo').said).toContain('it was not switched off');
  });

  it.each<[string, () => void]>([
    ['the run folder is gone', () => rmSync(runDir(), { recursive: true })],
    [
      'all files are garbage',
      () => {
        for (const name of ['spin.json', 'config.json', KERNEL_SETTINGS]) writeFileSync(join(runDir(), name), '{"a":[');
        writeFileSync(join(stateDir(), KEPT_POLICY), 'garbage');
      },
    ],
    [
      'the state folder is a file',
      () => {
        rmSync(runDir(), { recursive: true });
        rmSync(join(folder, 'state'), { recursive: true });
        writeFileSync(join(folder, 'state'), '');
      },
    ],
  ])('works beside a living agent when %s', async (_, breakIt) => {
    const agent = await guard();
    expect(await isCut()).toBe(true);
    breakIt();
    expect(panic().said).toContain('nothing of SPIN is left');
    await hasEnded(agent);
    expect(await passes()).toBe(true);
    expect(tables()).not.toContain('spin');
  });

  it('works where nothing runs and nothing ever ran', async () => {
    rmSync(runDir(), { recursive: true });
    expect(panic().status).toBe(0);
    await bed.apply(blocked);
    await bed.forget();
    expect(await isCut()).toBe(true);
    expect(panic().status).toBe(0);
    expect(await passes()).toBe(true);
  });

  it('reaches a guard in another network namespace, as of a virtual home', async () => {
    const agent = await guard({ namespace: bed.bed.router });
    expect(await isCut()).toBe(true);
    agent.kill('SIGKILL');
    await hasEnded(agent);
    const outside = spin(bed.bed.home, 'panic-off', '--state', join(folder, 'state'));
    expect(outside.status).toBe(0);
    expect(await passes()).toBe(true);
    expect(existsSync(join(stateDir(), SWITCHED_OFF))).toBe(true);
  });
});
