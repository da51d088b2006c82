import { describe, expect, it } from 'vitest';
import { rehearse } from './rehearsal.ts';
import { claims, HOME, HOUR, MINUTE, preferenceSet, START, scanOf } from './testing.ts';

const HISTORY = [
  ...claims({ detector: 'horizontal-scan', device: 'cam', ...scanOf(23) }, 0, 10 * MINUTE),
  ...claims({ detector: 'beacon', device: 'laptop', confidence: 0.95 }, 5 * HOUR, 6 * HOUR),
].sort((a, b) => a.at - b.at);
const home = { profileOf: (device: string) => HOME[device] ?? { groups: [] }, devices: () => Object.keys(HOME) };
const between = (now: Parameters<typeof preferenceSet>[0], would: Parameters<typeof preferenceSet>[0]) =>
  rehearse(HISTORY, preferenceSet(now), preferenceSet(would), home, START + 100 * HOUR);

describe('a rehearsal', () => {
  it('of the same preferences changes nothing', () => {
    expect(between({}, {})).toEqual({ changed: [], unchanged: 2 });
  });

  it('tells what would have been cut, and for how long', () => {
    const { changed, unchanged } = between({ autonomy: 'watch' }, { autonomy: 'stop' });
    expect(unchanged).toBe(1);
    expect(changed).toMatchObject([
      { device: 'cam', now: { step: 'none', blocks: 0, cut: 0 }, would: { acted: START, blocks: 1 } },
    ]);
    // Ten minutes of scanning and an hour of silence, in steps of ten minutes.
    expect(changed[0]!.would.cut).toBeGreaterThanOrEqual(70 * MINUTE);
    expect(changed[0]!.would.cut).toBeLessThanOrEqual(90 * MINUTE);
  });

  it('tells what would have been asked', () => {
    const [incident] = between(
      { autonomy: 'watch' },
      { autonomy: 'ask', unanswered: { after: HOUR, otherwise: 'nothing' } },
    ).changed;
    expect(incident).toMatchObject({ device: 'cam', would: { asked: START, cut: 0 } });
  });

  it('tells what a more suspicious household would have cut', () => {
    const [incident] = between({}, { certainty: 'suspected' }).changed;
    expect(incident).toMatchObject({ device: 'laptop', now: { step: 'none' }, would: { step: 'slow' } });
  });

  it('goes on where the household did something that has no place in the other story', () => {
    const undo = { kind: 'undo' as const, at: START + HOUR, by: 'owner', incident: 'i-of-another-time' };
    const history = [...HISTORY, undo].sort((a, b) => a.at - b.at);
    expect(rehearse(history, preferenceSet(), preferenceSet(), home, START + 100 * HOUR).unchanged).toBe(2);
  });
});
