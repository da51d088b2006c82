import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AddressWords } from '../../model/address.ts';
import { RecentAddresses } from './recent-addresses.ts';

const MOST = 8;

function words(last: number): AddressWords {
  return [0, 0, 0xffff, last];
}

describe('the addresses met last', () => {
  it('are told by all their words', () => {
    const recent = new RecentAddresses(MOST);
    recent.add([0x2001_0db8, 0, 0, 1]);
    expect(recent.has([0x2001_0db8, 0, 0, 1])).toBe(true);
    for (const other of [[0x2001_0db9, 0, 0, 1], [0x2001_0db8, 1, 0, 1], [0x2001_0db8, 0, 1, 1], words(1)])
      expect(recent.has(other as AddressWords)).toBe(false);
  });

  it('are those of a list from which the one longest not met goes first, whatever is met', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3 * MOST), { maxLength: 200 }), (met) => {
        const recent = new RecentAddresses(MOST);
        const list: number[] = [];
        for (const one of met) {
          recent.add(words(one));
          if (list.includes(one)) list.splice(list.indexOf(one), 1);
          list.push(one);
          if (list.length > MOST) list.shift();
          for (let other = 0; other <= 3 * MOST; other++) expect(recent.has(words(other))).toBe(list.includes(other));
        }
      }),
    );
  });
});
