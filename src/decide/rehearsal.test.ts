import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AUTONOMIES, CERTAINTIES, UNANSWERED } from '../model/preferences.ts';
import type { CaseInput } from './casebook.ts';
import { outcomes, rehearse } from './rehearsal.ts';
import { claims, HOME, HOUR, MINUTE, preferenceSet, START, scanOf } from './testing.ts';

const YEAR = 365 * 24 * HOUR;
const STEP = 10 * MINUTE;

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

  it('of a device that scanned and was silent for forty years takes no longer than one of an hour', () => {
    const scan = claims({ detector: 'horizontal-scan', device: 'cam', ...scanOf(23) }, 0, 10 * MINUTE);
    const withoutEnd = scan.filter((input) => input.kind !== 'finding' || input.change !== 'over');
    let asked = 0;
    const profileOf = (device: string) => {
      asked++;
      return home.profileOf(device);
    };
    const [incident] = [
      ...outcomes(withoutEnd, preferenceSet({ autonomy: 'stop' }), { ...home, profileOf }, START + 40 * YEAR).values(),
    ];
    expect(incident).toMatchObject({ device: 'cam', outcome: { acted: START, blocks: 1 } });
    expect(asked).toBeLessThan(200);
  });

  it('acts in a silence when a question lapses', () => {
    const wish = preferenceSet({ autonomy: 'ask', unanswered: { after: 100 * HOUR, otherwise: 'stop' } });
    const scan = claims({ detector: 'horizontal-scan', device: 'cam', ...scanOf(23) }, 0);
    const withoutEnd = scan.slice(0, 1).map((input) => heldFor(input, 200 * HOUR));
    const [incident] = [...outcomes(withoutEnd, wish, home, START + YEAR).values()];
    expect(incident!.outcome).toMatchObject({ asked: START, acted: START + 100 * HOUR });
  });

  it('begins another incident after three clean days', () => {
    const scan = (first: number) => claims({ detector: 'horizontal-scan', device: 'cam', ...scanOf(23) }, first);
    const days = (count: number) => [...scan(0), ...scan(count * 24 * HOUR)];
    expect(outcomes(days(2), preferenceSet(), home, START + YEAR).size).toBe(1);
    expect(outcomes(days(4), preferenceSet(), home, START + YEAR).size).toBe(2);
  });

  it('looks whenever time may change something: looking at every step finds nothing else', () => {
    fc.assert(
      fc.property(history, wishes, (inputs, wish) => {
        const until = START + 18 * 24 * HOUR;
        const stepwise = outcomes(withEveryStep(inputs, until), wish, home, until);
        expect(outcomes(inputs, wish, home, until)).toEqual(stepwise);
      }),
      { numRuns: 40 },
    );
  });
});

const claim = fc
  .record({
    detector: fc.constantFrom('mirai-mark', 'horizontal-scan', 'flood', 'beacon', 'novelty', 'tripwire-rate'),
    device: fc.constantFrom(...Object.keys(HOME)),
    confidence: fc.constantFrom(0.3, 0.6, 0.9, 1),
    first: fc.integer({ min: 0, max: 200 * 60 }).map((minutes) => minutes * MINUTE),
    length: fc.constantFrom(0, 5 * MINUTE, 5 * HOUR),
    hold: fc.constantFrom(2 * MINUTE, 90 * MINUTE, 24 * HOUR, 7 * 24 * HOUR),
    ends: fc.boolean(),
    port: fc.constantFrom(23, 2323),
  })
  .map(({ first, length, hold, ends, port, ...sketch }) =>
    claims({ ...sketch, ...scanOf(port) }, first, first + length, 30 * MINUTE)
      .filter((input) => input.kind === 'finding' && (ends || input.change !== 'over'))
      .map((input) => heldFor(input, hold)),
  );
const sign = fc
  .record({ device: fc.constantFrom(...Object.keys(HOME)), minutes: fc.integer({ min: 0, max: 200 * 60 }) })
  .map(({ device, minutes }): CaseInput[] => {
    const at = START + minutes * MINUTE;
    return [{ kind: 'sign', at, sign: { at, device, name: 'came-back' } }];
  });
const history = fc
  .array(fc.oneof({ weight: 4, arbitrary: claim }, { weight: 1, arbitrary: sign }), { minLength: 1, maxLength: 6 })
  .map((lists) => lists.flat().sort((a, b) => a.at - b.at));
const wishes = fc
  .record({
    autonomy: fc.constantFrom(...AUTONOMIES),
    certainty: fc.constantFrom(...CERTAINTIES),
    after: fc.constantFrom(25 * MINUTE, 4 * HOUR, 7 * 24 * HOUR),
    otherwise: fc.constantFrom(...UNANSWERED),
  })
  .map(({ after, otherwise, ...rest }) => preferenceSet({ ...rest, unanswered: { after, otherwise } }));

/** The same with a tick at each of the steps in which time is played. */
function withEveryStep(inputs: readonly CaseInput[], until: number): CaseInput[] {
  const ends = [...inputs.slice(1).map(({ at }) => at), until];
  return inputs.flatMap((input, i) => {
    const ticks: CaseInput[] = [];
    for (let at = input.at + STEP; at < ends[i]!; at += STEP) ticks.push({ kind: 'tick', at });
    return [input, ...ticks];
  });
}

/** A claim that holds for so long, ms. */
function heldFor(input: CaseInput, hold: number): CaseInput {
  return input.kind === 'finding' ? { ...input, finding: { ...input.finding, until: input.at + hold } } : input;
}
