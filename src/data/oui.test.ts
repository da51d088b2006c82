import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeVendors, encodeVendors } from './oui.ts';
import { loadVendors } from './vendors.ts';

const vendors = new Map([
  ['00005e', 'ICANN, IANA Department'],
  ['00006c', 'Example Ltd'],
  ['00006c1', 'Example Sensors'],
  ['00006c123', 'Example Bulbs ☀'],
  ['02005e', 'Nobody'],
]);
const lookup = decodeVendors(encodeVendors(vendors));

describe('the vendor of a hardware address', () => {
  test.each([
    ['00:00:5e:00:53:01', 'ICANN, IANA Department'],
    ['00:00:6C:FF:00:00', 'Example Ltd'],
    ['00:00:6c:1f:00:00', 'Example Sensors'],
    ['00:00:6c:12:3f:ff', 'Example Bulbs ☀'],
    ['00:00:01:00:00:00', undefined],
  ])('%s: the longest prefix counts', (mac, name) => {
    expect(lookup(mac)).toBe(name);
  });

  test('is none for locally administered and group addresses', () => {
    expect(lookup('02:00:5e:00:53:01')).toBeUndefined();
    expect(lookup('01:00:5e:00:53:01')).toBeUndefined();
  });

  test('is none for what is no hardware address', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(lookup(text)).toBeUndefined();
      }),
    );
  });

  test('is found for every prefix of any registry', () => {
    const prefix = fc.integer({ min: 0, max: 0x3fffff }).map((n) => (n * 4).toString(16).padStart(6, '0'));
    fc.assert(
      fc.property(fc.dictionary(prefix, fc.string({ minLength: 1, unit: 'binary' })), (registry) => {
        const entries = Object.entries(registry).filter(([key]) => (Number.parseInt(key.slice(0, 2), 16) & 3) === 0);
        const find = decodeVendors(encodeVendors(new Map(entries)));
        for (const [key, name] of entries) {
          const mac = `${key}000000`.match(/../g)!.join(':');
          expect(find(mac)).toBe(new TextDecoder().decode(new TextEncoder().encode(name)));
        }
      }),
    );
  });

  test('is unknown without a registry, and a file that is none is refused', () => {
    expect(loadVendors('/nonexistent/oui.bin')('00:00:5e:00:53:01')).toBeUndefined();
    expect(() => decodeVendors(new Uint8Array(64))).toThrow(RangeError);
    expect(() => decodeVendors(new Uint8Array(3))).toThrow(RangeError);
  });
});
