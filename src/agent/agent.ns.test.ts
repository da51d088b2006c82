import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { AGENT_SOCKET, type RunConfig } from '../contract/config.ts';
import { gatewayConfig } from '../contract/testing.ts';
import { cannotRun, FAR, HOME, ROUTER, Testbed, until } from '../source/live/testbed.ts';
import { Controller, START_MS } from './testing/controller.ts';

const reason = cannotRun();
const MAIN = join(import.meta.dirname, 'main.ts');
const SENDER = `
const [address, port, count, from] = process.argv.slice(1);
const socket = require('node:dgram').createSocket(address.includes(':') ? 'udp6' : 'udp4');
let left = Number(count);
const next = () => left-- > 0 ? socket.send(Buffer.alloc(1000), Number(port), address, next) : socket.close();
socket.bind(Number(from), next);
`;

/** A query for `thing.example.com`, type A. */
const DNS_QUERY = Buffer.from('\x12\x34\x01\0\0\x01\0\0\0\0\0\0\x05thing\x07example\x03com\0\0\x01\0\x01', 'latin1');

/** Asks the router for it. */
const QUESTION = `
const socket = require('node:dgram').createSocket('udp4');
socket.send(Buffer.from('${DNS_QUERY.toString('hex')}', 'hex'), 53, '${ROUTER.v4}', () => socket.close());
`;

const FAST_PATH = `table inet fast {
  flowtable path {
    hook ingress priority 0
    devices = { lan, wan }
  }
  chain forwarded {
    type filter hook forward priority 0
    meta l4proto { tcp, udp } flow add @path
  }
}
`;

let clean: Array<() => void> = [];
afterEach(() => {
  for (const act of clean.reverse()) act();
  clean = [];
});

function start(config: Partial<RunConfig>, prepare: (bed: Testbed) => void = () => {}) {
  const bed = new Testbed({ nat: true });
  const runDir = mkdtempSync(join(tmpdir(), 'spin-agent-'));
  clean.push(
    () => bed.remove(),
    () => rmSync(runDir, { recursive: true }),
  );
  const file = join(runDir, 'config.json');
  writeFileSync(file, JSON.stringify(gatewayConfig({ stateDir: runDir, runDir }, config)));
  const socket = join(runDir, AGENT_SOCKET);
  prepare(bed);
  const launch = () => {
    const child = bed.start(bed.router, [process.execPath, MAIN, file]);
    clean.push(() => child.kill('SIGKILL'));
    return child;
  };
  return { bed, runDir, socket, launch, agent: launch() };
}

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once('exit', resolve));
}

async function controllerOf(path: string): Promise<Controller> {
  await until('the socket', () => existsSync(path), START_MS);
  const controller = new Controller(path);
  clean.push(() => controller.socket.destroy());
  await until('a source that watches', () => controller.coverage()?.includes('no-conntrack') === false, START_MS);
  return controller;
}

/** A controller of an agent that is about to take a dead one's socket over. */
async function takeOver(path: string): Promise<Controller> {
  const deadline = performance.now() + START_MS;
  while (performance.now() < deadline) {
    const next = new Controller(path);
    clean.push(() => next.socket.destroy());
    await until(
      'an answer',
      () => next.socket.destroyed || next.coverage()?.includes('no-conntrack') === false,
      START_MS,
    );
    if (!next.socket.destroyed) return next;
  }
  throw new Error('no agent took over');
}

/** @param from source port; 0 for any */
const send = (bed: Testbed, address: string, port: number, count: number, from = 0) =>
  bed.run(bed.home, [process.execPath, '-e', SENDER, ...[address, port, count, from].map(String)]);

