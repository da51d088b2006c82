import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { between, pick, randomFor } from './random.ts';

const take = (seed: number, name: string) => {
  const random = randomFor(seed, name);
  return Array.from({ length: 50 }, random);
};

describe('chance', () => {
  it('repeats itself for the same seed and name, and differs for others', () => {
    expect(take(7, 'tv')).toEqual(take(7, 'tv'));
    expect(take(7, 'tv')).not.toEqual(take(8, 'tv'));
    expect(take(7, 'tv')).not.toEqual(take(7, 'phone'));
  });

  it('is spread over the whole range', () => {
    const random = randomFor(1, 'spread');
    const tenths = new Array<number>(10).fill(0);
    for (let i = 0; i < 10_000; i++) tenths[Math.floor(random() * 10)]!++;
    for (const count of tenths) expect(count).toBeGreaterThan(850);
  });

  it('stays within the bounds that are asked for', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 0, max: 1000 }),
        fc.integer({ min: 0, max: 1000 }),
        (seed, low, more) => {
          const value = between(randomFor(seed, 'x'), low, low + more);
          expect(value).toBeGreaterThanOrEqual(low);
          expect(value).toBeLessThanOrEqual(low + more);
        },
      ),
    );
    expect(() => pick(randomFor(1, 'x'), [])).toThrow('nothing to choose from');
  });
});
