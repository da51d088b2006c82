import { describe, expect, it } from 'vitest';
import type { PreferencesView } from '../../../src/contract/api.ts';
import { DEFAULT_PREFERENCES } from '../../../src/model/preferences.ts';
import { edited, inherited, isSame, problemAt, savedFor, scopeKey, scopeOfKey } from './choice.ts';

const HOME = { home: true } as const;
const view: PreferencesView = {
  home: { ...DEFAULT_PREFERENCES, critical: ['alarm.example.org'] },
  groups: { cameras: { autonomy: 'quarantine', critical: ['nvr.example.org'] } },
  devices: { 'd-1': { autonomy: 'watch', critical: ['door.example.org'] } },
};
const groups = [
  { id: 'cameras', members: ['d-1'] },
  { id: 'lamps', members: ['d-2'] },
];

describe('A scope', () => {
  it.each([[HOME], [{ group: 'kind:camera' }], [{ group: 'a group' }], [{ device: 'd-02:00:00:00:00:00' }]])(
    'comes back from the value of its option: %j',
    (scope) => {
      expect(scopeOfKey(scopeKey(scope))).toEqual(scope);
    },
  );

  it('has its own choice, and none where nothing was chosen', () => {
    expect(savedFor(view, HOME)).toBe(view.home);
    expect(savedFor(view, { group: 'cameras' }).autonomy).toBe('quarantine');
    expect(savedFor(view, { device: 'd-2' })).toEqual({});
  });

  it('is not confused by a device that calls itself like a part of the language', () => {
    expect(savedFor(view, { device: 'constructor' })).toEqual({});
    expect(savedFor(view, { group: '__proto__' })).toEqual({});
  });
});

describe('An edit', () => {
  it('changes one answer and keeps the others', () => {
    const after = edited(view.home, { autonomy: 'ask' }, HOME);
    expect(after).toEqual({ ...view.home, autonomy: 'ask' });
  });

  it('leaves an answer to the less specific', () => {
    const scope = { group: 'cameras' };
    expect(edited(savedFor(view, scope), { autonomy: undefined }, scope)).toEqual({ critical: ['nvr.example.org'] });
  });

  it('is nothing at all when a group takes its last name back; the home says that there is none', () => {
    const scope = { group: 'cameras' };
    expect(edited({ critical: ['x.example'] }, { critical: [] }, scope)).toEqual({});
    expect(edited(view.home, { critical: [] }, HOME).critical).toEqual([]);
  });

  it('is none when it is taken back', () => {
    const saved = savedFor(view, { device: 'd-1' });
    expect(isSame(saved, { critical: ['door.example.org'], autonomy: 'watch' })).toBe(true);
    expect(isSame(saved, { autonomy: 'watch' })).toBe(false);
    expect(
      isSame({ unanswered: { after: 1, otherwise: 'stop' } }, { unanswered: { otherwise: 'stop', after: 1 } }),
    ).toBe(true);
  });
});

describe('What counts where nothing is said', () => {
  it('is what the home says, for a group and for a device without groups that say something', () => {
    expect(inherited(view, { group: 'cameras' }, 'autonomy', groups)).toMatchObject({
      value: { autonomy: 'stop' },
      from: 'home',
    });
    expect(inherited(view, { device: 'd-2' }, 'autonomy', groups)).toMatchObject({
      value: { autonomy: 'stop' },
      from: 'home',
    });
  });

  it('is what a device’s groups say, whatever the device itself says now', () => {
    expect(inherited(view, { device: 'd-1' }, 'autonomy', groups)).toMatchObject({
      value: { autonomy: 'quarantine' },
      from: 'groups',
    });
    expect(inherited(view, { device: 'd-1' }, 'certainty', groups)).toMatchObject({
      value: { certainty: 'likely' },
      from: 'home',
    });
  });

  it('are the names of all others beside those of its own', () => {
    const names = inherited(view, { device: 'd-1' }, 'critical', groups).value.critical;
    expect(names.toSorted()).toEqual(['alarm.example.org', 'nvr.example.org']);
    expect(inherited(view, { group: 'cameras' }, 'critical', groups).value.critical).toEqual(['alarm.example.org']);
  });
});

describe('The field of a refusal', () => {
  it.each([
    ['choice.critical[2]', { question: 'critical', index: 2 }],
    ['choice.unanswered.after', { question: 'unanswered' }],
    ['choice.autonomy', { question: 'autonomy' }],
    ['choice.critical', { question: 'critical' }],
  ])('%s is a question', (field, at) => {
    expect(problemAt(field)).toEqual(at);
  });

  it.each([['scope.group'], [undefined], ['']])('%s is none', (field) => {
    expect(problemAt(field)).toBeUndefined();
  });
});
