import { describe, expect, it } from 'vitest';
import type { Observation, StoppedEntry } from '../model/observation.ts';
import { Stopped } from './stopped.ts';

function told() {
  const entries: StoppedEntry[][] = [];
  const receiver = {
    isReady: true,
    controllers: 1,
    dropped: 0,
    send: (observation: Observation) => {
      if (observation.kind === 'stopped') entries.push(observation.entries);
    },
  };
  const stopped = new Stopped(receiver);
  const tell = (counts: Record<string, number>) =>
    stopped.tell(new Map(Object.entries(counts).map(([id, packets]) => [id, { packets, bytes: packets * 100 }])), 1);
  return { entries, receiver, tell };
}

describe('what entries stopped', () => {
  it('is told once for each change, and nothing of those that stopped nothing', () => {
    const { entries, tell } = told();
    tell({ a: 0, b: 3 });
    tell({ a: 0, b: 3 });
    tell({ a: 1, b: 3 });
    expect(entries).toEqual([[{ id: 'b', packets: 3, bytes: 300 }], [{ id: 'a', packets: 1, bytes: 100 }]]);
  });

  it('is told to a controller that comes, and to none while there is none', () => {
    const { entries, receiver, tell } = told();
    receiver.isReady = false;
    tell({ b: 3 });
    expect(entries).toEqual([]);
    receiver.isReady = true;
    tell({ b: 3 });
    receiver.controllers = 2;
    tell({ b: 3 });
    expect(entries).toHaveLength(2);
  });

  it('is told anew when a count begins again', () => {
    const { entries, tell } = told();
    tell({ b: 3 });
    tell({ b: 0 });
    expect(entries.at(-1)).toEqual([{ id: 'b', packets: 0, bytes: 0 }]);
  });

  it('comes in messages that a frame can carry', () => {
    const { entries, tell } = told();
    tell(Object.fromEntries(Array.from({ length: 2500 }, (_, i) => [`rule-${i}`, 1])));
    expect(entries.map((list) => list.length)).toEqual([1000, 1000, 500]);
  });
});
