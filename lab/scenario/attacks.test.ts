import { describe, expect, it } from 'vitest';
import { scenarioNamed } from './all.ts';
import { isAttack, MAX_DEEDS, MAX_PER_SECOND } from './attack.ts';
import { attacks, withoutEvening } from './attacks.ts';
import { ordinaryEvening } from './ordinary-evening.ts';

describe.each(attacks.map((scenario) => [scenario.name, scenario] as const))('%s', (_, scenario) => {
  it('goes on beside an ordinary evening, and alone where there is one already', () => {
    expect(scenario.lines.slice(0, ordinaryEvening.lines.length)).toEqual(ordinaryEvening.lines);
    const alone = withoutEvening(scenario).lines;
    expect(alone.length).toBeGreaterThan(0);
    expect(alone.every(({ act }) => isAttack(act))).toBe(true);
  });

  it('is within the bounds of a lab', () => {
    for (const { act } of withoutEvening(scenario).lines) {
      if (!isAttack(act)) continue;
      expect(act.count).toBeLessThanOrEqual(MAX_DEEDS);
      if ('perSecond' in act) expect(act.perSecond).toBeLessThanOrEqual(MAX_PER_SECOND);
    }
  });
});

describe('an attack by its name', () => {
  it('may be another device’s', () => {
    const devices = (name: string) => withoutEvening(scenarioNamed(name)!).lines.map(({ device }) => device);
    expect(devices('worm')).toEqual(['camera', 'camera']);
    expect(devices('worm@bulb')).toEqual(['bulb', 'bulb']);
  });

  it('may go over IPv6, where it leaves the home', () => {
    const acts = withoutEvening(scenarioNamed('spam-v6@tv')!).lines.map(({ device, act }) => [
      device,
      isAttack(act) && act.over,
    ]);
    expect(acts).toEqual([['tv', 6]]);
    expect(scenarioNamed('worm-v6')).toBeUndefined();
    expect(scenarioNamed('quiet-night-v6')).toBeUndefined();
  });

  it('may be several at once', () => {
    const { lines } = withoutEvening(scenarioNamed('spam@tv+worm@bulb')!);
    expect(lines.map(({ device }) => device)).toEqual(['tv', 'bulb', 'bulb']);
    expect(scenarioNamed('spam@tv+ordinary-evening')).toBeUndefined();
  });

  it.each(['worm@nobody', 'worm@', 'worm@bulb@tv', 'ordinary-evening@bulb', 'no-such'])('is not %s', (name) => {
    expect(scenarioNamed(name)).toBeUndefined();
  });

  it('leaves an ordinary scenario as it is', () => {
    expect(withoutEvening(ordinaryEvening)).toBe(ordinaryEvening);
  });
});
