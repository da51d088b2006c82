import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { limitsFor, unneededBy } from '../../src/decide/limits.ts';
import { frame } from '../../src/enforce/testing/frames.ts';
import { Bucket } from './bucket.ts';
import { burstAt, type Need, needsOfEvening } from './captures.ts';
import { LIMITS, Ordinary } from './ordinary.ts';
import { SHAPES } from './shapes.ts';

describe('ordinary traffic stays within the default limits', () => {
  let evening: Need[];
  beforeAll(async () => {
    evening = await needsOfEvening();
  });

  it('the virtual home’s evening, twice over', () => {
    expect(evening.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['camera', 'tv', 'phone', 'computer']));
    for (const need of evening) {
      for (const limit of LIMITS) {
        const rate = limitsFor(need.kind)[limit];
        if (!rate) continue;
        const used = burstAt(need, limit, rate.perSecond);
        expect(2 * used, `${need.kind} ${need.mac}: ${limit}`).toBeLessThanOrEqual(rate.burst);
      }
    }
  });

  it('and needs no service that its devices’ kinds never need', () => {
    const used = evening.flatMap(({ kind, services }) =>
      unneededBy(kind).filter(({ protocol, port }) => services.has(`${protocol} ${port ?? 0}`)),
    );
    expect(used).toEqual([]);
    expect(evening.filter(({ kind }) => kind === 'computer').some(({ services }) => services.has('6 25'))).toBe(true);
  });

  it.each(SHAPES)('$what', ({ kind, limit, need }) => {
    const rate = limitsFor(kind)[limit];
    if (!rate) return expect(rate).toBeUndefined();
    expect(rate.perSecond).toBeGreaterThan(need.perSecond);
    expect(rate.burst).toBeGreaterThanOrEqual(need.burst);
  });
});

describe('the need of a limit', () => {
  it('is the smallest burst that lets everything pass', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(gaps, fc.integer({ min: 1, max: 50 }), (between, perSecond) => {
        const bucket = new Bucket([perSecond]);
        let at = 0;
        const times = between.map((gap) => (at += gap));
        for (const time of times) bucket.add(time);
        const burst = bucket.bursts[0]!;
        expect(passes(times, perSecond, burst + 1e-6)).toBe(true);
        if (burst > 1) expect(passes(times, perSecond, burst - 1e-6)).toBe(false);
      }),
    );
  });

  /** As the kernel limits: a packet takes a token, and tokens come back with time. */
  function passes(times: readonly number[], perSecond: number, burst: number): boolean {
    let tokens = burst;
    let last = times[0]!;
    for (const at of times) {
      tokens = Math.min(burst, tokens + ((at - last) / 1000) * perSecond);
      last = at;
      if (tokens < 1) return false;
      tokens -= 1;
    }
    return true;
  }

  const sent = (packets: Array<{ flags: number; back?: boolean; port?: number }>) => {
    const ordinary = new Ordinary();
    packets.forEach(({ flags, back = false, port = 4000 }, i) => {
      const [device, far] = [
        { mac: '02:00:00:00:00:01', address: '192.168.1.2', port },
        { mac: '02:00:00:00:00:99', address: '203.0.113.1', port: 443 },
      ];
      const [from, to] = back ? [far, device] : [device, far];
      const bytes = frame({
        sourceMac: from.mac,
        destinationMac: to.mac,
        source: from.address,
        destination: to.address,
        protocol: 6,
        sourcePort: from.port,
        destinationPort: to.port,
        flags,
      });
      ordinary.frame(bytes, new DataView(bytes.buffer), 0, bytes.length, bytes.length, 1000 + i, 1);
    });
    const { needs } = ordinary.devices.get('02:00:00:00:00:01')!;
    return Object.fromEntries(LIMITS.map((limit) => [limit, Math.ceil(needs[limit].bursts[0]!)]));
  };
  const [SYN, ACK, RST] = [2, 16, 4];

  it('counts a packet without an answer as new, and one after it as known', () => {
    expect(sent([{ flags: SYN }, { flags: SYN }, { flags: SYN | ACK, back: true }, { flags: ACK }])).toMatchObject({
      connections: 2,
      packets: 3,
      destination: 3,
      stateless: 0,
    });
  });

  it('counts what no SYN came before, and what comes after a reset', () => {
    expect(sent([{ flags: ACK }, { flags: RST, port: 4001 }])).toMatchObject({ stateless: 2, connections: 0 });
    expect(sent([{ flags: SYN }, { flags: RST, back: true }, { flags: ACK }])).toMatchObject({ stateless: 1 });
  });
});
