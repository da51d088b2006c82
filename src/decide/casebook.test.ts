import { describe, expect, it } from 'vitest';
import type { StoryEntry } from '../model/incident.ts';
import { afterRestart } from './casebook.ts';
import { Refusal } from './refusal.ts';
import {
  casebook,
  claims,
  HOUR,
  incidentOf,
  MINUTE,
  play,
  preferenceSet,
  SECOND,
  START,
  scanOf,
  timeline,
} from './testing.ts';

const C2 = { subject: '203.0.113.9', target: { node: { address: '203.0.113.9' } } };
const scan = (device = 'cam', port = 23) => ({ detector: 'horizontal-scan', device, ...scanOf(port) });
const kinds = (story: readonly StoryEntry[]) => story.map(({ kind }) => kind);
const blocked = (port: number) => ({ service: { protocol: 6, port, initiator: 'device' } });

describe('findings become one incident', () => {
  it('per device, with a story from the first sign on', () => {
    const book = play(
      casebook(),
      timeline(
        HOUR,
        claims({ detector: 'beacon', device: 'cam', ...C2 }, 0, 5 * MINUTE),
        claims(scan(), MINUTE, 10 * MINUTE),
      ),
    );
    expect(book.all()).toHaveLength(1);
    const { story, findings, last } = incidentOf(book, 'cam');
    expect(kinds(story)).toEqual(['first-sign', 'finding', 'finding', 'acted']);
    expect(findings.map(({ detector }) => detector)).toEqual(['beacon', 'horizontal-scan']);
    expect(last).toBe(START + 10 * MINUTE);
  });

  it('but a single doubtful suspicion is none', () => {
    const book = play(casebook(), timeline(HOUR, claims({ detector: 'beacon', device: 'cam', confidence: 0.6 }, 0)));
    expect(book.all()).toEqual([]);
  });

  it('nor are notes, however many', () => {
    const notes = ['new-device', 'port-mapping'].map((detector) =>
      claims({ detector, device: 'cam', confidence: 1 }, 0, HOUR),
    );
    expect(play(casebook(), timeline(HOUR, ...notes)).all()).toEqual([]);
  });

  it('a suspicion of last week adds nothing to one of today', () => {
    const suspicion = (detector: string, at: number) => claims({ detector, device: 'cam', confidence: 0.7 }, at);
    const near = play(casebook(), timeline(HOUR, suspicion('beacon', 0), suspicion('novelty', MINUTE)));
    const far = play(casebook(), timeline(170 * HOUR, suspicion('beacon', 0), suspicion('novelty', 168 * HOUR)));
    expect(near.all()).toHaveLength(1);
    expect(far.all()).toEqual([]);
  });

  it('one detector that repeats itself proves no more than once', () => {
    const many = Array.from({ length: 20 }, (_, i) =>
      claims({ detector: 'beacon', device: 'cam', subject: `n${i}`, confidence: 0.7 }, i * SECOND),
    );
    expect(play(casebook(), timeline(HOUR, ...many)).all()).toEqual([]);
  });

  it('several detectors that say something of one far end have one reason', () => {
    const about = (detector: string, address: string) =>
      claims({ detector, device: 'cam', confidence: 0.8, subject: address, target: { node: { address } } }, 0, HOUR);
    const detectors = ['beacon', 'thin-session', 'novelty'];
    const one = play(casebook(), timeline(HOUR, ...detectors.map((name) => about(name, '203.0.113.9'))));
    const three = play(casebook(), timeline(HOUR, ...detectors.map((name, i) => about(name, `203.0.113.${i}`))));
    expect(one.all()).toEqual([]);
    expect(incidentOf(three, 'cam').strength).toBeGreaterThan(0.75);
  });

  it('several devices of one kind at once raise each other', () => {
    const weak = { detector: 'beacon', confidence: 0.75 };
    const alone = play(casebook(), timeline(HOUR, claims({ ...weak, device: 'cam' }, 0, 30 * MINUTE)));
    const both = play(
      casebook(),
      timeline(
        HOUR,
        claims({ ...weak, device: 'cam' }, 0, 30 * MINUTE),
        claims({ ...weak, device: 'cam-2' }, 10 * MINUTE, 30 * MINUTE),
      ),
    );
    expect(alone.all()).toEqual([]);
    expect(
      both
        .all()
        .map(({ device }) => device)
        .sort(),
    ).toEqual(['cam', 'cam-2']);
    expect(incidentOf(both, 'cam').kindred).toEqual(['cam-2']);
  });

  it('two ids that were one device are one incident', () => {
    const book = play(
      casebook(),
      timeline(MINUTE, claims(scan('cam'), 0, 10 * MINUTE), claims(scan('thing', 2323), 0, 10 * MINUTE)).slice(0, 6),
    );
    book.apply({ kind: 'merged', at: START + 3 * MINUTE, device: 'thing', into: 'cam' });
    expect(book.current().map(({ device }) => device)).toEqual(['cam']);
    expect(
      incidentOf(book, 'cam')
        .findings.map(({ subject }) => subject)
        .sort(),
    ).toEqual(['tcp/23', 'tcp/2323']);
  });
});

