import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Finding } from '../model/home.ts';
import type { Casebook, CaseInput } from './casebook.ts';
import { casebook, claims, HOUR, MINUTE, play, START } from './testing.ts';

const DAY = 24 * HOUR;
const beacon = { detector: 'beacon', device: 'thing', subject: 'c2.example', confidence: 0.6 };

/** Up to then, with what detectors claim then: each claim that is not over. */
function noticedAt(book: Casebook, inputs: readonly CaseInput[], after: number) {
  const at = START + after;
  const live = new Map<string, Finding>();
  for (const input of inputs) {
    if (input.at > at || input.kind !== 'finding') continue;
    if (input.change === 'over') live.delete(input.finding.id);
    else live.set(input.finding.id, input.finding);
  }
  play(
    book,
    inputs.filter((input) => input.at <= at),
  );
  return book.noticed([...live.values()], at);
}

describe('what was noticed and is no incident', () => {
  test('a lone suspicion is told, with how sure that is and why nothing is done', () => {
    const book = casebook();
    const seen = noticedAt(book, claims(beacon, 0, HOUR), HOUR);
    expect(seen).toMatchObject([
      {
        device: 'thing',
        detector: 'beacon',
        subject: 'c2.example',
        confidence: 0.6,
        reason: 'not-sure',
        sure: 'perhaps',
      },
    ]);
    expect(seen[0]).toMatchObject({ first: START, last: START + HOUR, until: START + HOUR + 2 * MINUTE });
    expect(book.current()).toEqual([]);
  });

  test('what is over is told with its end until it has faded, and means less from day to day', () => {
    const story = claims(beacon, 0, MINUTE);
    const then = (after: number) => noticedAt(casebook(), story, after);
    expect(then(HOUR)).toMatchObject([{ over: START + 3 * MINUTE, sure: 'perhaps' }]);
    expect(then(2 * DAY)).toMatchObject([{ over: START + 3 * MINUTE, sure: 'hardly' }]);
    expect(then(7 * DAY)).toEqual([]);
  });

  test('what becomes an incident leaves the list', () => {
    const tunnel = { detector: 'dns-tunnel', device: 'thing', confidence: 0.95 };
    const book = casebook();
    const seen = noticedAt(book, [...claims(beacon, 0, HOUR), ...claims(tunnel, MINUTE, HOUR)], HOUR);
    expect(book.current()).toHaveLength(1);
    expect(seen).toEqual([]);
  });

  test('what harms nobody is told as that, after what may be harm', () => {
    const tracker = { detector: 'tracker', device: 'thing', subject: 'ads.example' };
    const seen = noticedAt(casebook(), [...claims(beacon, 0, MINUTE), ...claims(tracker, MINUTE, HOUR)], HOUR);
    expect(seen.map(({ detector, reason, sure }) => ({ detector, reason, sure }))).toEqual([
      { detector: 'beacon', reason: 'not-sure', sure: 'perhaps' },
      { detector: 'tracker', reason: 'not-harm', sure: undefined },
    ]);
  });

  test('what harms nobody is told beside an incident that does not hold it', () => {
    const tracker = claims({ detector: 'tracker', device: 'thing', subject: 'ads.example' }, 0, HOUR, DAY);
    const scan = claims({ detector: 'horizontal-scan', device: 'thing' }, MINUTE, HOUR);
    const [told, ended] = [tracker[0]!, tracker.at(-1)!];
    expect(noticedAt(casebook(), [told, ...scan, ended], HOUR)).toMatchObject([{ detector: 'tracker' }]);
  });

  test('what the household said is fine goes on being told, as fine', () => {
    const book = casebook();
    const scan = claims({ detector: 'horizontal-scan', device: 'thing', subject: 'tcp/23' }, 0, HOUR);
    play(book, scan.slice(0, 1));
    book.apply({ kind: 'undo', at: START + MINUTE, by: 'owner', incident: book.current()[0]!.id });
    const seen = noticedAt(book, scan.slice(1), HOUR);
    expect(seen).toMatchObject([{ detector: 'horizontal-scan', reason: 'fine' }]);
    expect(seen[0]).not.toHaveProperty('sure');
    expect(seen[0]).not.toHaveProperty('corrected');
  });

  test('every live claim is in an incident or in the list, and none in both', () => {
    const names = fc.constantFrom('beacon', 'tor', 'novelty', 'tracker', 'horizontal-scan', 'mirai-mark', 'arp-sweep');
    const sketch = fc.record({
      detector: names,
      device: fc.constantFrom('cam', 'thing', 'laptop'),
      subject: fc.constantFrom('a', 'b'),
      confidence: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(sketch, { maxLength: 12 }), (sketches) => {
        const byId = new Map(sketches.map((one) => [`${one.detector}/${one.device}/${one.subject}`, one]));
        const book = casebook();
        const inputs = [...byId.values()].flatMap((one, i) => claims(one, i * MINUTE).slice(0, 1));
        const seen = noticedAt(book, inputs, HOUR).map(({ id }) => id);
        const held = book.current().flatMap(({ findings }) => findings.map(({ id }) => id));
        expect([...seen, ...held].sort()).toEqual([...byId.keys()].sort());
      }),
    );
  });
});
