import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HomeEvent } from '../model/event.ts';
import { FINDING_WORDS, findingSentence } from '../model/finding-words.ts';
import { CAMERA, flows, PHONE, ROUTER, START } from '../track/testing.ts';
import { DETECTORS } from './all.ts';
import type { Claim, Detector } from './detector.ts';
import { Findings } from './findings.ts';
import { MINUTE, SECOND, watch } from './testing/watch.ts';

const traffic = (at: number) =>
  flows(at, { from: CAMERA, to: { mac: ROUTER.mac, address: '203.0.113.5' } }, { from: PHONE, to: CAMERA, slot: 9 });

const claiming: Detector = {
  name: 'flood',
  needs: ['connections'],
  start: ({ claim }) => ({
    second: (_at, active) => {
      for (const device of active)
        claim({ device, subject: 'x', evidence: { packets: 1 }, confidence: 0.9, hold: 10 * SECOND });
    },
  }),
};
const failing: Detector = {
  name: 'reflection',
  needs: [],
  start: () => ({
    opened: () => {
      throw new Error('a mistake');
    },
    second: () => {
      throw new Error('another');
    },
  }),
};
const stillborn: Detector = {
  name: 'beacon',
  needs: [],
  start: () => {
    throw new Error('never starts');
  },
};

const findingEvents = (events: readonly HomeEvent[]) => events.filter((event) => event.kind === 'finding');

describe('detectors over one home', () => {
  it('one that throws is told of, and stops nobody', () => {
    const { take, findings } = watch(failing, stillborn, claiming);
    const events = take(traffic(START), { kind: 'tick', at: START + SECOND }, { kind: 'tick', at: START + 2 * SECOND });
    expect(findings().map(({ device }) => device)).toEqual(['d-020000000007', 'd-020000000008']);
    const notes = events.flatMap((event) => (event.kind === 'coverage' ? event.notes : []));
    expect(notes).toContainEqual({ code: 'detector-failing', detail: 'reflection beacon' });
  });

  it('what is said again and again is one finding, which ends when it is not said any more', () => {
    const { take, findings } = watch(claiming);
    const events: HomeEvent[] = [];
    for (let second = 0; second < 30; second++) events.push(...take(traffic(START + second * SECOND)));
    expect(findingEvents(events).map(({ change }) => change)).toEqual(['new', 'new']);
    const last = findings()[0]!.last;
    expect(last).toBeGreaterThanOrEqual(START + 28 * SECOND);
    const after = take({ kind: 'tick', at: START + 2 * MINUTE });
    expect(findingEvents(after).map(({ change }) => change)).toEqual(['over', 'over']);
    expect(findings()).toEqual([]);
  });

  it('a source that does not show what a detector needs makes it blind, in the open', () => {
    const { take } = watch({ ...claiming, needs: ['headers'] });
    const coverage = [{ code: 'headers-not-seen' as const }];
    const events = take(
      { kind: 'source', at: START, source: 'gateway', coverage, lost: { events: 0, packets: 0 } },
      traffic(START),
      { kind: 'tick', at: START + SECOND },
    );
    const notes = events.flatMap((event) => (event.kind === 'coverage' ? event.notes : []));
    expect(notes).toContainEqual({ code: 'detector-blind', detail: 'flood' });
  });

  it('the same happenings give the same events', () => {
    const play = () => {
      const { take } = watch(...DETECTORS);
      return Array.from({ length: 20 }, (_, i) => take(traffic(START + i * SECOND)));
    };
    expect(play()).toEqual(play());
  });

  it('every detector has its own name, and words in both languages', () => {
    const names = DETECTORS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names)
      for (const language of ['en', 'nl'] as const) {
        const { title, sentence } = FINDING_WORDS[name][language];
        expect(title).toMatch(/^\p{Lu}/u);
        expect(sentence).toMatch(/\.$/);
      }
  });
});

describe('findings', () => {
  const claim = (subject: string, confidence = 0.8): Claim => ({
    ...{ device: 0, subject, evidence: { hosts: 12 }, confidence, hold: MINUTE },
  });

  it('are told anew when they are surer, not at each claim', () => {
    const findings = new Findings();
    for (const [i, confidence] of [0.5, 0.5, 0.55, 0.7, 0.2].entries())
      findings.claim('flood', 'a', claim('x', confidence), START + i);
    const told = findings.takeEvents();
    expect(told.map((event) => event.kind === 'finding' && event.change)).toEqual(['new', 'changed']);
    expect(findings.all()[0]!.confidence).toBe(0.7);
  });

  it('follow a device that was another all the time', () => {
    const findings = new Findings();
    findings.claim('flood', 'a', claim('x'), START);
    findings.merge('a', 'b', START + 1);
    expect(findings.all()).toMatchObject([{ device: 'b', subject: 'x', first: START, until: START + MINUTE }]);
  });

  it('stay within their bounds, whatever is claimed', () => {
    const operation = fc.record({
      device: fc.integer({ min: 0, max: 100 }),
      detector: fc.constantFrom('flood', 'beacon', 'horizontal-scan'),
      subject: fc.integer({ min: 0, max: 5000 }),
      later: fc.integer({ min: 0, max: 5000 }),
    });
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 400 }), (operations) => {
        const findings = new Findings();
        let at = START;
        const open = new Set<string>();
        for (const { device, detector, subject, later } of operations) {
          at += later;
          findings.claim(detector, `d${device % 3}`, claim(String(subject)), at);
          findings.expire(at);
          for (const event of findings.takeEvents()) {
            if (event.kind !== 'finding') continue;
            if (event.change === 'new') open.add(event.finding.id);
            else if (event.change === 'over') open.delete(event.finding.id);
          }
        }
        const all = findings.all();
        expect(new Set(all.map(({ id }) => id))).toEqual(open);
        for (const name of ['d0', 'd1', 'd2'])
          expect(all.filter(({ device }) => device === name).length).toBeLessThanOrEqual(32);
      }),
      { numRuns: 50 },
    );
  });

  it('say what was seen, with the device’s name and the numbers', () => {
    const findings = new Findings();
    findings.claim('flood', 'a', { ...claim('203.0.113.9'), evidence: { packets: 12_000, protocol: 'udp' } }, START);
    const [finding] = findings.all();
    expect(findingSentence(finding!, 'Camera', 'en')).toMatch(/^Camera sent 12,000 udp packets to/);
    expect(findingSentence(finding!, 'Camera', 'nl')).toMatch(/^Camera stuurde 12\.000 udp-pakketten naar/);
    expect(findingSentence({ ...finding!, detector: 'constructor' }, '{subject}', 'en')).toContain('{subject}');
  });
});
