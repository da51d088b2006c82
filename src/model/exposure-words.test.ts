import { describe, expect, it } from 'vitest';
import { EXPOSURE_SORTS, type ExposurePoint, UNSEEN } from './exposure.ts';
import { exposureSentence, gradeWords, unseenWords } from './exposure-words.ts';

const EVIDENCE = {
  service: 'telnet',
  by: 'x',
  internalPort: 23,
  port: 80,
  version: 'TLS 1.0',
  days: 90,
  source: 'CVE-1',
};
const point = (sort: ExposurePoint['sort']): ExposurePoint => ({
  ...{ sort, weight: 'light', subject: 'tcp/23', first: 0, last: 0, evidence: EVIDENCE },
});

describe.each(['en', 'nl'] as const)('exposure in words (%s)', (language) => {
  it.each(EXPOSURE_SORTS)('has a whole sentence for %s', (sort) => {
    const sentence = exposureSentence(point(sort), language);
    expect(sentence).toMatch(/^[A-Z].*\.$/);
    expect(sentence).not.toMatch(/[{}?]/);
  });

  it('has words for what was not seen, and for each grade', () => {
    for (const unseen of UNSEEN) expect(unseenWords(unseen, language)).not.toBe('');
    for (const grade of ['weak', 'fair', 'good', 'unknown'] as const) expect(gradeWords(grade, language)).not.toBe('');
  });
});

it('a sentence whose evidence is missing shows that it is', () => {
  expect(exposureSentence({ ...point('port-mapping'), evidence: {} }, 'en')).toContain('?');
});
