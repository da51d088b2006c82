import { isIPv4, isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatMac,
  formatPrefix,
  formatWords,
  inPrefix,
  isV4,
  parseAddress,
  parseMac,
  parsePrefix,
  scopeOf,
} from './address.ts';

const scope = (text: string) => scopeOf(...(parseAddress(text) ?? [1, 1, 1, 1]));
const inside = (address: string, prefix: string) =>
  inPrefix(parseAddress(address) ?? [1, 1, 1, 1], parsePrefix(prefix) ?? { words: [0, 0, 0, 0], length: 0 });

describe('addresses', () => {
  it('survive the way through words as canonical text', () => {
    fc.assert(
      fc.property(fc.ipV4(), (text) => {
        expect(formatWords(parseAddress(text) ?? [0, 0, 0, 0])).toBe(text);
      }),
    );
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        const words = parseAddress(text);
        if (!words) throw new Error(`refused ${text}`);
        expect(parseAddress(formatWords(words))).toEqual(words);
      }),
    );
  });

  it('are what Node.js takes for addresses, and nothing else', () => {
    const likely = fc.stringMatching(/^[0-9a-f:.]{1,24}$/);
    fc.assert(
      fc.property(likely, (text) => {
        expect(parseAddress(text) !== undefined).toBe(isIPv4(text) || isIPv6(text));
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['FE80::0A', 'fe80::a'],
  ])('%s is written %s (RFC 5952)', (text, canonical) => {
    expect(formatWords(parseAddress(text) ?? [1, 1, 1, 1])).toBe(canonical);
  });

  it('tell their family', () => {
    expect(isV4(parseAddress('192.0.2.1') ?? [0, 0, 0, 0])).toBe(true);
    expect(isV4(parseAddress('2001:db8::1') ?? [0, 0, 0, 0])).toBe(false);
  });

  it.each([
    ['10.1.2.3', 'private'],
    ['172.16.0.1', 'private'],
    ['172.32.0.1', 'global'],
    ['192.168.7.7', 'private'],
    ['169.254.1.1', 'link-local'],
    ['127.0.0.1', 'loopback'],
    ['224.0.0.251', 'multicast'],
    ['255.255.255.255', 'broadcast'],
    ['0.0.0.0', 'unspecified'],
    ['8.8.8.8', 'global'],
    ['::', 'unspecified'],
    ['::1', 'loopback'],
    ['fe80::1', 'link-local'],
    ['fd00::1', 'private'],
    ['ff02::fb', 'multicast'],
    ['2001:db8::1', 'global'],
  ])('%s is %s', (text, expected) => expect(scope(text)).toBe(expected));
});

describe('prefixes', () => {
  it('clear their host bits and keep their length', () => {
    const canonical = (text: string) => {
      const prefix = parsePrefix(text);
      return prefix && formatPrefix(prefix);
    };
    expect(canonical('192.0.2.77/24')).toBe('192.0.2.0/24');
    expect(canonical('2001:db8:1:2::5/56')).toBe('2001:db8:1::/56');
    expect(canonical('192.0.2.77')).toBe('192.0.2.77/32');
    for (const bad of ['192.0.2.0/33', '2001:db8::/129', '192.0.2.0/', '192.0.2.0/1/2', 'home/24', '192.0.2.0/-1'])
      expect(canonical(bad)).toBeUndefined();
  });

  it('hold their own addresses only', () => {
    expect(inside('192.0.2.255', '192.0.2.0/24')).toBe(true);
    expect(inside('192.0.3.0', '192.0.2.0/24')).toBe(false);
    expect(inside('2001:db8:1:2::9', '2001:db8:1::/48')).toBe(true);
    expect(inside('2001:db8:2::9', '2001:db8:1::/48')).toBe(false);
    expect(inside('8.8.8.8', '0.0.0.0/0')).toBe(true);
    expect(inside('2001:db8::1', '0.0.0.0/0')).toBe(false);
  });
});

describe('hardware addresses', () => {
  it('are read in both common forms and written in one', () => {
    for (const text of ['02:00:5E:AB:cd:0f', '02-00-5e-ab-cd-0f']) {
      const mac = parseMac(text);
      expect(mac && formatMac(mac.hi, mac.lo)).toBe('02:00:5e:ab:cd:0f');
    }
    for (const bad of ['02:00:5e:ab:cd', '02:00:5e:ab:cd:0f:01', '0200.5eab.cd0f', ''])
      expect(parseMac(bad)).toBeUndefined();
  });
});
