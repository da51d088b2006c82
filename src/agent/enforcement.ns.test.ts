import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AGENT_SOCKET, type RunConfig } from '../contract/config.ts';
import { KEPT_POLICY, KERNEL_SETTINGS, SWITCHED_OFF } from '../contract/files.ts';
import { gatewayConfig } from '../contract/testing.ts';
import { EnforcingBed, FAR, HOME, openPolicy, ROUTER, withDevice } from '../enforce/testing/bed.ts';
import type { DesiredPolicy } from '../model/policy.ts';
import { cannotRun, until } from '../source/live/testbed.ts';
import { Controller, START_MS } from './testing/controller.ts';

const reason = cannotRun();
const MAIN = join(import.meta.dirname, 'main.ts');
/** An answer takes well below a millisecond; a busy machine may take long. */
const PATIENCE = 10_000;
/** As long as an answer is awaited that must not come. */
const SILENCE = 150;
/** A beat, and a look at the kernel that is due. */
const NOTICED = 15_000;

const blocked = openPolicy({ blocks: [{ id: 'b', device: 'd-1' }] });
const broken = (policy: DesiredPolicy): DesiredPolicy => ({ ...policy, hold: 1.5 });

let bed: EnforcingBed;
let runDir: string;
let clean: Array<() => void>;

beforeEach(async () => {
  clean = [];
  runDir = mkdtempSync(join(tmpdir(), 'spin-enforcing-'));
  bed = await EnforcingBed.make({ nat: true });
});

afterEach(async () => {
  for (const act of clean.reverse()) act();
  await bed.remove();
  rmSync(runDir, { recursive: true });
});

function launch(config: Partial<RunConfig> = {}): ChildProcess {
  const file = join(runDir, 'config.json');
  writeFileSync(file, JSON.stringify(gatewayConfig({ stateDir: runDir, runDir }, config)));
  const child = bed.bed.start(bed.bed.router, [process.execPath, MAIN, file]);
  clean.push(() => child.kill('SIGKILL'));
  return child;
}

async function meet(): Promise<Controller> {
  const controller = await Controller.meet(join(runDir, AGENT_SOCKET));
  clean.push(() => controller.socket.destroy());
  return controller;
}

async function kill(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): Promise<number | null> {
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  child.kill(signal);
  return ended;
}

const nft = (...args: string[]) => bed.bed.run(bed.bed.router, ['nft', ...args]);
const passes = (address: string = FAR.v4, wait = PATIENCE) =>
  bed.device.tell({ do: 'udp', address, port: 443, wait }) as Promise<boolean>;
const otherPasses = () => bed.other.tell({ do: 'udp', address: FAR.v4, port: 443, wait: PATIENCE });

/** Whether nothing comes back and nothing arrives. */
async function isCut(): Promise<boolean> {
  const before = bed.arrived(17, 443);
  const answers = [await passes(FAR.v4, SILENCE), await passes(FAR.v6, SILENCE)];
  return !answers.includes(true) && bed.arrived(17, 443) === before;
}

const inForce = { result: 'in-force' };
const whole = () => until('the file', () => has(KEPT_POLICY));
const has = (name: string) => {
  try {
    return readFileSync(join(runDir, name), 'utf8').length > 0;
  } catch {
    return false;
  }
};

