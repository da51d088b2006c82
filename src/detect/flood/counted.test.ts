import { describe, expect, it } from 'vitest';
import { FLAG } from '../../model/flow.ts';
import { BEYOND, type FlowSpec, flows, PHONE, START } from '../../track/testing.ts';
import { MINUTE, SECOND, watch } from '../testing/watch.ts';
import { flood } from './flood.ts';

const TARGET = BEYOND('203.0.113.9');
const COUNTED = FLAG.initiatorKnown | FLAG.ipLengths;

/** New connections as the kernel tells of them: that one began, and within a second what it carried. */
function opened(perSecond: number, seconds: number, carried: Pick<FlowSpec, 'up' | 'down'>) {
  const watched = watch(flood);
  for (let second = 0; second < seconds; second++) {
    const at = START + second * SECOND;
    const all = Array.from({ length: perSecond }, (_, i): FlowSpec => {
      const slot = second * perSecond + i;
      return { from: { address: PHONE.address }, to: TARGET, port: 80, sourcePort: 1024 + (slot % 60_000), slot };
    });
    watched.take(flows(at, ...all.map((one) => ({ ...one, up: 0, down: 0, flags: COUNTED | FLAG.fresh }))));
    watched.take(flows(at + SECOND / 2, ...all.map((one) => ({ ...one, ...carried, flags: COUNTED }))));
  }
  watched.take({ kind: 'tick', at: START + seconds * SECOND });
  return watched.findings();
}

describe('a flood of connections where the kernel counts', () => {
  it('is found by how many begin, although each is granted (SYN, RST; SYN+ACK)', () => {
    expect(opened(500, 5, { up: 2, down: 1 })).toMatchObject([
      { subject: TARGET.address, target: { node: { address: TARGET.address } } },
    ]);
  });

  it('is not seen in a page that opens each of its parts anew', () => {
    expect(opened(60, 5, { up: 5, down: 5 })).toEqual([]);
    expect(opened(8, MINUTE / SECOND, { up: 5, down: 5 })).toEqual([]);
  });
});
