import { describe, expect, it } from 'vitest';
import type { TrippedObservation } from '../../model/observation.ts';
import { Scene, SECOND, START, stranger, type Told } from '../testing/scene.ts';

/** What is told of a device at which the kernel's rule against false sources acted at these seconds. */
function told(seconds: readonly number[], change: Partial<TrippedObservation> = {}): Told[] {
  const scene = new Scene();
  const thing = scene.thing();
  scene.tcp(START, thing, stranger(60_000), 443);
  for (const second of seconds) {
    const at = START + second * SECOND;
    scene.observe({ kind: 'tripped', at, mac: thing.mac, reason: 'spoofing', mode: 'enforce', ...change });
  }
  return scene.play().filter(({ detector }) => ['tripwire-spoofing', 'spoofed-source'].includes(detector));
}

const each = (count: number, apart = 1) => Array.from({ length: count }, (_, i) => 1 + i * apart);

describe('false source addresses that the kernel met', () => {
  it('are a finding after twenty seconds of them, one for the whole attack', () => {
    expect(told(each(180))).toEqual([
      expect.objectContaining({
        detector: 'tripwire-spoofing',
        device: 'd-02000000000a',
        at: START + 20 * SECOND,
        confidence: 0.9,
      }),
    ]);
  });

  it('are less certain where the kernel only watches', () => {
    expect(told(each(30), { mode: 'watch' })).toMatchObject([{ confidence: 0.6 }]);
  });

  it('are none for one packet, for a burst within a second, nor now and then for an hour', () => {
    expect(told([1])).toEqual([]);
    expect(told(Array.from({ length: 100 }, (_, i) => 1 + i / 1000))).toEqual([]);
    expect(told(each(600, 6))).toEqual([]);
  });

  it('are none of a phone that comes from another network and repeats what was left unanswered', () => {
    const repeats = [0, 0.2, 1, 3, 7, 15, 31, 63];
    expect(
      told([...repeats, ...repeats.map((at) => at + 0.4), ...repeats.map((at) => at + 2)].sort((a, b) => a - b)),
    ).toEqual([]);
  });

  it('are none of other tripwires', () => {
    expect(told(each(60), { reason: 'packets' })).toEqual([]);
  });

  it('are nobody’s where the hardware address is no device', () => {
    expect(told(each(60), { mac: '02:aa:aa:aa:aa:aa' })).toEqual([]);
  });
});
