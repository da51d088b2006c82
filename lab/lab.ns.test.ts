import { type ChildProcess, execFile, spawn } from 'node:child_process';
import dgram from 'node:dgram';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from './command.ts';
import { identify, isAlive, type LabInfo, load, namespaces, type ProcessId, RUN_DIRECTORY } from './instance.ts';
import { down, living } from './lab.ts';
import { openUdp } from './netns.ts';
import { DEVICES } from './plan.ts';
import { type LabStatus, statusOf } from './status.ts';

const MAIN = join(import.meta.dirname, 'main.ts');
const isRoot = process.getuid?.() === 0;
const run = promisify(execFile);
const lab = (...args: string[]) => run(process.execPath, [MAIN, ...args], { timeout: 60_000 });
const started: ChildProcess[] = [];

/** Starts `run --new` and waits for the line that tells what a guard needs. */
async function play(...args: string[]): Promise<{ child: ChildProcess; info: LabInfo; log: () => string }> {
  const child = spawn(process.execPath, [MAIN, 'run', '--new', '--json', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  let said = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    said += chunk;
  });
  let log = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    log += chunk;
  });
  await until('the lab to tell of itself', 20_000, () => said.includes('\n') || child.exitCode !== null);
  return { child, info: JSON.parse(said) as LabInfo, log: () => log };
}

const status = (id: string): Promise<LabStatus> => statusOf(load(id)!);
const processesOf = (id: string): ProcessId[] => load(id)?.processes ?? [];

function expectNothingLeft(id: string, processes: readonly ProcessId[]): void {
  expect(namespaces(id)).toEqual([]);
  expect(existsSync(join(RUN_DIRECTORY, id))).toBe(false);
  expect(processes.filter(isAlive)).toEqual([]);
}

async function joined(id: string): Promise<void> {
  await until('every device to have an IPv4 and a global IPv6 address', 15_000, async () => {
    const { devices } = await status(id).catch(() => ({ devices: [] }));
    return (
      devices.length === DEVICES.length &&
      devices.every(
        ({ addresses }) =>
          addresses.some((a) => a.startsWith('192.168.77.')) && addresses.some((a) => a.startsWith('2001:db8:77:')),
      )
    );
  });
}

