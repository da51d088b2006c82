import { describe, expect, it } from 'vitest';
import { DEVICES } from '../../lab/plan.ts';
import { scenarioNamed } from '../../lab/scenario/all.ts';
import { attacks } from '../../lab/scenario/attacks.ts';
import { ATTACK_NAMES, MATRIX, roundsOf } from './trials.ts';

describe('the matrix of attacks', () => {
  it('has every attack of the virtual home, from seven devices and more, and over IPv6', () => {
    expect([...ATTACK_NAMES].sort()).toEqual(attacks.map(({ name }) => name).sort());
    for (const name of ATTACK_NAMES) {
      const from = new Set(MATRIX.filter(({ attack }) => attack === name).map(({ device }) => device));
      expect(from.size, name).toBeGreaterThanOrEqual(7);
      if (name !== 'worm') expect(MATRIX.some(({ attack, over }) => attack === name && over === 6)).toBe(true);
    }
  });

  it('can be played', () => {
    for (const { attack, device, over } of MATRIX)
      expect(scenarioNamed(`${attack}${over ? '-v6' : ''}@${device}`), attack).toBeDefined();
  });

  it('is played in rounds in which attacks can be told apart and half of the home does no harm', () => {
    const rounds = roundsOf(MATRIX);
    expect(rounds.flat()).toHaveLength(MATRIX.length);
    for (const round of rounds) {
      expect(new Set(round.map(({ device }) => device)).size).toBe(round.length);
      expect(new Set(round.map(({ attack }) => attack)).size).toBe(round.length);
      expect(round.length).toBeLessThanOrEqual(DEVICES.length / 2);
      const victims = round.flatMap(({ seen }) => seen.at ?? []);
      expect(round.some(({ device }) => victims.includes(device))).toBe(false);
    }
  });
});
