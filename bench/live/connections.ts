/** What new connections cost a program that listens to connection tracking, and how many ends it misses. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Testbed } from '../../src/source/live/testbed.ts';
import { begun, endAll, type Load, send } from './load.ts';

/** A program under measurement. */
export type Listener = {
  /** CPU used so far, ms. */
  cpu(): { listener: number; controller: number };
  /** Ends told so far. */
  ends(): Promise<number>;
};

export type Cost = {
  begun: number;
  perSecond: number;
  lost: number;
  /** µs of CPU for each connection, begin and end, without reading the counters of those that stand. */
  listener: number;
  controller: number;
  /** µs for each connection of reading counters meanwhile. */
  counting: number;
};

/** A guard runs for months: what the engine spends on compiling its programs first is not measured. */
const WARM_UP = { rate: 10_000, count: 50_000 } as const;
/** How long the cost of standing connections is looked at, ms: whole rounds of a small table. */
const QUIET_MS = 3000;
/** Until what was sent has arrived at the controller, ms: changes are collected for some time on the way. */
const ARRIVAL_MS = 500;
/** An end that is not told this long after the last one is lost, ms. */
const PATIENCE_MS = 2500;

export async function warmUp(bed: Testbed, listener: Listener, load: Load): Promise<void> {
  for (const protocol of ['udp', 'tcp'] as const) {
    await send(bed, { ...load, ...WARM_UP, protocol });
    endAll(bed);
    await settle(listener);
  }
}

/**
 * Reading counters costs more the more connections stand, and is not the cost of a new one. So half of the connections
 * are begun, then the share of a core is measured that they cost where they stand, which is the mean of what reading
 * counters takes meanwhile, and then the other half.
 */
export async function measureConnections(bed: Testbed, listener: Listener, load: Load): Promise<Cost> {
  const atFirst = begun(bed);
  const endsAtFirst = await listener.ends();
  const half = Math.floor(load.count / 2);
  let sending = 0;
  const begin = async (part: Load) => {
    sending += await send(bed, part);
    await sleep(ARRIVAL_MS);
  };
  const first = await spent(listener, () => begin({ ...load, count: half }));
  const standing = await spent(listener, () => sleep(QUIET_MS));
  const second = await spent(listener, () => begin({ ...load, count: load.count - half, before: half }));
  const ending = await spent(listener, () => end(bed, listener));
  const connections = begun(bed) - atFirst;
  const ms = first.ms + second.ms;
  const counting = { listener: standing.listener / standing.ms, controller: standing.controller / standing.ms };
  const each = (part: keyof typeof counting) =>
    (1000 * (first[part] + second[part] - counting[part] * ms + ending[part])) / connections;
  return {
    begun: connections,
    perSecond: (connections * 1000) / sending,
    lost: connections - ((await listener.ends()) - endsAtFirst),
    listener: each('listener'),
    controller: each('controller'),
    counting: (1000 * ms * (counting.listener + counting.controller)) / connections,
  };
}

type Spent = { ms: number; listener: number; controller: number };

/** Time and CPU that pass while `act` runs. */
async function spent(listener: Listener, act: () => Promise<unknown>): Promise<Spent> {
  const began = performance.now();
  const before = listener.cpu();
  await act();
  const after = listener.cpu();
  return {
    ms: performance.now() - began,
    listener: after.listener - before.listener,
    controller: after.controller - before.controller,
  };
}

async function end(bed: Testbed, listener: Listener): Promise<void> {
  endAll(bed);
  await settle(listener);
}

/** Waits until no more ends come. */
async function settle(listener: Listener): Promise<void> {
  let last = -1;
  let since = performance.now();
  while (performance.now() - since < PATIENCE_MS) {
    const ends = await listener.ends();
    if (ends !== last) {
      last = ends;
      since = performance.now();
    }
    await sleep(250);
  }
}
