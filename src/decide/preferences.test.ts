import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  AUTONOMIES,
  DEFAULT_PREFERENCES,
  type PreferenceChoice,
  type PreferenceScope,
  preferencesFor,
} from '../model/preferences.ts';
import { choose } from './preferences.ts';
import { preferenceSet } from './testing.ts';

const KNOWN = { device: (id: string) => id.startsWith('d-'), group: (id: string) => id.startsWith('g-') };
const chosen = (scope: PreferenceScope, choice: PreferenceChoice, set = preferenceSet()) =>
  choose(set, scope, choice, KNOWN);
const refusal = (choice: unknown, scope: PreferenceScope = { home: true }) => {
  try {
    chosen(scope, choice as PreferenceChoice);
  } catch (error) {
    const { field, code } = error as { field: string; code: string };
    return { field, code };
  }
  return undefined;
};

describe('what counts for a device', () => {
  it('is the most specific: the device, then its groups, then the home', () => {
    const set = preferenceSet(
      { autonomy: 'watch' },
      { groups: { 'g-1': { autonomy: 'ask' } }, devices: { 'd-1': { autonomy: 'quarantine' } } },
    );
    expect(preferencesFor(set, 'd-1', ['g-1']).autonomy).toBe('quarantine');
    expect(preferencesFor(set, 'd-2', ['g-1']).autonomy).toBe('ask');
    expect(preferencesFor(set, 'd-2', []).autonomy).toBe('watch');
  });

  it('of several groups the strictest, in whatever order they are', () => {
    const autonomy = fc.constantFrom(...AUTONOMIES);
    fc.assert(
      fc.property(autonomy, autonomy, (a, b) => {
        const set = preferenceSet({}, { groups: { 'g-1': { autonomy: a }, 'g-2': { autonomy: b } } });
        const strictest = AUTONOMIES[Math.max(AUTONOMIES.indexOf(a), AUTONOMIES.indexOf(b))];
        for (const groups of [
          ['g-1', 'g-2'],
          ['g-2', 'g-1'],
        ])
          expect(preferencesFor(set, 'd-1', groups).autonomy).toBe(strictest);
      }),
    );
    const unanswered = (otherwise: 'nothing' | 'stop', after: number) => ({ unanswered: { otherwise, after } });
    const set = preferenceSet(
      {},
      { groups: { a: unanswered('nothing', 1), b: unanswered('stop', 9), c: unanswered('stop', 5) } },
    );
    expect(preferencesFor(set, 'd-1', ['a', 'b', 'c']).unanswered).toEqual({ otherwise: 'stop', after: 5 });
  });

  it('what must never be cut is all that anybody named', () => {
    const set = preferenceSet(
      { critical: ['a.example'] },
      { groups: { 'g-1': { critical: ['b.example'] } }, devices: { 'd-1': { critical: ['c.example', 'a.example'] } } },
    );
    expect(preferencesFor(set, 'd-1', ['g-1']).critical.sort()).toEqual(['a.example', 'b.example', 'c.example']);
  });

  it('a name of JavaScript’s own is no device', () => {
    expect(preferencesFor(preferenceSet(), 'constructor', ['toString', '__proto__'])).toEqual(DEFAULT_PREFERENCES);
  });
});

describe('a choice', () => {
  it('replaces the one before; an empty one leaves it to the less specific', () => {
    const one = chosen({ device: 'd-1' }, { autonomy: 'ask', certainty: 'certain' });
    const two = chosen({ device: 'd-1' }, { newDevices: 'hold' }, one);
    expect(two.devices).toEqual({ 'd-1': { newDevices: 'hold' } });
    expect(chosen({ device: 'd-1' }, {}, two).devices).toEqual({});
    expect(chosen({ home: true }, {}, chosen({ home: true }, { autonomy: 'watch' })).home).toEqual(DEFAULT_PREFERENCES);
  });

  it('names are written as names are, once', () => {
    expect(
      chosen({ home: true }, { critical: ['Alarm.Example.COM.', 'alarm.example.com', '2001:db8::1'] }).home.critical,
    ).toEqual(['alarm.example.com', '2001:db8::1']);
  });

  it.each<[string, unknown, string, string]>([
    ['a word that is none', { autonomy: 'nuke' }, 'choice.autonomy', 'bad-preference'],
    [
      'a question that cannot be answered in time',
      { unanswered: { after: 1000, otherwise: 'stop' } },
      'choice.unanswered.after',
      'bad-preference',
    ],
    [
      'one that never lapses',
      { unanswered: { after: Number.POSITIVE_INFINITY, otherwise: 'stop' } },
      'choice.unanswered.after',
      'bad-preference',
    ],
    [
      'no number at all',
      { unanswered: { after: Number.NaN, otherwise: 'stop' } },
      'choice.unanswered.after',
      'bad-preference',
    ],
    ['what is no name', { critical: ['ok.example', 'not a name'] }, 'choice.critical[1]', 'bad-preference'],
    [
      'too many names',
      { critical: Array.from({ length: 65 }, (_, i) => `n${i}.example`) },
      'choice.critical',
      'too-many',
    ],
  ])('is refused for %s', (_, choice, field, code) => expect(refusal(choice)).toEqual({ field, code }));

  it('for what is gone by now can still be taken back', () => {
    const set = preferenceSet({}, { groups: { gone: { autonomy: 'ask' } }, devices: { gone: { autonomy: 'ask' } } });
    expect(chosen({ group: 'gone' }, {}, set).groups).toEqual({});
    expect(chosen({ device: 'gone' }, {}, set).devices).toEqual({});
    expect(() => chosen({ device: 'gone' }, { autonomy: 'stop' }, set)).toThrow('no such device');
  });

  it('is refused for whom nobody knows, and beyond as many as there may be', () => {
    expect(refusal({}, { device: 'x' })).toEqual({ field: 'scope.device', code: 'unknown-device' });
    expect(refusal({}, { group: 'x' })).toEqual({ field: 'scope.group', code: 'unknown-group' });
    const full = preferenceSet(
      {},
      { devices: Object.fromEntries(Array.from({ length: 1024 }, (_, i) => [`d-${i}`, { autonomy: 'ask' as const }])) },
    );
    expect(() => chosen({ device: 'd-new' }, { autonomy: 'ask' }, full)).toThrow('more than 1024');
    expect(() => chosen({ device: 'd-5' }, { autonomy: 'stop' }, full)).not.toThrow();
  });
});
