import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AUTONOMIES, CERTAINTIES, type PreferenceChoice, UNANSWERED } from '../model/preferences.ts';
import type { Verdict } from '../model/verdict.ts';
import type { Casebook, CaseInput } from './casebook.ts';
import { isStopped, rankOf } from './steps.ts';
import { targetKey } from './targets.ts';
import { casebook, claims, HOUR, MINUTE, preferenceSet, START, timeline } from './testing.ts';

const DETECTORS = [
  'mirai-mark',
  'horizontal-scan',
  'flood',
  'dns-tunnel',
  'beacon',
  'novelty',
  'name-spoofing',
  'rogue-dhcp',
  'proxy-relay',
  'tripwire-rate',
];
const device = fc.constantFrom('cam', 'cam-2', 'laptop', 'alarm');
const target = fc.constantFrom(
  undefined,
  { service: { protocol: 6, port: 23, initiator: 'device' as const } },
  { service: { protocol: 6, port: 2323, initiator: 'device' as const } },
  { service: { protocol: 17, port: 53, initiator: 'device' as const } },
  { node: { address: '203.0.113.9' } },
  { node: { name: 'c2.example' } },
);
const time = fc.integer({ min: 0, max: 60 * 30 }).map((minutes) => minutes * MINUTE);
const claim = fc
  .record({
    detector: fc.constantFrom(...DETECTORS),
    device,
    target,
    confidence: fc.constantFrom(0.3, 0.6, 0.9, 1),
    first: time,
    length: fc.constantFrom(0, 5, 30, 300).map((minutes) => minutes * MINUTE),
  })
  .map(({ target: cut, first, length, ...sketch }) =>
    claims(
      { ...sketch, subject: cut ? targetKey(cut) : '', ...(cut && { target: cut }) },
      first,
      first + length,
      5 * MINUTE,
    ),
  );
const restart = fc
  .record({ device, at: time })
  .map(({ device, at }): CaseInput[] => [
    { kind: 'sign', at: START + at, sign: { at: START + at, device, name: 'came-back' } },
  ]);
const story = fc
  .array(fc.oneof({ weight: 5, arbitrary: claim }, { weight: 1, arbitrary: restart }), { minLength: 4, maxLength: 10 })
  .map((lists) => timeline(80 * HOUR, ...lists));

/** The answers of one wish from the least strict to the strictest, all others being equal. */
const setting = fc
  .record({
    autonomy: fc.constantFrom(...AUTONOMIES),
    certainty: fc.constantFrom(...CERTAINTIES),
    after: fc.constantFrom(10 * MINUTE, 4 * HOUR),
    otherwise: fc.constantFrom(...UNANSWERED),
  })
  .map(
    ({ after, otherwise, ...rest }): Required<Pick<PreferenceChoice, 'autonomy' | 'certainty' | 'unanswered'>> => ({
      ...rest,
      unanswered: { after, otherwise },
    }),
  );

const stricterBy = {
  autonomy: AUTONOMIES,
  certainty: CERTAINTIES,
} as const;

/** Everything that `mild` cuts is cut by `strict`, too. */
function cutsAsMuch(strict: Casebook, mild: Casebook): void {
  for (const incident of mild.current()) {
    const theirs: Verdict | undefined = strict.get(incident.id)?.verdict;
    const { verdict } = incident;
    if (!verdict) continue;
    expect(theirs, `${incident.id} is acted upon`).toBeDefined();
    expect(rankOf(theirs!.step), `${incident.id}: ${verdict.step} → ${theirs!.step}`).toBeGreaterThanOrEqual(
      rankOf(verdict.step),
    );
    const cut = new Set(theirs!.blocks.map(targetKey));
    const missing = verdict.blocks.filter((block) => !cut.has(targetKey(block)));
    expect(missing, incident.id).toEqual([]);
  }
}

function compare(mild: PreferenceChoice, strict: PreferenceChoice, inputs: readonly CaseInput[]): void {
  const [a, b] = [casebook(preferenceSet(mild)), casebook(preferenceSet(strict))];
  for (const input of inputs) {
    a.apply(input);
    b.apply(input);
    cutsAsMuch(b, a);
  }
}

