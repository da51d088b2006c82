import { describe, expect, it } from 'vitest';
import { live } from './days.ts';
import { type Call, type Doing, MONDAY } from './life.ts';
import { OrdinaryDays } from './ordinary-days.ts';

const NOON = MONDAY + 12 * 3_600_000;
const PATIENCE = 120_000;

/** A thing of the home that tries strangers’ recorders, one a second, for ten minutes. */
function scan(home: OrdinaryDays): Doing[] {
  const member = home.member('kettle-plug');
  return Array.from({ length: 600 }, (_, i): Call => {
    const address = `198.51.100.${1 + (i % 254)}`;
    const nothing = { down: 0, bytesDown: 0, lasts: 1000 };
    return { at: NOON + i * 1000, member, address, protocol: 6, port: 34_567, up: 1, bytesUp: 60, ...nothing };
  });
}

describe('ordinary days', () => {
  it('are the same for the same seed, and others for another', () => {
    const doings = new OrdinaryDays(5).day(0);
    expect(new OrdinaryDays(5).day(0)).toEqual(doings);
    expect(new OrdinaryDays(6).day(0)).not.toEqual(doings);
    expect(doings.length).toBeGreaterThan(5000);
  });

  it('pass the real core unhindered, and a scan among them does not', { timeout: PATIENCE }, () => {
    const lived = live(1, 5, scan);
    expect(lived.findings).toEqual([expect.stringMatching(/^horizontal-scan tcp\/34567 /)]);
    expect(lived.dropped).toBeGreaterThan(500);
    // Each try of the scan is one packet: nothing else was stopped.
    expect(lived.dropped).toBeLessThanOrEqual(600);
    expect(lived).toMatchObject({ incidents: 1, flagged: [], quarantined: [] });
  });
});
