import { describe, expect, it } from 'vitest';
import { adviceFor, stepSentence } from './clean-up-words.ts';
import { CLEAN_UP_STEPS, STORY_KINDS } from './incident.ts';
import { storySentence, type Teller, verdictSentence } from './incident-words.ts';
import { KINDS } from './kinds.ts';
import { VERDICT_STEPS } from './verdict.ts';

const teller = (language: 'en' | 'nl'): Teller => ({
  language,
  device: 'Camera',
  time: (at) => `T${at}`,
  finding: (id) => `F(${id})`,
  step: (name) => {
    if (!CLEAN_UP_STEPS.some((step) => step === name)) throw new Error(`${name} is no step of a clean-up`);
    return `S(${name})`;
  },
});
const WITH = { since: 5, finding: 'f', devices: 2, answer: 'stop', otherwise: 'stop', step: 'essential', blocks: 1 };

describe.each(['en', 'nl'] as const)('words in %s', (language) => {
  const time = (at: number) => `T${at}`;

  it('every line of a story is a whole sentence', () => {
    for (const kind of STORY_KINDS) {
      const isCleanUp = kind === 'claimed' || kind === 'doubted' || kind === 'seen';
      const given = { ...WITH, ...(isCleanUp && { step: 'restart' }) };
      const line = storySentence({ at: 1, kind, by: 'owner', with: given }, teller(language));
      if (isCleanUp) expect(line).toContain('S(restart)');
      expect(line, kind).not.toMatch(/[{}]|undefined|\s{2}/);
      expect(line.length, kind).toBeGreaterThan(3);
    }
  });

  it('every verdict says what still works, and until when', () => {
    const base = { state: 'open', last: 1 };
    for (const step of VERDICT_STEPS) {
      const text = verdictSentence(
        { ...base, verdict: { step, blocks: [1], until: 9 } },
        { language, device: 'Camera', time },
      );
      expect(text).toContain('Camera');
      expect(text).toContain('T9');
    }
    const question = { until: 7, otherwise: 'stop' as const };
    expect(verdictSentence({ ...base, question }, { language, device: 'Camera', time })).toContain('T7');
    expect(verdictSentence({ ...base, state: 'clean' }, { language, device: 'Camera', time })).toContain('T1');
    const held = (...all: boolean[]) =>
      verdictSentence(
        { ...base, findings: all.map((one) => ({ evidence: { held: one } })) },
        { language, device: 'Camera', time },
      );
    expect(held(true)).not.toBe(held(true, false));
    expect(held(true, false)).toBe(held());
    const other = verdictSentence(
      { ...base, verdict: { step: 'local', blocks: [], until: 9, inForce: 'not-enforced' } },
      { language, device: 'Camera', time },
    );
    expect(other).not.toContain('T9');
  });

  it('every step of a clean-up says what to do and how, for every kind of device', () => {
    for (const step of CLEAN_UP_STEPS)
      for (const kind of [undefined, ...KINDS]) {
        const { title, how } = adviceFor(step, kind, language);
        expect(title.length).toBeGreaterThan(5);
        expect(how.length).toBeGreaterThan(15);
      }
    expect(adviceFor('restart', 'bulb', language)).not.toEqual(adviceFor('restart', 'camera', language));
  });

  it('a tick says what was seen, and never more', () => {
    const told = stepSentence({ name: 'update', state: 'seen', at: 3, detail: 'fw.example' }, language, time);
    expect(told).toContain('T3');
    expect(told).toContain('fw.example');
    expect(stepSentence({ name: 'update', state: 'seen', at: 3 }, language, time)).not.toMatch(/[{}()]/);
    expect(stepSentence({ name: 'restart', state: 'doubted', at: 4 }, language, time)).toContain('T4');
  });

  it('what comes from the network is filled in once: a name with braces stays a name', () => {
    const line = storySentence(
      { at: 1, kind: 'finding', with: { finding: 'f' } },
      { ...teller(language), finding: () => '{device}' },
    );
    expect(line).toBe('{device}');
  });
});
