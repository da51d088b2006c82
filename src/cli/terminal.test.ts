import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { visible } from '../model/visible.ts';
import { bytes, Failure, table, wrongUsage } from './terminal.ts';

describe('names from the network on a terminal', () => {
  test.each([
    ['a colour', '\u001b[31mred\u001b[0m', '\\x1b[31mred\\x1b[0m'],
    ['a title of the window', '\u001b]0;evil\u0007', '\\x1b]0;evil\\x07'],
    ['an eight-bit control', '\u009b2J', '\\x9b2J'],
    ['a line that overwrites', 'tv\rroot@router#', 'tv\\x0droot@router#'],
    ['a second row', 'tv\nRouter  fine', 'tv\\x0aRouter  fine'],
    ['writing turned around', 'cam\u202egpj.exe', 'cam\\u202egpj.exe'],
    ['isolates', '\u2066x\u2069', '\\u2066x\\u2069'],
  ])('%s is shown, not obeyed', (_what, text, shown) => {
    expect(visible(text)).toBe(shown);
  });

  test('other scripts stay as they are', () => {
    expect(visible('Küche – 台所 – مطبخ 📺')).toBe('Küche – 台所 – مطبخ 📺');
  });

  test('nothing that a terminal obeys is ever left', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(visible(text)).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
      }),
    );
  });
});

test.each([
  [0, '0 B'],
  [9999, '9999 B'],
  [10_000, '10.0 kB'],
  [1_234_567, '1235 kB'],
  [12_345_678, '12.3 MB'],
  [5e15, '5000 TB'],
])('%i bytes are %s', (count, text) => {
  expect(bytes(count)).toBe(text);
});

test('a table is as wide as it must be, and no wider', () => {
  const rows = [
    ['tv', '1 B'],
    ['thermostat', '20 kB'],
  ];
  expect(table(['Device', 'Sent'], rows)).toBe('Device      Sent\ntv          1 B\nthermostat  20 kB');
  expect(table(['Device', 'Sent'], [])).toBe('Device  Sent');
});

test('wrong usage is one line with the way to the help, whatever was typed', () => {
  const failure = wrongUsage('status', new Error("Unknown option '--\u001b[2J'. To specify a positional…\nmore"));
  expect(failure).toBeInstanceOf(Failure);
  expect(failure.message).toBe("Unknown option '--\\x1b[2J' (see spin status --help)");
  expect(failure.exitCode).toBe(64);
});