describe('the lowest step that stops the harm', () => {
  const during = (book = casebook(), ...lists: Parameters<typeof timeline>[1][]) =>
    play(
      book,
      timeline(0, ...lists).filter(({ at }) => at < START + 5 * MINUTE),
    );
  const verdict = (device: string, ...lists: Parameters<typeof timeline>[1][]) => {
    const { verdict: now } = incidentOf(during(casebook(), ...lists), device);
    return now && { step: now.step, blocks: now.blocks };
  };

  it.each([
    ['a scan: the service that is scanned', [claims(scan(), 0, HOUR)], { step: 'none', blocks: [blocked(23)] }],
    [
      'the mark of Mirai: essential only',
      [claims({ detector: 'mirai-mark', device: 'cam' }, 0, HOUR)],
      { step: 'essential', blocks: [] },
    ],
    [
      'a flood without a target: essential only',
      [claims({ detector: 'flood', device: 'cam' }, 0, HOUR)],
      { step: 'essential', blocks: [] },
    ],
    [
      'harm to the home itself: isolated',
      [claims({ detector: 'address-spoofing', device: 'cam' }, 0, HOUR)],
      { step: 'isolated', blocks: [] },
    ],
    [
      'through the home’s resolver: its limits',
      [claims({ detector: 'dns-tunnel', device: 'cam', confidence: 1 }, 0)],
      { step: 'none', blocks: [] },
    ],
  ])('%s', (_, lists, expected) => expect(verdict('cam', ...lists)).toEqual(expected));

  it('goes on elsewhere: more conversations, then the device as a whole', () => {
    const ports = [23, 2323, 8080, 9527].map((port, i) => claims(scan('cam', port), i * MINUTE, HOUR));
    const book = casebook();
    play(
      book,
      timeline(0, ...ports).filter(({ at }) => at <= START + 2 * MINUTE),
    );
    expect(incidentOf(book, 'cam').verdict).toMatchObject({
      step: 'none',
      blocks: [blocked(23), blocked(2323), blocked(8080)],
    });
    play(
      book,
      timeline(0, ...ports).filter(({ at }) => at === START + 3 * MINUTE),
    );
    expect(incidentOf(book, 'cam').verdict).toMatchObject({ step: 'essential' });
    expect(kinds(incidentOf(book, 'cam').story)).toContain('escalated');
  });

  it('tries that are stopped do not escalate, and neither do the far ends that are tried instead', () => {
    const fallbacks = Array.from({ length: 12 }, (_, i) =>
      claims(
        {
          detector: 'novelty',
          device: 'cam',
          subject: `cdn${i}.example`,
          target: { node: { name: `cdn${i}.example` } },
        },
        2 * MINUTE + i * MINUTE,
        HOUR,
      ),
    );
    const book = play(
      casebook(),
      timeline(0, claims(scan(), 0, HOUR), ...fallbacks).filter(({ at }) => at < START + HOUR),
    );
    expect(incidentOf(book, 'cam').verdict?.step).toBe('none');
    expect(kinds(incidentOf(book, 'cam').story)).not.toContain('relapse');
  });

  it('what the step in force cannot stop escalates after it had time to take hold', () => {
    const tunnel = claims({ detector: 'dns-tunnel', device: 'cam', confidence: 1 }, 0, HOUR);
    const steps = [0, 1, 3, 9].map((minutes) => {
      const book = play(
        casebook(),
        tunnel.filter(({ at }) => at <= START + minutes * MINUTE),
      );
      return incidentOf(book, 'cam').verdict?.step;
    });
    expect(steps).toEqual(['none', 'isolated', 'isolated', 'isolated']);
  });

  it('a tripwire that the kernel held says no more than what names the flood, and all there is without that', () => {
    const held = claims({ detector: 'tripwire-rate', device: 'cam' }, 0);
    const flood = claims({ detector: 'flood', device: 'cam', ...C2 }, 0);
    expect(verdict('cam', held)?.step).toBe('essential');
    expect(verdict('cam', flood, held)).toMatchObject({ step: 'none', blocks: [C2.target] });
  });

  it('what only cuts more and stops nothing is not done', () => {
    const tunnel = claims({ detector: 'dns-tunnel', device: 'laptop', confidence: 1 }, 0, HOUR);
    const book = play(
      casebook(),
      tunnel.filter(({ at }) => at < START + HOUR),
    );
    expect(incidentOf(book, 'laptop').verdict?.step).toBe('none');
    expect(book.wants().limits).toMatchObject([{ device: 'laptop', reason: 'probation', names: true }]);
  });

  it('a computer keeps the internet while its conversations can be cut', () => {
    expect(verdict('laptop', claims(scan('laptop'), 0, HOUR))).toEqual({ step: 'none', blocks: [blocked(23)] });
  });

  it('a computer that floods nobody in particular is slowed first, and cut off when it goes on', () => {
    expect(verdict('laptop', claims({ detector: 'flood', device: 'laptop' }, 0))?.step).toBe('slow');
    expect(verdict('laptop', claims({ detector: 'flood', device: 'laptop' }, 0, HOUR))?.step).toBe('essential');
  });

  it('a smoke alarm keeps what is essential under everything, a router is never cut as a whole', () => {
    for (const autonomy of ['stop', 'quarantine'] as const) {
      const all = ['mirai-mark', 'flood', 'address-spoofing', 'dns-tunnel'];
      const on = (device: string) => all.map((detector) => claims({ detector, device, confidence: 1 }, 0, 3 * HOUR));
      const book = play(
        casebook(preferenceSet({ autonomy })),
        timeline(0, ...on('alarm'), ...on('router')).filter(({ at }) => at < START + 3 * HOUR),
      );
      expect(incidentOf(book, 'alarm').verdict?.step).toBe('essential');
      expect(incidentOf(book, 'router').verdict?.step).toBe('none');
    }
  });

  it('what must never be cut keeps a device above isolation, and is never blocked itself', () => {
    const critical = ['alarm.example', '203.0.113.9'];
    const book = during(
      casebook(preferenceSet({ critical, autonomy: 'quarantine' })),
      claims({ detector: 'address-spoofing', device: 'cam' }, 0, HOUR),
      claims({ detector: 'flood', device: 'cam', ...C2 }, 0, HOUR),
    );
    expect(incidentOf(book, 'cam').verdict).toMatchObject({ step: 'local', blocks: [] });
  });
});

