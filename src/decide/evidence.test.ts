import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { IncidentFinding } from '../model/incident.ts';
import { strengthOf, THRESHOLD } from './evidence.ts';
import { HOUR, START } from './testing.ts';

const claim = (detector: string, confidence: number, more: Partial<IncidentFinding> = {}): IncidentFinding => ({
  ...{ id: `${detector} ${more.subject ?? ''}`, detector, subject: '', evidence: {}, confidence },
  ...{ first: START, last: START, until: START + HOUR },
  ...more,
});
const at = (address: string) => ({ subject: address, target: { node: { address } } });
const any = fc
  .record({
    detector: fc.constantFrom('mirai-mark', 'flood', 'beacon', 'tor', 'novelty', 'new-device'),
    confidence: fc.double({ min: 0, max: 1, noNaN: true }),
    node: fc.constantFrom(undefined, '203.0.113.1', '203.0.113.2'),
    over: fc.constantFrom(undefined, START + HOUR),
  })
  .map(({ detector, confidence, node, over }) =>
    claim(detector, confidence, { ...(node && at(node)), ...(over !== undefined && { over }) }),
  );

describe('the strength of evidence', () => {
  it.each<[string, IncidentFinding[], keyof typeof THRESHOLD | undefined]>([
    ['an absolute fact', [claim('mirai-mark', 1)], 'certain'],
    ['two attacks of which detectors are sure', [claim('flood', 0.9), claim('horizontal-scan', 0.9)], 'certain'],
    ['one attack of which a detector is fairly sure', [claim('flood', 0.8)], 'likely'],
    [
      'three suspicions of different things',
      ['a', 'b', 'c'].map((node, i) => claim(['beacon', 'tor', 'novelty'][i]!, 0.7, at(node))),
      'likely',
    ],
    ['the same of one thing', ['beacon', 'tor', 'novelty'].map((name) => claim(name, 0.85, at('a'))), 'suspected'],
    ['one suspicion of which a detector is sure', [claim('beacon', 0.85)], 'suspected'],
    ['one of which it is not', [claim('beacon', 0.6)], undefined],
    ['notes', [claim('new-device', 1), claim('port-mapping', 1)], undefined],
    ['what the household said is fine', [claim('mirai-mark', 1, { corrected: true })], undefined],
  ])('%s', (_, findings, expected) => {
    const strength = strengthOf(findings, 0, START);
    const reached = (['certain', 'likely', 'suspected'] as const).find((name) => strength >= THRESHOLD[name]);
    expect(reached).toBe(expected);
  });

  it('is never less for more claims, for surer ones or for more witnesses', () => {
    fc.assert(
      fc.property(fc.array(any, { maxLength: 8 }), any, fc.nat(5), (findings, more, witnesses) => {
        const now = START + 2 * HOUR;
        const strength = strengthOf(findings, witnesses, now);
        expect(strength).toBeGreaterThanOrEqual(0);
        expect(strength).toBeLessThanOrEqual(1);
        expect(strengthOf([...findings, more], witnesses, now)).toBeGreaterThanOrEqual(strength);
        expect(strengthOf(findings, witnesses + 1, now)).toBeGreaterThanOrEqual(strength);
        const surer = findings.map((one) => ({ ...one, confidence: Math.min(1, one.confidence + 0.1) }));
        expect(strengthOf(surer, witnesses, now)).toBeGreaterThanOrEqual(strength - 1e-12);
      }),
    );
  });

  it('halves in a day once a claim is over, and does not while it holds', () => {
    const over = claim('flood', 0.8, { over: START + HOUR });
    expect(strengthOf([over], 0, START + 24 * HOUR)).toBeCloseTo(0.38);
    expect(strengthOf([claim('flood', 0.8)], 0, START + 24 * HOUR)).toBeCloseTo(0.76);
  });

  it('witnesses alone prove nothing', () => {
    expect(strengthOf([], 3, START)).toBe(0);
    expect(strengthOf([claim('new-device', 1)], 3, START)).toBe(0);
  });
});
