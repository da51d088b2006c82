import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KINDS } from '../model/kinds.ts';
import type { DeviceLimits, Rate } from '../model/policy.ts';
import type { LimitReason } from '../model/verdict.ts';
import { limitsFor } from './limits.ts';
import { tripwiresFor } from './tripwires.ts';

const REASONS: LimitReason[] = ['probation', 'kindred', 'weak', 'new-device'];

describe('tripwires', () => {
  it('only watch where the household wants SPIN only to watch', () => {
    for (const kind of [undefined, ...KINDS])
      expect(tripwiresFor(kind, { device: 'd', reason: 'probation' }, false)).toMatchObject({
        mode: 'watch',
        volume: 'watch',
      });
  });

  it('never let more through under tight limits, and all of them act', () => {
    const within = (tight: DeviceLimits, wide: DeviceLimits) =>
      Object.entries(wide).every(([name, rate]: [string, Rate]) => {
        const now = tight[name as keyof DeviceLimits];
        return now !== undefined && now.perSecond <= rate.perSecond && now.burst <= rate.burst;
      });
    fc.assert(
      fc.property(
        fc.constantFrom(undefined, ...KINDS),
        fc.constantFrom(...REASONS),
        fc.boolean(),
        (kind, reason, names) => {
          const { mode, volume, limits } = tripwiresFor(
            kind,
            { device: 'd', reason, ...(names && { names: true as const }) },
            true,
          );
          expect([mode, volume]).toEqual(['enforce', 'enforce']);
          expect(within(limits, limitsFor(kind))).toBe(true);
        },
      ),
    );
  });

  it('a computer may do what it may, a camera half of it', () => {
    const limited = (kind: string) => tripwiresFor(kind, { device: 'd', reason: 'kindred' }, true).limits.connections!;
    expect(limited('computer')).toEqual(limitsFor('computer').connections);
    expect(limited('camera').burst).toBeLessThan(limitsFor('camera').connections!.burst);
  });
});
