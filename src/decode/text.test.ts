import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ascii, hex } from './testbed.ts';
import { displayText, plainName } from './text.ts';

const shown = (bytes: Uint8Array, limit = 100) => displayText(bytes, 0, bytes.length, limit);

describe('words for people', () => {
  it('are UTF-8 as it was sent', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', 'Z', 'é', '漢', '🎈', '-'), minLength: 1 }), (text) => {
        expect(shown(new TextEncoder().encode(text), 1000)).toBe(text);
      }),
    );
  });

  it('end at a NUL and lose the white space around them', () => {
    expect(shown(ascii('  printer \0hidden'))).toBe('printer');
    expect(shown(ascii('\0'))).toBeUndefined();
  });

  it('hold no control characters, no change of direction, and nothing that is no UTF-8', () => {
    expect(shown(ascii('a\nb\x1b[2J'))).toBe('a\ufffdb\ufffd[2J');
    expect(shown(new TextEncoder().encode('a\u202eb\u2066c\u200bd'))).toBe('a\ufffdb\ufffdc\ufffdd');
    expect(shown(hex('61 c0af ff e080 80 f5 61'))).toMatch(/^a\ufffd+a$/);
  });

  it('decode as TextDecoder does, but for what is replaced on purpose', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 30 }), (bytes) => {
        const text = shown(bytes) ?? '';
        expect(text).toBe(text.trim());
        // biome-ignore lint/suspicious/noControlCharactersInRegex: that is the point
        expect(text).not.toMatch(/[\0-\x1f\x7f-\x9f\u202a-\u202e]/);
        expect(text.isWellFormed()).toBe(true);
      }),
    );
  });

  it('are cut at the limit', () => {
    expect(shown(ascii('abcdef'), 3)).toBe('abc');
  });
});

describe('names', () => {
  it('are lower case, without the last dot, odd octets escaped', () => {
    expect(plainName(ascii('WWW.Example.'), 0, 12)).toBe('www.example');
    expect(plainName(ascii('<b>'), 0, 3)).toBe('\\060b\\062');
  });

  it('are refused when empty or longer than 253 octets', () => {
    expect(plainName(ascii('.'), 0, 1)).toBeUndefined();
    expect(plainName(ascii('a'.repeat(254)), 0, 254)).toBeUndefined();
    expect(plainName(ascii('a'.repeat(253)), 0, 253)).toHaveLength(253);
  });
});
