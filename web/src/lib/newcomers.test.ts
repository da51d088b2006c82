import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { StreamMessage } from '../../../src/contract/api.ts';
import { FakeHome } from '../../dev/fake-home.ts';
import { Newcomers } from './newcomers.ts';

const fake = new FakeHome({ devices: 2, farEnds: 0, seed: 1, at: 1e12 });
const snapshot: StreamMessage = { kind: 'snapshot', sequence: 1, home: fake.view('e', 1) };
const heard = (id: string): StreamMessage => ({
  ...{ kind: 'device', sequence: 2, at: 1e12, device: { ...fake.devices[0]!, id } },
});

describe('a device that the page has not heard of', () => {
  const told: string[][] = [];
  let newcomers: Newcomers;
  beforeEach(() => {
    vi.useFakeTimers();
    told.length = 0;
    newcomers = new Newcomers((ids) => told.push(ids));
    newcomers.take(snapshot);
  });
  afterEach(() => vi.useRealTimers());

  it('is told of once, together with others that come at the same time', () => {
    for (const id of ['d-a', 'd-b', 'd-a', fake.devices[1]!.id]) newcomers.take(heard(id));
    vi.advanceTimersByTime(10_000);
    newcomers.take(heard('d-a'));
    vi.advanceTimersByTime(10_000);
    expect(told).toEqual([['d-a', 'd-b']]);
  });

  it('is new again after it left, and nothing is new before the first snapshot', () => {
    newcomers.take({ kind: 'device-gone', sequence: 3, at: 1e12, device: fake.devices[1]!.id });
    newcomers.take(heard(fake.devices[1]!.id));
    const early = new Newcomers((ids) => told.push(ids));
    early.take(heard('d-c'));
    vi.advanceTimersByTime(10_000);
    expect(told).toEqual([[fake.devices[1]!.id]]);
  });

  it('is not told of after the page was left', () => {
    newcomers.take(heard('d-a'));
    newcomers.stop();
    vi.advanceTimersByTime(10_000);
    expect(told).toEqual([]);
  });
});
