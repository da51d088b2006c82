import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_MODELS, readModels } from './model-list.ts';

describe('a list of models', () => {
  it('has a vendor, a model, what is wrong and who says so', () => {
    const text = '# ours\n\nD-Link\tDCS-932L\tvulnerable\tCVE-2019-10999\r\n-\tHG532e\tunsupported\tthe maker, 2018\n';
    expect(readModels(text)).toEqual({
      entries: [
        { vendor: 'D-Link', model: 'DCS-932L', problem: 'vulnerable', source: 'CVE-2019-10999' },
        { model: 'HG532e', problem: 'unsupported', source: 'the maker, 2018' },
      ],
      leftover: [],
    });
  });

  it.each([
    'D-Link DCS-932L vulnerable CVE',
    'a\tb\tbroken\tc',
    'a\tb\tvulnerable',
    'a\t\tvulnerable\tc',
    'a\tb\tvulnerable\tc\td',
    `a\t${'b'.repeat(600)}\tvulnerable\tc`,
  ])('names the line of what is no entry, and takes the rest: %s', (line) => {
    const { entries, leftover } = readModels(`a\tb\tvulnerable\tc\n${line}\na\td\tvulnerable\tc`);
    expect(entries).toHaveLength(2);
    expect(leftover).toEqual([2]);
  });

  it('is bounded', () => {
    const { entries, leftover } = readModels('a\tb\tvulnerable\tc\n'.repeat(MAX_MODELS + 5));
    expect([entries.length, leftover.length]).toEqual([MAX_MODELS, 5]);
    expect(readModels('a\tb\tvulnerable\tc\na\td\tvulnerable\tc', 1).leftover).toEqual([2]);
  });

  it('may be anything', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(readModels(text).entries.length).toBeLessThanOrEqual(text.split('\n').length);
      }),
    );
  });
});