describe('the way back', () => {
  const attack = claims(scan(), 0, 10 * MINUTE);
  const mark = claims({ detector: 'mirai-mark', device: 'cam' }, 0, 10 * MINUTE);
  const at = (hours: number, ...lists: Parameters<typeof timeline>[1][]) =>
    incidentOf(play(casebook(), timeline(hours * HOUR, ...lists)), 'cam');

  it('blocks end after an hour of silence, a device that was cut off after a day, and both are on probation then', () => {
    expect(at(1, attack).verdict?.blocks).toHaveLength(1);
    expect(at(2, attack).verdict).toMatchObject({ blocks: [], released: expect.any(Number) as number });
    expect(at(23, mark).verdict?.step).toBe('essential');
    expect(at(25, mark).verdict).toMatchObject({ step: 'none', released: expect.any(Number) as number });
    const book = play(casebook(), timeline(25 * HOUR, mark));
    expect(book.wants()).toMatchObject({ rules: [], limits: [{ device: 'cam', reason: 'probation' }] });
  });

  it('sooner where the device was restarted after the last harm', () => {
    const restart = [
      {
        kind: 'sign' as const,
        at: START + 20 * MINUTE,
        sign: { at: START + 20 * MINUTE, device: 'cam', name: 'came-back' as const },
      },
    ];
    expect(at(2, mark, restart).verdict?.released).toBeDefined();
    expect(at(2, mark).verdict?.released).toBeUndefined();
  });

  it('clean after three quiet days, and then nothing is left of it', () => {
    const book = play(casebook(), timeline(74 * HOUR, mark));
    expect(incidentOf(book, 'cam')).toMatchObject({ state: 'clean', last: START + 10 * MINUTE });
    expect(book.wants()).toEqual({ rules: [], limits: [] });
  });

  it('a relapse is noticed and taken more seriously', () => {
    const again = claims(scan(), 20 * HOUR, 20 * HOUR + 10 * MINUTE);
    const incident = at(20.2, attack, again);
    expect(incident).toMatchObject({ relapses: 1, state: 'open' });
    expect(incident.verdict?.step).toBe('essential');
    expect(kinds(incident.story)).toContain('relapse');
  });

  it('a device that was clean and is infected again within a month is told as that, with a reset and retirement among the steps', () => {
    const incident = at(24 * 10.05, attack, claims(scan(), 240 * HOUR, 242 * HOUR));
    expect(incident.again).toBe(`i-cam-${START}`);
    expect(incident.cleanUp.map(({ name }) => name)).toEqual(expect.arrayContaining(['reset', 'retire']));
    expect(kinds(incident.story)).toContain('again');
  });
});