describe.skipIf(!isRoot)(`the virtual home${isRoot ? '' : ' (skipped: network namespaces need root)'}`, () => {
  afterAll(async () => {
    for (const child of started) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    for (const { info } of living())
      if (started.some(({ pid }) => load(info.id)?.keeper.pid === pid)) await down(info.id);
  });

  describe('while a scenario plays', () => {
    let info: LabInfo;
    let child: ChildProcess;
    let log: () => string;
    beforeAll(async () => {
      ({ info, child, log } = await play('ordinary-evening'));
      await joined(info.id);
    });

    it('leaves the host without any interface of its own', () => {
      const names = Object.keys(networkInterfaces()).concat(readdirSync('/sys/class/net'));
      for (const name of [
        info.router.lan,
        info.router.wan,
        info.internet.interface,
        ...DEVICES.map((device) => device.name),
      ]) {
        expect(names).not.toContain(name);
      }
    });

    it('has a lease of every device in the file that it names', () => {
      const leases = readFileSync(info.router.leaseFile, 'utf8');
      for (const { mac, hostname } of DEVICES)
        expect(leases).toMatch(new RegExp(`^\\d+ ${mac} [0-9.]+ ${hostname} `, 'm'));
    });

    it('gives phone and laptop temporary addresses beside their stable ones', async () => {
      const { devices } = await status(info.id);
      const count = (name: string) => devices.find((device) => device.name === name)?.addresses.length ?? 0;
      expect(count('phone')).toBe(5);
      expect(count('laptop')).toBe(5);
      expect(count('camera')).toBe(3);
    });

    it('has every device do something, and none of it fail', async () => {
      await until('all devices to act', 20_000, async () =>
        (await status(info.id)).devices.every(({ tally }) => (tally?.acts ?? 0) > 0),
      );
      const failures = (await status(info.id)).devices.flatMap(({ name, tally }) =>
        tally?.failed ? [`${name}: ${tally.lastFailure}`] : [],
      );
      expect(failures).toEqual([]);
    });

    it('gets every heartbeat of the smoke alarm acknowledged', async () => {
      const alarm = async () => (await status(info.id)).devices.find(({ kind }) => kind === 'smoke-alarm')?.tally;
      await until('three heartbeats', 20_000, async () => ((await alarm())?.sent ?? 0) >= 3);
      await until('all of them to be acknowledged', 5000, async () => {
        const tally = await alarm();
        return tally !== undefined && tally.sent === tally.acknowledged;
      });
    });

    it('counts what reaches the sinks', async () => {
      const socket = dgram.createSocket('udp4');
      const listening = once(socket, 'listening');
      socket.bind({ fd: openUdp(info.devices[0]!.namespace, 4) });
      await listening;
      for (let i = 0; i < 3; i++) socket.send(Buffer.alloc(72), 9, '198.51.100.200');
      await until('all to arrive', 3000, async () => (await status(info.id)).sunk.packets >= 3);
      socket.close();
      expect((await status(info.id)).sunk).toEqual({ packets: 3, bytes: 300 });
    });

    it('goes at a signal and leaves nothing', async () => {
      const processes = processesOf(info.id);
      child.kill('SIGTERM');
      const [code] = await once(child, 'exit');
      expect(code, log()).toBe(0);
      expectNothingLeft(info.id, processes);
    });
  });

  it('can be there twice at a time', async () => {
    const both = await Promise.all([play('quiet-night'), play('quiet-night')]);
    expect(both[0].info.id).not.toBe(both[1].info.id);
    await Promise.all(both.map(({ info }) => joined(info.id)));
    both[0].child.kill('SIGINT');
    await once(both[0].child, 'exit');
    expectNothingLeft(both[0].info.id, []);
    expect((await status(both[1].info.id)).devices).toHaveLength(DEVICES.length);
    both[1].child.kill('SIGINT');
    await once(both[1].child, 'exit');
  });

  it('is cleaned up by "down --dead" after its process was killed, and no other home is', async () => {
    const { child, info } = await play('quiet-night');
    await joined(info.id);
    const processes = processesOf(info.id);
    // Which stay when their processes end, until somebody clears them away: any "spin start" does, also a test's.
    expect(namespaces(info.id)).not.toEqual([]);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await until('the kernel to end its processes', 5000, () => processes.every((process) => !isAlive(process)));
    const alive = await play('quiet-night');
    await lab('down', '--dead');
    expectNothingLeft(info.id, processes);
    expect((await status(alive.info.id)).devices).toHaveLength(DEVICES.length);
  });

  it('ends when the program that started it ends', async () => {
    const script = `const { spawn } = require('node:child_process');
      const child = spawn(process.execPath, [${JSON.stringify(MAIN)}, 'run', '--new', '--json'], { stdio: ['ignore', 'inherit', 'ignore'] });
      process.stdout.write(child.pid + '\\n');`;
    const parent = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    started.push(parent);
    let said = '';
    parent.stdout?.on('data', (chunk: Buffer) => {
      said += chunk;
    });
    await until('the lab to tell of itself', 20_000, () => said.includes('"id"') && said.endsWith('\n'));
    const [pid = '', line = ''] = said.split('\n');
    const { id } = JSON.parse(line) as LabInfo;
    const keeper = identify(Number(pid));
    parent.kill('SIGKILL');
    await until('the lab to be gone', 20_000, () => !isAlive(keeper) && load(id) === undefined);
    expectNothingLeft(id, []);
  });

  it('stays after "up" until "down"', async () => {
    const { stdout } = await lab('up', '--json');
    const info = JSON.parse(stdout) as LabInfo;
    try {
      const processes = processesOf(info.id);
      expect(processes.filter(isAlive)).toHaveLength(4);
      await lab('down', info.id);
      expectNothingLeft(info.id, processes);
    } finally {
      await down(info.id);
    }
  });

  it('records what crosses the home network, with both directions of every device', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'spin-lab-test-'));
    try {
      const file = join(folder, 'home.pcap.gz');
      const { stdout } = await lab('record', file, '--for', '12', '--json');
      const counted = (JSON.parse(stdout) as { packets: number }).packets;
      const { packets, sources, targets } = read(gunzipSync(readFileSync(file)));
      expect(packets).toBe(counted);
      for (const { mac } of DEVICES) {
        expect(sources).toContain(mac);
        expect(targets).toContain(mac);
      }
      expect(readdirSync(folder)).toEqual(['home.pcap.gz']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('says in one line what it does not understand', async () => {
    const failed = await lab('fly').then(
      () => undefined,
      (error: { code: number; stderr: string }) => error,
    );
    expect(failed).toMatchObject({ code: 64, stderr: expect.stringMatching(/^spin lab: no command "fly"\n/) });
  });
});

function read(bytes: Buffer): { packets: number; sources: Set<string>; targets: Set<string> } {
  const [sources, targets] = [new Set<string>(), new Set<string>()];
  let packets = 0;
  for (let at = 24; at < bytes.length; at += 16 + bytes.readUInt32LE(at + 8), packets++) {
    const mac = (from: number) => bytes.toString('hex', at + 16 + from, at + 22 + from).replaceAll(/(..)(?=.)/g, '$1:');
    targets.add(mac(0));
    sources.add(mac(6));
  }
  return { packets, sources, targets };
}