describe.skipIf(reason)(`an agent that enforces${reason ? ` (skipped: ${reason})` : ''}`, () => {
  it('brings policies in force, says so by their numbers, and tells what they stopped', async () => {
    launch();
    const controller = await meet();
    expect(await controller.want(openPolicy())).toMatchObject({ ...inForce, revision: 1 });
    expect(await passes()).toBe(true);
    expect(await controller.want(blocked)).toMatchObject({ ...inForce, revision: 2 });
    expect(await isCut()).toBe(true);
    expect(await otherPasses()).toBe(true);
    await until('the counters', () => controller.stopped('b') >= 2, NOTICED);
    expect(await controller.want(openPolicy())).toMatchObject({ ...inForce, revision: 3 });
    expect(await passes()).toBe(true);
    expect(await passes(FAR.v6)).toBe(true);
  });

  it('passes over policies that were overtaken while they waited', async () => {
    launch();
    const controller = await meet();
    await controller.want(openPolicy());
    const last = Array.from({ length: 40 }, (_, i) => controller.send(i % 2 === 0 ? openPolicy() : blocked)).at(-1)!;
    expect(await controller.wordOn(last)).toMatchObject(inForce);
    expect(await isCut()).toBe(true);
    expect(controller.seen.filter((one) => one.kind === 'enforcement').length).toBeLessThan(20);
  });

  // The promise is of the program: a machine busy with other tests adds to its time, but hardly three times in a row.
  it('tells of a tripwire within a tenth of a second, with who, why and whether it was held', {
    retry: 2,
  }, async () => {
    launch();
    const controller = await meet();
    const limits = { connections: { perSecond: 10, burst: 40 } };
    const ends = { sourceMac: HOME.mac, destinationMac: ROUTER.mac, source: HOME.v4, destination: FAR.v4 };
    const flood = { do: 'flood', interface: 'eth0', rate: 1000, vary: 'sourcePort' } as const;
    const tripped = () => controller.seen.findLast((one) => one.kind === 'tripped');
    await controller.want(withDevice({ mode: 'enforce', limits }));
    const began = Date.now();
    const first = bed.device.tell({ ...flood, frame: { ...ends, protocol: 6 }, count: 500 });
    await until('the word', () => tripped() !== undefined, PATIENCE);
    const who = { mac: HOME.mac, reason: 'connections', mode: 'enforce' };
    expect(tripped()).toMatchObject({ ...who, to: { protocol: 6, address: FAR.v4 } });
    // The limit is crossed with the packet after the burst, at the 41st millisecond.
    expect(tripped()!.at - began).toBeLessThan(41 + 100);
    await first;
    await controller.want(withDevice({ mode: 'enforce', volume: 'watch', limits }));
    // Each device and reason is told of once a second.
    await bed.device.tell({ ...flood, frame: { ...ends, protocol: 6 }, count: 1500 });
    await until('the word', () => tripped()?.mode === 'watch', PATIENCE);
    await until('what was stopped', () => controller.stopped('d-1') > 200, NOTICED);
  });

  it('counts devices as a whole while there are more connections than can be read every second', async () => {
    const agent = launch();
    const controller = await meet();
    await controller.want(openPolicy());
    const ends = {
      sourceMac: HOME.mac,
      destinationMac: ROUTER.mac,
      source: HOME.v4,
      destination: FAR.v4,
      protocol: 17,
    };
    const flood = { do: 'flood', interface: 'eth0', rate: 6000, vary: 'sourcePort', frame: ends } as const;
    await bed.device.tell({ ...flood, count: 12_000 });
    expect(bed.conntrackCount()).toBeGreaterThan(10_000);
    const totals = () => controller.seen.flatMap((one) => (one.kind === 'totals' ? one.sent : []));
    const isTold = () => totals().some(({ mac }) => mac === HOME.mac);
    const end = performance.now() + NOTICED;
    while (!isTold() && performance.now() < end) await passes();
    expect(isTold()).toBe(true);
    await kill(agent, 'SIGTERM');
    expect(nft('list', 'tables')).not.toContain('spin-totals');
  });

  it('leaves what is blocked blocked when the controller is gone, and tells the next one', async () => {
    launch();
    const first = await meet();
    await first.want(blocked);
    expect(await isCut()).toBe(true);
    first.socket.destroy();
    expect(await isCut()).toBe(true);
    const second = await meet();
    await until('the word', () => second.enforcement()?.revision === 1);
    await until('what was stopped until now', () => second.stopped('b') >= 4, NOTICED);
    expect(await otherPasses()).toBe(true);
  });

  it('killed at any moment, leaves all of a policy or nothing of it, and the next agent goes on', async () => {
    let agent = launch();
    let controller = await meet();
    await controller.want(openPolicy());
    for (const after of [0, 1, 3, 10, 30]) {
      controller.send(blocked);
      await new Promise((resolve) => setTimeout(resolve, after));
      await kill(agent);
      const cut = await isCut();
      expect(cut || ((await passes()) && (await passes(FAR.v6)))).toBe(true);
      agent = launch();
      controller = await meet();
      expect(await isCut()).toBe(cut);
      expect(await controller.want(blocked)).toMatchObject(inForce);
      expect(await isCut()).toBe(true);
      expect(await controller.want(openPolicy())).toMatchObject(inForce);
    }
    expect(await passes()).toBe(true);
  });

  it('stopped, leaves what is blocked blocked', async () => {
    const agent = launch();
    await (await meet()).want(blocked);
    expect(await kill(agent, 'SIGTERM')).toBe(0);
    expect(await isCut()).toBe(true);
    expect(has(KERNEL_SETTINGS)).toBe(false);
  });

  it('after a reboot blocks again before any controller is there', async () => {
    const agent = launch();
    await (await meet()).want(blocked);
    await whole();
    await kill(agent);
    nft('delete', 'table', 'inet', 'spin');
    bed.bed.run(bed.bed.router, ['conntrack', '-F']);
    expect(await passes()).toBe(true);
    launch();
    const controller = await meet();
    expect(controller.enforcement()).toMatchObject({ ...inForce, revision: -1 });
    expect(await isCut()).toBe(true);
    expect(await otherPasses()).toBe(true);
  });

  it('sets a kept policy that is broken aside, says so and goes on', async () => {
    writeFileSync(join(runDir, KEPT_POLICY), '{"version":1,"policy":{"lan":[]');
    launch();
    const controller = await meet();
    expect(await controller.want(blocked)).toMatchObject(inForce);
    expect(has(`${KEPT_POLICY}.broken`)).toBe(true);
    await whole();
  });

  it('says what is wrong with a policy, and keeps what was in force', async () => {
    launch();
    const controller = await meet();
    await controller.want(blocked);
    expect(await controller.want(broken(openPolicy()))).toMatchObject({
      result: 'refused',
      message: expect.stringContaining('hold'),
    });
    expect(await isCut()).toBe(true);
  });

  it('brings a policy in force as soon as the kernel takes it', async () => {
    // A table that a living process owns is nobody else's to change.
    const owner = bed.bed.start(bed.bed.router, ['nft', '-i']);
    clean.push(() => owner.kill('SIGKILL'));
    owner.stdin.write('add table inet spin { flags owner; }\n');
    await until('the obstacle', () => nft('list', 'tables').includes('inet spin'));
    launch();
    const controller = await meet();
    const refusal = await controller.want(blocked);
    expect(refusal).toMatchObject({ result: 'refused', message: expect.stringMatching(/not permitted.*tried again/) });
    expect(await passes()).toBe(true);
    await kill(owner);
    await until('the policy', () => controller.enforcement()?.result === 'in-force', START_MS);
    expect(controller.enforcement()?.revision).toBe(1);
    expect(await isCut()).toBe(true);
  });

  it('brings back what somebody else changed or removed, and says what it was', async () => {
    launch();
    const controller = await meet();
    await controller.want(blocked);
    nft('delete', 'element', 'inet', 'spin', 'block_out_device', `{ ${HOME.mac} }`);
    await until('the repair', () => controller.enforcement()?.message?.includes(HOME.mac) === true, NOTICED);
    expect(await isCut()).toBe(true);
    nft('flush', 'ruleset');
    await until('the repair', () => controller.enforcement()?.message?.includes('not there') === true, NOTICED);
    expect(await isCut()).toBe(true);
  });

  it('goes on, and a restarted agent too, when an attacker has filled the kernel’s sets', async () => {
    const agent = launch();
    const first = await meet();
    await first.want(openPolicy());
    const keyOf = (i: number) => `${HOME.mac} . 10.${i >> 16}.${(i >> 8) & 255}.${i & 255} timeout 1h`;
    const fill = Array.from({ length: 30 }, (_, n) => {
      const keys = Array.from({ length: 4000 }, (_, i) => keyOf(n * 4000 + i));
      return `add element inet spin destination4 { ${keys.join(', ')} }\n`;
    });
    bed.bed.run(bed.bed.router, ['nft', '-f', '-'], fill.join(''));
    expect(await first.want(blocked)).toMatchObject(inForce);
    expect(await isCut()).toBe(true);
    await until('the counters', () => first.stopped('b') >= 2, NOTICED * 2);
    await kill(agent);
    launch();
    const second = await meet();
    expect(await second.want(blocked)).toMatchObject(inForce);
    expect(await isCut()).toBe(true);
    expect(await otherPasses()).toBe(true);
  });

  it('enforces nothing beside another instance, says so, and does as soon as that one is gone', async () => {
    await bed.apply(openPolicy());
    launch();
    const controller = await meet();
    const refusal = await controller.want(blocked);
    expect(refusal).toMatchObject({ result: 'refused', message: expect.stringContaining('another SPIN enforces') });
    expect(await passes()).toBe(true);
    await bed.forget();
    await until('the policy', () => controller.enforcement()?.result === 'in-force', START_MS);
    expect(await isCut()).toBe(true);
  });

  it('leaves the firewall alone while it is switched off, and enforces again when it is switched on', async () => {
    writeFileSync(join(runDir, SWITCHED_OFF), '');
    launch();
    const controller = await meet();
    expect(await controller.want(blocked)).toMatchObject({
      result: 'refused',
      message: expect.stringContaining('panic-off'),
    });
    expect(await passes()).toBe(true);
    rmSync(join(runDir, SWITCHED_OFF));
    await until('the policy', () => controller.enforcement()?.result === 'in-force', NOTICED);
    expect(await isCut()).toBe(true);
  });

  it.each([
    ['watching', { mode: 'watch', lan: [], watch: 'lan' }],
    ['playing a file', { mode: 'read', lan: [], demo: 'recorded-home', file: '/dev/null' }],
  ] as Array<[string, Partial<RunConfig>]>)(
    'touches no firewall and no setting while %s, whatever it is sent',
    async (_, config) => {
      const state = () => [
        nft('list', 'ruleset'),
        bed.bed.run(bed.bed.router, ['sh', '-c', 'grep -rs . /proc/sys/net/netfilter | grep -v conntrack_count']),
      ];
      const before = state();
      const agent = launch(config);
      const controller = await meet();
      for (const policy of [openPolicy(), blocked])
        expect(await controller.want(policy)).toMatchObject({ result: 'passive' });
      expect(await passes()).toBe(true);
      expect(state()).toEqual(before);
      await kill(agent, 'SIGTERM');
      expect(state()).toEqual(before);
    },
  );
});
