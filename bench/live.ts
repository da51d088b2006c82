/**
 * What guarding a gateway costs, across network namespaces, as root:
 * `bin/bench live [--quick] [--only connections|standing|forwarding] [--rate CONNECTIONS_A_SECOND]`. The agent is the real one; this process is the
 * controller, with the real pipeline. Nothing leaves the namespaces.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { cannotRun, Testbed } from '../src/source/live/testbed.ts';
import { type Cost, measureConnections, warmUp } from './live/connections.ts';
import { Guard } from './live/guard.ts';
import { endAll, keepStanding, type Load, routeScans, send, standing } from './live/load.ts';
import { OTHERS, Other } from './live/others.ts';
import { goFirst } from './live/process.ts';
import { Bars, printTable } from './report.ts';

const { values: options } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string' }, rate: { type: 'string' } },
});
const SECONDS = options.quick ? 3 : 10;
/** The kernel's table holds 262,144 by default; a run stays below. */
const MAX_STANDING = 220_000;
const RATES = options.rate ? [Number(options.rate)] : options.quick ? [1000, 20_000] : [1000, 10_000, 20_000, 50_000];
/** What the other programs are asked for. */
const RATES_OF_OTHERS = options.rate ? RATES : [1000, 20_000];
const KINDS: ReadonlyArray<Pick<Load, 'family' | 'protocol' | 'scan'>> = [
  { family: 'v4', protocol: 'udp' },
  { family: 'v4', protocol: 'tcp' },
  { family: 'v6', protocol: 'udp' },
  { family: 'v6', protocol: 'tcp' },
  { family: 'v4', protocol: 'udp', scan: true },
];
const BAR = { cpuPerConnection: 20, standingShare: 5, lostAtMost: 0.01, losslessRate: 20_000 } as const;

const bars = new Bars();

async function withBed<T>(act: (bed: Testbed) => Promise<T>): Promise<T> {
  const bed = new Testbed({ nat: true });
  try {
    return await act(bed);
  } finally {
    bed.remove();
  }
}

async function withGuard<T>(bed: Testbed, act: (guard: Guard) => Promise<T>): Promise<T> {
  const guard = new Guard(bed);
  try {
    await guard.ready();
    return await act(guard);
  } finally {
    await guard.stop();
  }
}

function loadOf(rate: number, kind: (typeof KINDS)[number]): Load {
  return { ...kind, rate, count: rate * Math.min(SECONDS, Math.floor(MAX_STANDING / rate)) };
}

const nameOf = ({ family, protocol, scan, rate }: Load) =>
  `${protocol} ${family}${scan ? ' scan' : ''} ${rate.toLocaleString('en')}/s`;
const us = (value: number) => value.toFixed(1);

function cells(name: string, cost: Cost, memory: number): string[] {
  const figures = [cost.begun, Math.round(cost.perSecond), cost.lost].map(String);
  return [name, ...figures, us(cost.listener), us(cost.controller), us(cost.counting), memory.toFixed(0)];
}

const HEADER = ['', 'begun', 'a second', 'ends lost', 'agent µs', 'controller µs', 'counting µs', 'MB'];

async function connections(): Promise<void> {
  console.log(
    'New connections: CPU for each one, begin and end; apart from it, reading the counters of those that stand',
  );
  const rows = [HEADER];
  const costs: Array<{ load: Load; cost: Cost }> = [];
  for (const rate of RATES) {
    await withBed((bed) =>
      withGuard(bed, async (guard) => {
        routeScans(bed);
        keepStanding(bed);
        await warmUp(bed, guard, loadOf(rate, KINDS[0]!));
        for (const kind of KINDS) {
          const load = loadOf(rate, kind);
          const cost = await measureConnections(bed, guard, load);
          costs.push({ load, cost });
          rows.push(cells(nameOf(load), cost, guard.memory()));
        }
      }),
    );
  }
  for (const [name, program] of Object.entries(OTHERS)) {
    for (const rate of RATES_OF_OTHERS) {
      const load = loadOf(rate, KINDS[0]!);
      const row = await other(program, load).catch((error: Error) => [error.message]);
      rows.push([`${name}, ${nameOf(load)}`, ...row]);
    }
  }
  printTable(rows);
  for (const { load, cost } of costs) judge(load, cost);
}

