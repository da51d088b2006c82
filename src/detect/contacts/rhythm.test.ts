import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Rhythm } from './rhythm.ts';

function medianOf(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}

describe('a rhythm', () => {
  it('is measured by the medians of its last 24 distances and of their deviations', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1_500, max: 10_000_000 }), { minLength: 2, maxLength: 60 }),
        (distances) => {
          const rhythm = new Rhythm();
          let at = 0;
          rhythm.note(at);
          for (const distance of distances) {
            at += distance;
            expect(rhythm.note(at)).toBe(true);
          }
          const last = distances.slice(-24);
          const median = medianOf(last);
          const deviation = medianOf(last.map((distance) => Math.abs(distance - median)));
          expect(rhythm.measure()).toEqual({ distance: median, spread: deviation / median });
        },
      ),
    );
  });

  it('takes starts close together for one', () => {
    const rhythm = new Rhythm();
    expect([0, 1_499, 1_500].map((at) => rhythm.note(at))).toEqual([true, false, true]);
    expect(rhythm.measure()).toBeUndefined();
  });
});