describe('asking', () => {
  const ask = (then: 'nothing' | 'stop') =>
    preferenceSet({ autonomy: 'ask', unanswered: { after: HOUR, otherwise: then } });
  const attack = claims(scan(), 0, 3 * HOUR);

  it('cuts nothing until somebody answers', () => {
    const book = play(
      casebook(ask('stop')),
      timeline(0, attack).filter((input) => input.at < START + 30 * MINUTE),
    );
    const { id, question } = incidentOf(book, 'cam');
    expect(question).toEqual({ asked: START, until: START + HOUR, otherwise: 'stop' });
    expect(book.wants().rules).toEqual([]);
    book.apply({ kind: 'answer', at: START + 30 * MINUTE, by: 'owner', incident: id, answer: 'stop' });
    expect(book.wants().rules).toMatchObject([{ action: 'block', because: id }]);
  });

  it('acts when nobody answers in time, or does not, as the household chose', () => {
    const later = (then: 'nothing' | 'stop') =>
      play(
        casebook(ask(then)),
        timeline(2 * HOUR, attack).filter((input) => input.at <= START + 2 * HOUR),
      );
    expect(later('stop').wants().rules).toHaveLength(1);
    expect(later('nothing').wants().rules).toEqual([]);
    expect(incidentOf(later('nothing'), 'cam').question).toMatchObject({ lapsed: true });
  });

  it('an answer counts more than the preference, either way', () => {
    const stopped = play(
      casebook(),
      timeline(0, attack).filter((input) => input.at < START + 5 * MINUTE),
    );
    const { id } = incidentOf(stopped, 'cam');
    stopped.apply({ kind: 'answer', at: START + 5 * MINUTE, by: 'owner', incident: id, answer: 'leave' });
    expect(stopped.wants()).toEqual({ rules: [], limits: [] });
    stopped.apply({ kind: 'answer', at: START + 6 * MINUTE, by: 'owner', incident: id, answer: 'quarantine' });
    expect(stopped.wants().rules).toMatchObject([{ action: 'block' }, { action: 'essential' }]);
  });
});

