import { describe, expect, it } from 'vitest';
import type { TrippedObservation } from '../../model/observation.ts';
import type { TripMode, TripReason } from '../../model/policy.ts';
import { Home } from '../../track/home.ts';
import { Detection } from '../detection.ts';

const START = 1_700_000_000_000;
const MAC = '02:00:00:00:00:07';

/** What is found after a tripwire acted at these seconds. */
function found(
  seconds: readonly number[],
  reason: TripReason = 'packets',
  mode: TripMode = 'enforce',
  ...targets: NonNullable<TrippedObservation['to']>[]
) {
  const detection = new Detection((witness) => new Home({ witness }), 1);
  detection.step({ kind: 'neighbour', at: START, mac: MAC, address: '192.168.1.7', source: 'kernel' });
  for (const second of seconds) {
    const tripped = { kind: 'tripped', at: START + second * 1_000, mac: MAC, reason, mode } as const;
    if (targets.length === 0) detection.step(tripped);
    for (const to of targets) detection.step({ ...tripped, to });
  }
  return detection.findings.all().filter(({ detector }) => detector.startsWith('tripwire'));
}

describe('a device that the kernel holds', () => {
  it('once, had an accident', () => {
    expect(found([1])).toMatchObject([{ confidence: 0.4 }]);
  });

  it('again and again, floods', () => {
    expect(found([1, 12, 23])).toMatchObject([
      { detector: 'tripwire-rate', subject: 'packets', confidence: 0.85, evidence: { times: 3 } },
    ]);
    expect(found([1, 12, 23, 34, 45, 56])[0]?.confidence).toBe(0.95);
  });

  it('is told of once for each hold', () => {
    expect(found([1, 2, 3, 4])).toMatchObject([{ evidence: { times: 1 } }]);
  });

  it('now and then, for an hour, is no flood', () => {
    expect(found([0, 700, 1_400, 2_100]).every(({ confidence }) => confidence === 0.4)).toBe(true);
  });

  it('for a service that it never needs, is another matter; a forged source is told elsewhere', () => {
    expect(found([1, 12, 23], 'unneeded')).toMatchObject([{ detector: 'tripwire-service', subject: 'unneeded' }]);
    expect(found([1, 12, 23], 'spoofing')).toEqual([]);
  });

  it('for several services, is told of by each of them', () => {
    const to = (protocol: number, port: number) => ({ protocol, address: '198.51.100.9', port });
    expect(found([1, 12], 'unneeded', 'enforce', to(6, 25), to(6, 23), to(47, 0))).toMatchObject([
      { subject: 'tcp/25', evidence: { service: 'tcp/25', times: 2 } },
      { subject: 'tcp/23' },
      { subject: 'gre' },
    ]);
    const many = Array.from({ length: 100 }, (_, i) => to(6, 1000 + i));
    expect(found([1], 'unneeded', 'enforce', ...many)).toHaveLength(32);
  });

  it('in counting only, says half as much', () => {
    expect(found([1, 12, 23], 'connections', 'watch')[0]?.confidence).toBeCloseTo(0.425);
  });
});
