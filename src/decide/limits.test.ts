import { describe, expect, it } from 'vitest';
import { classOf, KINDS } from '../model/kinds.ts';
import type { Rate } from '../model/policy.ts';
import { limitsFor, modeFor, unneededBy } from './limits.ts';

const GRE = { protocol: 47 };
const SMTP = { protocol: 6, port: 25 };
const appliances = KINDS.filter((kind) => ['appliance', 'critical'].includes(classOf(kind)));
/** Packets of a flood until it is noticed. */
const escaped = ({ perSecond, burst }: Rate, flood: number) => (burst * flood) / (flood - perSecond);
const others = [...KINDS.filter((kind) => !appliances.includes(kind)), undefined, 'something new'];

describe('default limits', () => {
  it.each(appliances)('hold a %s in volume, and let few connections of an attack out', (kind) => {
    const { packets, connections, unanswered, stateless, dns } = limitsFor(kind);
    expect(packets).toBeDefined();
    expect(connections!.burst).toBeLessThanOrEqual(
      kind === 'tv' || kind === 'speaker' || kind === 'kitchen' ? 100 : 19,
    );
    for (const rate of [unanswered!, stateless!]) expect(escaped(rate, 160)).toBeLessThanOrEqual(200);
    expect(dns!.burst).toBeLessThanOrEqual(300);
    expect(modeFor(kind)).toEqual({ mode: 'enforce', volume: 'enforce' });
    expect(unneededBy(kind)).toEqual(expect.arrayContaining([GRE, SMTP]));
  });

  it.each(others)('never hold %s for how much it does, only for what nothing ordinary sends', (kind) => {
    expect(modeFor(kind)).toEqual({ mode: 'enforce', volume: 'watch' });
    expect(limitsFor(kind).packets).toBeUndefined();
    expect(escaped(limitsFor(kind).stateless!, 160)).toBeLessThanOrEqual(200);
    expect(unneededBy(kind)).toContainEqual(GRE);
    expect(unneededBy(kind)).not.toContainEqual(SMTP);
  });
});
