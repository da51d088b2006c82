import { describe, expect, it } from 'vitest';
import type { Sent } from './capture.ts';
import { judge } from './judge.ts';

const at = (...times: number[]): Sent[] =>
  times.map((time) => ({ at: time, bytes: 60, protocol: 6, sourcePort: 1, destinationPort: 80, flags: 2 }));

describe('what of an attack came through', () => {
  it('all of it, where nothing was stopped', () => {
    const sent = at(0, 100, 200);
    expect(judge(sent, at(0.1, 100.1, 200.1))).toMatchObject({ sent: 3, rate: 10, packets: 3, bytes: 180, late: 0 });
  });

  it('its beginning, and nothing after the first packet that was stopped', () => {
    expect(judge(at(0, 100, 200, 300), at(0.1, 100.1))).toMatchObject({ packets: 2, lasted: 100, late: 0 });
  });

  it('and, late, what slipped through after it', () => {
    expect(judge(at(0, 100, 200, 300), at(0.1, 300.1))).toMatchObject({
      packets: 2,
      connections: 2,
      late: expect.closeTo(200.1),
    });
  });

  it('nothing', () => {
    expect(judge(at(0, 100), [])).toMatchObject({ sent: 2, packets: 0, bytes: 0, lasted: 0, late: 0 });
  });
});
