import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Observation } from '../model/observation.ts';
import { Clock } from './clock.ts';
import { checkConfig } from './config.ts';
import { Coverage, readHome } from './coverage.ts';
import { LatestState } from './latest-state.ts';
import { Stepper } from './mode.ts';
import { Outbox } from './outbox.ts';
import { SynBudget } from './syn-budget.ts';

describe('the time of observations', () => {
  function clockOf(times: Array<[wall: number, steady: number]>): number[] {
    let now: [number, number] = times[0]!;
    const clock = new Clock(
      () => now[0],
      () => now[1],
    );
    return times.map((time) => {
      now = time;
      return clock.now();
    });
  }

  it('follows the wall clock forwards', () => {
    expect(clockOf([[1000, 0], [2000, 1000], [9000, 2000]])).toEqual([1000, 2000, 9000]); // biome-ignore format: pairs
  });

  it('waits for a small step back without standing still', () => {
    expect(clockOf([[10_000, 0], [9000, 100], [9900, 1000], [10_600, 1700]])).toEqual([10_000, 10_050, 10_500, 10_600]); // biome-ignore format: pairs
  });

  it('follows a large step back at once', () => {
    expect(clockOf([[2_000_000, 0], [1000, 10]])).toEqual([2_000_000, 1000]); // biome-ignore format: pairs
  });
});

describe('steps', () => {
  afterEach(() => vi.useRealTimers());

  it('come once for many requests, and later while very much changes', () => {
    vi.useFakeTimers();
    let steps = 0;
    const stepper = new Stepper(() => steps++);
    const step = (ms: number) => {
      stepper.request();
      stepper.request();
      vi.advanceTimersByTime(ms);
      return steps;
    };
    expect(step(99)).toBe(0);
    expect(step(1)).toBe(1);
    stepper.isBusy = true;
    expect([step(199), step(1)]).toEqual([1, 2]);
  });
});

describe('what waits for a controller', () => {
  it('comes out in order and stays within its bound, the oldest given up', () => {
    const outbox = new Outbox(30);
    for (let i = 0; i < 5; i++) outbox.put(new Uint8Array(10).fill(i));
    expect(outbox.dropped).toBe(2);
    expect([outbox.take()?.[0], outbox.take()?.[0], outbox.take()?.[0], outbox.take()]).toEqual([2, 3, 4, undefined]);
    expect(outbox.isEmpty).toBe(true);
    expect(outbox.bytes).toBe(0);
  });

  it('gives frames that fit together as one piece, in their order', () => {
    const outbox = new Outbox();
    for (const length of [1, 2, 9, 1]) outbox.put(new Uint8Array(length).fill(length));
    const taken = Array.from({ length: 4 }, () => outbox.take(4));
    expect(taken.map((piece) => piece && [...piece].join(''))).toEqual(['122', '999999999', '1', undefined]);
    expect(outbox.bytes).toBe(0);
  });

  it('stays in order through thousands of frames', () => {
    const outbox = new Outbox();
    let expected = 0;
    for (let i = 0; i < 10_000; i++) {
      outbox.put(new Uint8Array(Uint32Array.of(i).buffer));
      if (i % 3 > 0) expect(new DataView(outbox.take()!.buffer).getUint32(0, true)).toBe(expected++);
    }
  });
});

describe('the latest state', () => {
  const neighbour = (address: string, mac: string, gone = false): Observation => {
    const observation = { kind: 'neighbour', at: 1, mac, address, source: 'kernel' } as const;
    return gone ? { ...observation, gone } : observation;
  };

  it('keeps the last word on each subject and forgets who left', () => {
    const state = new LatestState();
    state.take(neighbour('192.0.2.1', '02:00:00:00:00:01'));
    state.take(neighbour('192.0.2.1', '02:00:00:00:00:02'));
    state.take(neighbour('192.0.2.2', '02:00:00:00:00:03'));
    state.take(neighbour('192.0.2.2', '02:00:00:00:00:03', true));
    expect(state.all()).toEqual([neighbour('192.0.2.1', '02:00:00:00:00:02')]);
  });

  it('is no place for events', () => {
    const state = new LatestState();
    expect(state.take({ kind: 'tick', at: 1 })).toBe(false);
    expect(state.all()).toEqual([]);
  });

  it('stays bounded under a flood of addresses', () => {
    const state = new LatestState();
    for (let i = 0; i < 10_000; i++) state.take(neighbour(`2001:db8::${i.toString(16)}`, '02:00:00:00:00:01'));
    expect(state.all()).toHaveLength(4096);
  });
});

describe('the budget of SYNs', () => {
  function frame(sender: number, flags: number): [Uint8Array, DataView] {
    const bytes = new Uint8Array(54);
    bytes[11] = sender;
    bytes.set([0x08, 0x00, 0x45], 12);
    bytes[23] = 6;
    bytes[47] = flags;
    return [bytes, new DataView(bytes.buffer)];
  }
  const admitted = (budget: SynBudget, sender: number, flags: number, count: number, at: number) => {
    const [bytes, view] = frame(sender, flags);
    let n = 0;
    for (let i = 0; i < count; i++) if (budget.admits(bytes, view, 0, 54, at)) n++;
    return n;
  };

  it('is per sender and refills', () => {
    const budget = new SynBudget();
    expect(admitted(budget, 1, 2, 1000, 0)).toBe(400);
    expect(admitted(budget, 2, 2, 100, 0)).toBe(100);
    expect(admitted(budget, 1, 2, 1000, 1000)).toBe(200);
    expect(budget.skipped).toBe(1400);
  });

  it('does not touch other packets', () => {
    const budget = new SynBudget();
    expect(admitted(budget, 1, 0x12, 5000, 0)).toBe(5000);
    expect(admitted(budget, 1, 0x18, 5000, 0)).toBe(5000);
  });
});

describe('what the agent is told and tells', () => {
  it('reads prefixes and hardware addresses, and refuses the rest', () => {
    expect(readHome(['192.0.2.7/24', '02-00-00-00-00-0A'])).toEqual({
      prefixes: ['192.0.2.0/24'],
      macs: ['02:00:00:00:00:0a'],
    });
    expect(() => readHome(['kitchen'])).toThrow('kitchen');
  });

  it('tells coverage once per change', () => {
    const told: Observation[] = [];
    const coverage = new Coverage('test', (observation) => told.push(observation));
    const report = (events: number) => coverage.report(1, { lost: { events, packets: 0 } });
    report(0);
    report(0);
    report(3);
    report(3);
    expect(told).toHaveLength(2);
    expect(told[1]).toMatchObject({ coverage: [{ code: 'events-lost', detail: '3' }], lost: { events: 3 } });
  });

  it('refuses a configuration that it cannot follow, by field', () => {
    const good = { mode: 'gateway', lan: ['eth0'], home: [], runDir: '/run/spin', stateDir: '/var/lib/spin', speed: 1 };
    expect(checkConfig(good, 'x')).toEqual(good);
    expect(() => checkConfig({ ...good, lan: ['../etc'] }, 'x')).toThrow('lan');
    expect(() => checkConfig({ ...good, mode: 'guess' }, 'x')).toThrow('mode');
    expect(() => checkConfig({ ...good, mode: 'read', file: 'relative.pcap' }, 'x')).toThrow('file');
    expect(() => checkConfig(undefined, 'x')).toThrow('mode');
  });
});
