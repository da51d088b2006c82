import { describe, expect, it } from 'vitest';
import type { NewDevices } from '../model/preferences.ts';
import { KNOWN_AFTER, MAX_NEWCOMERS, Newcomers, SETTLING_IN } from './newcomers.ts';
import { HOUR, START } from './testing.ts';

const LATER = START + SETTLING_IN;
const home = (stance: NewDevices) => new Newcomers(() => stance, START);

describe('new devices', () => {
  it('are not those that were there when SPIN came', () => {
    const newcomers = home('hold');
    expect(newcomers.arrived('d-1', START + HOUR)).toBe(false);
    expect(newcomers.arrived('d-2', LATER)).toBe(true);
    expect(newcomers.all().map(({ device }) => device)).toEqual(['d-2']);
  });

  it.each<[NewDevices, number, number]>([
    ['admit', 0, 0],
    ['limit', 0, 1],
    ['hold', 1, 0],
  ])('%s: %i rules, %i limits', (stance, rules, limits) => {
    const newcomers = home(stance);
    newcomers.arrived('d-1', LATER);
    const wants = newcomers.wants();
    expect([wants.rules.length, wants.limits.length]).toEqual([rules, limits]);
    if (rules > 0)
      expect(wants.rules[0]).toMatchObject({ action: 'isolated', target: { device: 'd-1' }, because: 'new-device' });
  });

  it('are known after three days, unless they wait for the owner', () => {
    for (const stance of ['limit', 'hold'] as const) {
      const newcomers = home(stance);
      newcomers.arrived('d-1', LATER);
      expect(newcomers.tick(LATER + KNOWN_AFTER - 1)).toBe(false);
      expect(newcomers.tick(LATER + KNOWN_AFTER)).toBe(stance === 'limit');
      expect(newcomers.all()).toHaveLength(stance === 'limit' ? 0 : 1);
    }
  });

  it('are let in by the owner, or by being one that is known', () => {
    const newcomers = home('hold');
    newcomers.arrived('d-1', LATER);
    newcomers.arrived('d-2', LATER);
    newcomers.admit('d-1');
    newcomers.admit('d-2');
    expect(newcomers.wants().rules).toEqual([]);
    expect(() => newcomers.without('d-1')).toThrow('no such new device');
  });

  it('survive a restart, and are bounded', () => {
    const newcomers = home('hold');
    for (let i = 0; i < MAX_NEWCOMERS + 10; i++) newcomers.arrived(`d-${i}`, LATER + i);
    expect(newcomers.all()).toHaveLength(MAX_NEWCOMERS);
    expect(new Newcomers(() => 'hold', START, newcomers.state()).all()).toEqual(newcomers.all());
  });
});