describe('a stricter wish never lets more through nor cuts less', () => {
  for (const name of ['autonomy', 'certainty'] as const)
    it(name, () => {
      const order = stricterBy[name];
      const pair = fc.nat(order.length - 2).map((mild) => [mild, mild + 1] as const);
      fc.assert(
        fc.property(setting, pair, story, (rest, [mild, strict], inputs) => {
          compare({ ...rest, [name]: order[mild] }, { ...rest, [name]: order[strict] }, inputs);
        }),
        { numRuns: 100 },
      );
    });

  it('what happens when nobody answers, and after how long', () => {
    fc.assert(
      fc.property(setting, story, fc.constantFrom(10 * MINUTE, 2 * HOUR), (rest, inputs, sooner) => {
        const { after } = rest.unanswered;
        const mild = { ...rest, autonomy: 'ask' as const };
        compare(mild, { ...mild, unanswered: { after: Math.min(after, sooner), otherwise: 'stop' } }, inputs);
      }),
      { numRuns: 100 },
    );
  });
});

describe('the course of an incident', () => {
  it('is the same whatever the household wishes', () => {
    const course = (book: Casebook) =>
      book.all().map(({ id, device, state, opened, last, closed, relapses, strength, findings, kindred, cleanUp }) => ({
        id,
        device,
        state,
        opened,
        last,
        closed,
        relapses,
        strength,
        findings,
        kindred,
        cleanUp,
      }));
    fc.assert(
      fc.property(setting, setting, story, (one, other, inputs) => {
        const [a, b] = [casebook(preferenceSet(one)), casebook(preferenceSet(other))];
        for (const input of inputs) {
          a.apply(input);
          b.apply(input);
        }
        expect(course(a)).toEqual(course(b));
      }),
      { numRuns: 30 },
    );
  });

  it('ends: after four days of silence nothing is cut and nothing waits', () => {
    fc.assert(
      fc.property(setting, story, (wish, inputs) => {
        const book = casebook(preferenceSet(wish));
        for (const input of inputs) book.apply(input);
        for (let hours = 80; hours <= 30 + 6 + 97; hours++) book.apply({ kind: 'tick', at: START + hours * HOUR });
        expect(book.current()).toEqual([]);
        expect(book.wants()).toEqual({ rules: [], limits: [] });
      }),
      { numRuns: 30 },
    );
  });

  it('survives a restart at any moment', () => {
    fc.assert(
      fc.property(setting, story, fc.nat(), (wish, inputs, at) => {
        const preferences = preferenceSet(wish);
        const one = casebook(preferences);
        let two = casebook(preferences);
        const middle = at % inputs.length;
        for (const [i, input] of inputs.entries()) {
          one.apply(input);
          two.apply(input);
          if (i === middle) {
            const state = { incidents: two.all(), corrections: two.corrections.all() };
            two = casebook(preferences, JSON.parse(JSON.stringify(state)) as typeof state);
          }
        }
        for (const incident of one.current().filter(({ opened }) => opened <= inputs[middle]!.at))
          expect(two.get(incident.id)?.verdict).toEqual(incident.verdict);
      }),
      { numRuns: 30 },
    );
  });
});

describe('what is cut stops what was claimed', () => {
  it('or is as far as SPIN may go with that device', () => {
    fc.assert(
      fc.property(story, (inputs) => {
        const book = casebook(preferenceSet({ autonomy: 'quarantine', certainty: 'suspected' }));
        for (const input of inputs) {
          book.apply(input);
          for (const { device, findings, verdict } of book.current()) {
            if (device !== 'cam' || !verdict || verdict.released !== undefined) continue;
            const open = findings.filter(
              (one) => one.over === undefined && one.confidence >= 0.6 && one.last < input.at - 2 * HOUR,
            );
            const passing = open.filter((one) => !isStopped(one, verdict) && one.detector !== 'dns-tunnel');
            expect(passing).toEqual([]);
          }
        }
      }),
      { numRuns: 30 },
    );
  });
});