describe('undo', () => {
  const attack = claims(scan(), 0, 3 * HOUR);
  const early = timeline(0, attack).filter((input) => input.at < START + 5 * MINUTE);

  it('restores exactly, closes the incident, and the same claim no longer counts – also after a restart', () => {
    const book = casebook();
    const before = book.wants();
    play(book, early);
    expect(book.wants()).not.toEqual(before);
    book.apply({ kind: 'undo', at: START + 5 * MINUTE, by: 'owner', incident: incidentOf(book, 'cam').id });
    expect(book.wants()).toEqual(before);
    const after = casebook(
      preferenceSet(),
      afterRestart({ incidents: book.all(), corrections: book.corrections.all() }),
    );
    play(
      after,
      timeline(HOUR, attack).filter((input) => input.at > START + 5 * MINUTE),
    );
    expect(after.current()).toEqual([]);
  });

  it('holds for that subject of that detector on that device only', () => {
    const book = play(casebook(), early);
    book.apply({ kind: 'undo', at: START + 5 * MINUTE, by: 'owner', incident: incidentOf(book, 'cam').id });
    play(book, claims(scan('cam', 8080), 6 * MINUTE));
    play(book, claims(scan('cam-2', 23), 6 * MINUTE));
    expect(book.current().map(({ device }) => device)).toEqual(['cam', 'cam-2']);
  });

  it('can be taken back', () => {
    const book = play(casebook(), early);
    book.apply({ kind: 'undo', at: START + 5 * MINUTE, by: 'owner', incident: incidentOf(book, 'cam').id });
    book.corrections.remove(book.corrections.all()[0]!.id);
    play(book, claims(scan(), 10 * MINUTE));
    expect(book.current()).toHaveLength(1);
    expect(() => book.corrections.without('nothing')).toThrow(Refusal);
  });

  it('holds for a device that turned out to be another one', () => {
    const book = play(casebook(), early);
    book.apply({ kind: 'undo', at: START + 5 * MINUTE, by: 'owner', incident: incidentOf(book, 'cam').id });
    expect(book.corrections.merge('cam', 'cam-2')).toBe(true);
    play(book, claims(scan('cam-2', 23), 6 * MINUTE));
    expect(book.current()).toEqual([]);
    expect(book.corrections.merge('cam', 'cam-2')).toBe(false);
  });

  it('can be tried first: nothing is changed by that', () => {
    const book = play(casebook(), early);
    const { id } = incidentOf(book, 'cam');
    const before = JSON.stringify([book.all(), book.corrections.all()]);
    const { changed, corrections } = book.trial({ kind: 'undo', at: START + HOUR, by: 'owner', incident: id });
    expect(changed).toMatchObject([{ id, state: 'dismissed' }]);
    expect(corrections).toHaveLength(1);
    expect(JSON.stringify([book.all(), book.corrections.all()])).toBe(before);
  });

  it('of an incident that is over is refused and changes nothing', () => {
    const book = play(casebook(), early);
    const { id } = incidentOf(book, 'cam');
    const undo = { kind: 'undo' as const, at: START + 5 * MINUTE, by: 'owner', incident: id };
    book.apply(undo);
    expect(() => book.apply(undo)).toThrow('the incident is over');
    expect(() => book.apply({ ...undo, incident: 'i-nothing' })).toThrow('no such incident');
  });
});

