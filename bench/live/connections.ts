/** What new connections cost a program that listens to connection tracking, and how many ends it misses. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Testbed } from '../../src/source/live/testbed.ts';
import { begun, endAll, type Load, send } from './load.ts';

/** A program under measurement. */
export type Listener = {
  /** CPU used so far, ms. */
  cpu(): { listener: number; controller: number };
  /** Ends told so far. */
  ends(): number;
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

const WARM_UP = { rate: 5000, count: 20_000 } as const;
/** How long the cost of standing connections is looked at before and after, ms. */
const QUIET_MS = 2000;
/** An end that is not told this long after the last one is lost, ms. */
const PATIENCE_MS = 2500;

export async function warmUp(bed: Testbed, listener: Listener, load: Load): Promise<void> {
  await send(bed, { ...load, ...WARM_UP });
  endAll(bed);
  await settle(listener);
}

/**
 * The share of a core that standing connections cost is measured before and after the load, and its mean is what reading
 * counters took meanwhile.
 */
export async function measureConnections(bed: Testbed, listener: Listener, load: Load): Promise<Cost> {
  const atFirst = begun(bed);
  const endsAtFirst = listener.ends();
  const before = await share(listener);
  const start = listener.cpu();
  const ms = await send(bed, load);
  const sent = listener.cpu();
  const after = await share(listener);
  const resumed = listener.cpu();
  endAll(bed);
  await settle(listener);
  const end = listener.cpu();
  const connections = begun(bed) - atFirst;
  const counting = ((before + after) / 2) * ms;
  const each = (part: 'listener' | 'controller') => sent[part] - start[part] + end[part] - resumed[part];
  return {
    begun: connections,
    perSecond: (connections * 1000) / ms,
    lost: connections - (listener.ends() - endsAtFirst),
    listener: (1000 * (each('listener') - counting)) / connections,
    controller: (1000 * each('controller')) / connections,
    counting: (1000 * counting) / connections,
  };
}

async function share(listener: Listener): Promise<number> {
  const began = performance.now();
  const { listener: before } = listener.cpu();
  await sleep(QUIET_MS);
  return (listener.cpu().listener - before) / (performance.now() - began);
}

/** Waits until no more ends come. */
async function settle(listener: Listener): Promise<void> {
  let last = -1;
  let since = performance.now();
  while (performance.now() - since < PATIENCE_MS) {
    const ends = listener.ends();
    if (ends !== last) {
      last = ends;
      since = performance.now();
    }
    await sleep(100);
  }
}
