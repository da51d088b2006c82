import { describe, expect, it } from 'vitest';
import { NOTICED_REASONS, SURENESS } from './noticed.ts';
import { reasonWords, sureWords } from './noticed-words.ts';
import { CERTAINTIES } from './preferences.ts';

describe.each(['en', 'nl'] as const)('what was noticed in words (%s)', (language) => {
  it('has a whole sentence of its own for each reason, and each wish', () => {
    const sentences = [
      ...NOTICED_REASONS.map((reason) => reasonWords({ reason }, language)),
      ...CERTAINTIES.map((wanted) => reasonWords({ reason: 'not-sure', wanted }, language)),
    ];
    for (const sentence of sentences) expect(sentence).toMatch(/^(Nothing is done|Er gebeurt niets): .*\.$/);
    // The default wish is `likely`, so that one sentence is there twice.
    expect(new Set(sentences).size).toBe(sentences.length - 1);
  });

  it('says how sure it is of harm, and nothing where that is no question', () => {
    for (const sure of SURENESS) expect(sureWords({ sure }, language)).toMatch(/^[A-Z]/);
    expect(sureWords({}, language)).toBeUndefined();
  });
});