describe.skipIf(reason)(`the agent${reason ? ` (skipped: ${reason})` : ''}`, () => {
  it('guards a gateway: exact bytes, names asked for, neighbours, itself; and puts everything back', async () => {
    const { bed, socket, agent, runDir } = start({});
    const accounting = () => bed.run(bed.router, ['cat', '/proc/sys/net/netfilter/nf_conntrack_acct']).trim();
    const controller = await controllerOf(socket);
    expect(accounting()).toBe('1');
    expect(statSync(socket).mode & 0o777).toBe(0o660);
    send(bed, FAR.v4, 5001, 20);
    send(bed, FAR.v6, 5002, 10);
    bed.run(bed.home, [process.execPath, '-e', QUESTION]);
    await until(
      'all bytes',
      () => controller.bytes.get(5001) === 20 * 1028 && controller.bytes.get(5002) === 10 * 1048,
    );
    await until('the name', () =>
      controller.has('dns', { name: 'thing.example.com', client: { mac: HOME.mac, address: HOME.v4 } }),
    );
    await until('the neighbour', () =>
      controller.has('neighbour', { mac: HOME.mac, address: HOME.v4, source: 'kernel' }),
    );
    await until('what is home', () =>
      controller.has('source', {
        home: { prefixes: ['192.0.2.0/24', '2001:db8:1::/64'], macs: [] },
        coverage: [{ code: 'headers-not-seen' }],
      }),
    );
    await until('time', () => controller.has('tick', {}));
    agent.kill('SIGTERM');
    expect(await ended(agent)).toBe(0);
    expect(accounting()).toBe('0');
    expect(existsSync(socket)).toBe(false);
    expect(existsSync(join(runDir, 'kernel-settings.json'))).toBe(false);
    expect(bed.run(bed.router, ['nft', 'list', 'tables'])).not.toContain('inet spin');
  });

  it('keeps counting while the controller is away, and counts nothing twice', async () => {
    const { bed, socket } = start({});
    const first = await controllerOf(socket);
    send(bed, FAR.v4, 5003, 10);
    await until('the first part', () => first.bytes.get(5003) === 10 * 1028);
    first.socket.destroy();
    send(bed, FAR.v4, 5003, 7);
    const second = await controllerOf(socket);
    await until('the rest', () => second.bytes.get(5003) === 7 * 1028);
    expect(second.has('neighbour', { mac: HOME.mac, address: HOME.v4 })).toBe(true);
  });

  it('refuses to run twice, and takes over after a crash', async () => {
    const { socket, agent, launch } = start({});
    await controllerOf(socket);
    expect(await ended(launch())).toBe(1);
    agent.kill('SIGKILL');
    await ended(agent);
    expect(existsSync(socket)).toBe(true);
    launch();
    await takeOver(socket);
  });

  it('says that a firewall hands flows to a fast path (skipped where the kernel has no flow tables)', async ({
    skip,
  }) => {
    const { socket } = start({}, (bed) => {
      try {
        bed.run(bed.router, ['nft', '-f', '-'], FAST_PATH);
      } catch {
        skip('the kernel has no flow tables (CONFIG_NF_FLOW_TABLE)');
      }
    });
    const controller = await controllerOf(socket);
    await until('the note', () => controller.coverage()?.includes('flow-offload') === true);
  });

  it('goes on when an interface vanishes and comes back', async () => {
    const { bed, socket } = start({});
    const controller = await controllerOf(socket);
    bed.unplug();
    await until('the note', () => controller.coverage()?.includes('no-capture') === true);
    bed.plug();
    await until('the capture', () => controller.coverage()?.includes('no-capture') === false);
    send(bed, FAR.v4, 5006, 5);
    bed.run(bed.home, [process.execPath, '-e', QUESTION]);
    await until('the bytes', () => controller.bytes.get(5006) === 5 * 1028);
    await until('the name', () => controller.has('dns', { name: 'thing.example.com' }));
  });

  it('hears the end of what began while a crashed agent was away', async () => {
    const { bed, socket, agent, launch } = start({});
    await controllerOf(socket);
    agent.kill('SIGKILL');
    await ended(agent);
    send(bed, FAR.v4, 5007, 5, 4999);
    launch();
    const controller = await takeOver(socket);
    send(bed, FAR.v4, 5007, 3, 4999);
    bed.run(bed.router, ['conntrack', '-F']);
    await until('what was sent since', () => controller.bytes.get(5007) === 3 * 1028);
  });

  it('watches a port: full counts from packets, nothing changed on the host', async () => {
    const { bed, socket, agent } = start({ mode: 'watch', lan: [], watch: 'lan' });
    const before = bed.run(bed.router, ['nft', 'list', 'ruleset']);
    const controller = await controllerOf(socket);
    send(bed, FAR.v4, 5004, 20);
    send(bed, FAR.v6, 5005, 10);
    await until(
      'all bytes',
      () => controller.bytes.get(5004) === 20 * 1042 && controller.bytes.get(5005) === 10 * 1062,
      START_MS,
    );
    agent.kill('SIGTERM');
    expect(await ended(agent)).toBe(0);
    expect(bed.run(bed.router, ['nft', 'list', 'ruleset'])).toBe(before);
  });
});
