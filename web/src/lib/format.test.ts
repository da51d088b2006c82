import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { en } from '../text/en.ts';
import { nl } from '../text/nl.ts';
import { formatter, plainName, serviceName } from './format.ts';
import { kindOf } from './kinds.ts';
import { strengthOf } from './password.ts';

const english = formatter(en.locale, en.time);
const dutch = formatter(nl.locale, nl.time);

describe('numbers and times', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [99_960, '100 kB'],
    [999_600, '1.0 MB'],
    [2.5e12, '2.5 TB'],
    [-4, '0 B'],
  ])('%d bytes are %s', (bytes, text) => expect(english.bytes(bytes)).toBe(text));

  it('uses the comma in Dutch', () => expect(dutch.rate(1500)).toBe('1,5 kB/s'));

  it.each([
    [1000, 'now'],
    [59_000, '59 s'],
    [3_599_000, '59 min'],
    [86_399_000, '23 h'],
    [864_000_000, '10 d'],
    [-5000, 'now'],
  ])('%d ms ago is %s', (past, text) => expect(english.ago(1e12 - past, 1e12)).toBe(text));
});

describe('names from the network', () => {
  it('lose characters that hide or turn text, and have an end', () => {
    expect(plainName('tv\u202egnp.exe\n\u0000')).toBe('tv\ufffdgnp.exe\ufffd\ufffd');
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 900 }), (name) => {
        const plain = plainName(name);
        expect(plain.length).toBeLessThanOrEqual(120);
        expect(plain).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      }),
    );
  });

  it('of services fall back to protocol and port', () => {
    expect(serviceName({ service: 'https', protocol: 'tcp', port: 443 })).toBe('https');
    expect(serviceName({ protocol: 'udp', port: 32100 })).toBe('udp 32100');
    expect(serviceName({ protocol: 'gre', port: 0 })).toBe('gre');
  });
});

describe('texts', () => {
  it('know one and many', () => {
    expect([en.devices(1), en.devices(2), nl.devices(1), nl.devices(1200)]).toEqual([
      ...['1 device', '2 devices', '1 apparaat', '1.200 apparaten'],
    ]);
  });
});

describe('the kind of a device', () => {
  it.each([
    [{ kind: 'smoke-alarm' }, 'smoke-alarm'],
    [{ kind: 'spaceship' }, 'device'],
    [{ kind: 'constructor' }, 'device'],
    [{}, 'device'],
  ])('of %o is %s', (device, kind) => expect(kindOf(device)).toBe(kind));
});

describe('the strength of a password', () => {
  it.each([
    ['short', 0],
    ['aaaaaaaaaaaa', 1],
    ['abcdefghijkl', 1],
    ['correct horse battery', 4],
  ])('%s: %d', (password, strength) => expect(strengthOf(password)).toBe(strength));
});