async function other(program: (typeof OTHERS)[string], load: Load): Promise<string[]> {
  return withBed(async (bed) => {
    const listener = new Other(bed, program);
    try {
      await listener.ready();
      keepStanding(bed);
      await warmUp(bed, listener, load);
      const cost = await measureConnections(bed, listener, load);
      return cells('', cost, listener.memory()).slice(1);
    } finally {
      await listener.stop();
    }
  });
}

function judge(load: Load, cost: Cost): void {
  const allowed = load.rate > BAR.losslessRate ? cost.begun * BAR.lostAtMost : 0;
  bars.check(`${nameOf(load)}, ends lost at most ${Math.floor(allowed)}`, String(cost.lost), cost.lost <= allowed);
  const each = cost.listener + cost.controller;
  bars.check(`${nameOf(load)}, at most ${BAR.cpuPerConnection} µs`, `${us(each)} µs`, each <= BAR.cpuPerConnection);
}

async function standingCost(): Promise<void> {
  console.log('Standing connections: share of a core');
  const rows = [['', 'entries', 'agent %', 'controller %', 'MB']];
  for (const entries of options.quick ? [1000, 200_000] : [1000, 50_000, 200_000]) {
    await withBed((bed) =>
      withGuard(bed, async (guard) => {
        keepStanding(bed);
        await warmUp(bed, guard, loadOf(1000, KINDS[0]!));
        await send(bed, { ...KINDS[0]!, rate: 20_000, count: entries });
        await sleep(3000);
        const before = guard.cpu();
        const began = performance.now();
        // Two whole rounds through a large table.
        await sleep(options.quick || entries < 100_000 ? 15_000 : 60_000);
        const wall = performance.now() - began;
        const after = guard.cpu();
        const agent = (100 * (after.listener - before.listener)) / wall;
        const controller = (100 * (after.controller - before.controller)) / wall;
        const name = `${entries.toLocaleString('en')} standing`;
        const memory = guard.memory().toFixed(0);
        rows.push([name, String(standing(bed)), agent.toFixed(2), controller.toFixed(2), memory]);
        const share = agent + controller;
        bars.check(`${name}, at most ${BAR.standingShare} %`, `${share.toFixed(2)} %`, share <= BAR.standingShare);
        endAll(bed);
      }),
    );
  }
  printTable(rows);
}

/** Packets a second that come through: the median of three. */
async function throughput(bed: Testbed): Promise<number> {
  const received = () => Number(bed.run(bed.internet, ['cat', '/sys/class/net/eth0/statistics/rx_packets']));
  const runs: number[] = [];
  for (let run = 0; run < 3; run++) {
    const before = received();
    const ms = await send(bed, { family: 'v4', protocol: 'udp', rate: 0, count: options.quick ? 100_000 : 500_000 });
    runs.push(((received() - before) * 1000) / ms);
  }
  return runs.sort((a, b) => a - b)[1]!;
}

async function forwarding(): Promise<void> {
  const without = await withBed(throughput);
  const guarded = await withBed((bed) => withGuard(bed, () => throughput(bed)));
  console.log('Forwarding: packets a second of one connection');
  printTable([
    ['', 'without', 'with', 'ratio'],
    ['forwarding', without.toFixed(0), guarded.toFixed(0), `${(guarded / without).toFixed(3)} ×`],
  ]);
}

const PARTS: Readonly<Record<string, () => Promise<void>>> = { connections, standing: standingCost, forwarding };

const reason = cannotRun();
if (reason !== undefined) {
  console.log(`live: cannot run here: ${reason}`);
  process.exit(77);
}
goFirst();
for (const [name, measure] of Object.entries(PARTS)) {
  if (options.only === undefined || options.only === name) await measure();
}
process.exit(bars.exitCode);