describe('clean-up', () => {
  const sign = (minutes: number, name: 'came-back' | 'update-contact' | 'settings-visited', detail?: string) => ({
    kind: 'sign' as const,
    at: START + minutes * MINUTE,
    sign: { at: START + minutes * MINUTE, device: 'cam', name, ...(detail !== undefined && { detail }) },
  });
  const states = (book: ReturnType<typeof casebook>) =>
    Object.fromEntries(incidentOf(book, 'cam').cleanUp.map(({ name, state }) => [name, state]));

  it('is ticked by traffic only; a false “done” is not believed', () => {
    const book = play(casebook(), claims(scan(), 0, 10 * MINUTE));
    const { id } = incidentOf(book, 'cam');
    book.apply({ kind: 'claim', at: START + 11 * MINUTE, by: 'owner', incident: id, step: 'restart' });
    expect(states(book)).toMatchObject({ restart: 'claimed', password: 'open', update: 'open' });
    play(book, claims(scan(), 20 * MINUTE, 25 * MINUTE));
    expect(states(book)).toMatchObject({ restart: 'doubted' });
    book.apply(sign(30, 'came-back'));
    book.apply(sign(31, 'update-contact', 'fw.example'));
    expect(states(book)).toMatchObject({ restart: 'seen', update: 'seen', password: 'open' });
    expect(incidentOf(book, 'cam').cleanUp.find(({ name }) => name === 'update')?.detail).toBe('fw.example');
  });

  it('what was seen and did not help is told as that', () => {
    const book = play(casebook(), claims(scan(), 0, 10 * MINUTE));
    book.apply(sign(15, 'came-back'));
    play(book, claims(scan(), 20 * MINUTE, 25 * MINUTE));
    expect(states(book)).toMatchObject({ restart: 'doubted' });
    expect(kinds(incidentOf(book, 'cam').story)).toContain('doubted');
  });

  it('has steps that fit the device', () => {
    const of = (device: string) =>
      incidentOf(play(casebook(), claims({ detector: 'mirai-mark', device }, 0)), device).cleanUp.map(
        ({ name }) => name,
      );
    expect(of('cam')).toEqual(['restart', 'password', 'update', 'reset']);
    expect(of('alarm')).toEqual(['restart', 'update', 'reset']);
  });
});

describe('one of a kind', () => {
  it('puts the others under tight limits, where the household wants that', () => {
    const attack = claims(scan(), 0, 10 * MINUTE);
    const limited = (kindred: 'nothing' | 'limit') =>
      play(casebook(preferenceSet({ kindred })), attack)
        .wants()
        .limits.filter(({ reason }) => reason === 'kindred');
    expect(limited('limit')).toMatchObject([{ device: 'cam-2', because: `i-cam-${START}` }]);
    expect(limited('nothing')).toEqual([]);
  });
});

describe('under attack', () => {
  it('stories, findings and blocks stay within their bounds, and the newest lines are there', () => {
    const book = casebook();
    for (let i = 0; i < 2_000; i++)
      play(book, claims({ detector: 'horizontal-scan', device: 'cam', ...scanOf(i) }, i * MINUTE));
    const { findings, story, verdict } = incidentOf(book, 'cam');
    expect(findings.length).toBeLessThanOrEqual(32);
    expect(story.length).toBeLessThanOrEqual(100);
    expect(story[0]?.kind).toBe('first-sign');
    expect(story.at(-1)?.at).toBeGreaterThan(START + 1_990 * MINUTE);
    expect(verdict?.blocks.length).toBeLessThanOrEqual(16);
  });
});
