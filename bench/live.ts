/**
 * What guarding a gateway costs, across network namespaces, as root: `node bench/live.ts [--quick]`. The agent is the
 * real one; this process is the controller, with the real pipeline. Nothing leaves the namespaces.
 */

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cannotRun, ROUTER, Testbed, until } from '../src/source/live/testbed.ts';
import { Guard } from './live/guard.ts';

const SENDER = join(import.meta.dirname, 'live/sender.ts');
const QUICK = process.argv.includes('--quick');
const SECONDS = QUICK ? 2 : 10;
/** The kernel's table holds 262,144 by default; a run stays below. */
const MAX_STANDING = 220_000;
const BAR = { cpuPerConnection: 20, standingShare: 5 } as const;

type Sent = { sent: number; ms: number };

function send(bed: Testbed, rate: number, count: number, family: string, protocol: string): Promise<Sent> {
  const args = ['eth0', ROUTER.mac, String(rate), String(count), family, protocol];
  const child = bed.start(bed.home, [process.execPath, SENDER, ...args]);
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
    });
    child.on('exit', () => (text === '' ? reject(new Error('the sender failed')) : resolve(JSON.parse(text) as Sent)));
  });
}

/** New connections that the kernel let through, by our own rule's counter. */
function passed(bed: Testbed): number {
  const listing = bed.run(bed.router, ['nft', 'list', 'table', 'inet', 'spin']);
  return Number(/counter packets (\d+)/.exec(listing)?.[1] ?? Number.NaN);
}

function standing(bed: Testbed): number {
  return Number(bed.run(bed.router, ['cat', '/proc/sys/net/netfilter/nf_conntrack_count']));
}

function row(...cells: ReadonlyArray<string | number>): void {
  process.stdout.write(
    `${cells.map((cell, i) => String(cell)[i === 0 ? 'padEnd' : 'padStart'](i === 0 ? 22 : 13)).join('')}\n`,
  );
}

async function withGuard<T>(act: (bed: Testbed, guard: Guard) => Promise<T>): Promise<T> {
  const bed = new Testbed({ nat: true });
  const guard = new Guard(bed);
  try {
    await guard.ready();
    return await act(bed, guard);
  } finally {
    await guard.stop();
    bed.remove();
  }
}

const controllerCpu = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

async function connections(rate: number, family: string, protocol: string): Promise<void> {
  const seconds = Math.min(SECONDS, Math.floor(MAX_STANDING / rate));
  await withGuard(async (bed, guard) => {
    const agent = guard.agentCpu();
    const controller = controllerCpu();
    const { sent, ms } = await send(bed, rate, rate * seconds, family, protocol);
    const begun = passed(bed);
    bed.run(bed.router, ['conntrack', '-F']);
    await until('the ends', () => guard.ends >= begun, 15_000).catch(() => {});
    const lost = begun - guard.ends;
    const agentUs = ((guard.agentCpu() - agent) * 1000) / sent;
    const controllerUs = ((controllerCpu() - controller) * 1000) / sent;
    const verdict = (lost === 0 || rate > 20_000) && agentUs + controllerUs <= BAR.cpuPerConnection ? 'PASS' : 'MISS';
    const name = `${protocol} ${family} ${rate}/s`;
    const memory = Math.round(guard.agentMemory());
    row(
      name,
      Math.round((sent * 1000) / ms),
      begun,
      lost,
      agentUs.toFixed(1),
      controllerUs.toFixed(1),
      memory,
      guard.lost,
      verdict,
    );
  });
}

async function standingCost(entries: number): Promise<void> {
  await withGuard(async (bed, guard) => {
    for (const name of ['udp_timeout', 'udp_timeout_stream']) {
      bed.write(bed.router, `net/netfilter/nf_conntrack_${name}`, '3600');
    }
    await send(bed, 20_000, entries, 'v4', 'udp');
    await sleep(3000);
    const agent = guard.agentCpu();
    const controller = controllerCpu();
    const began = performance.now();
    await sleep(QUICK ? 10_000 : 60_000);
    const wall = performance.now() - began;
    const share = (100 * (guard.agentCpu() - agent)) / wall;
    const controllerShare = (100 * (controllerCpu() - controller)) / wall;
    const verdict = share + controllerShare <= BAR.standingShare ? 'PASS' : 'MISS';
    row(
      `${entries} standing`,
      standing(bed),
      share.toFixed(2),
      controllerShare.toFixed(2),
      Math.round(guard.agentMemory()),
      verdict,
    );
  });
}

async function forwarded(bed: Testbed): Promise<number> {
  const received = () => Number(bed.run(bed.internet, ['cat', '/sys/class/net/eth0/statistics/rx_packets']));
  const before = received();
  const { ms } = await send(bed, 0, QUICK ? 200_000 : 1_000_000, 'v4', 'udp');
  return ((received() - before) / ms) * 1000;
}

async function throughput(): Promise<void> {
  const without = new Testbed({ nat: true });
  const alone = await forwarded(without).finally(() => without.remove());
  const guarded = await withGuard((bed) => forwarded(bed));
  row('forwarding', Math.round(alone), Math.round(guarded), `${((100 * guarded) / alone).toFixed(1)} %`);
}

const reason = cannotRun();
if (reason !== undefined) {
  process.stdout.write(`live: cannot run here: ${reason}\n`);
  process.exit(77);
}
row('new connections', 'per second', 'begun', 'ends lost', 'agent µs', 'controller µs', 'agent MB', 'undelivered', '');
for (const rate of QUICK ? [1000, 20_000] : [1000, 10_000, 20_000, 50_000]) {
  for (const family of ['v4', 'v6']) for (const protocol of ['udp', 'tcp']) await connections(rate, family, protocol);
}
row('conntrack table', 'entries', 'agent %', 'controller %', 'agent MB', '');
for (const entries of QUICK ? [1000, 200_000] : [1000, 50_000, 200_000]) await standingCost(entries);
row('packets a second', 'without', 'with', 'ratio');
await throughput();
