import { describe, expect, it } from 'vitest';
import type { Traits } from '../../model/identity.ts';
import { type Likely, likeness } from './resemblance.ts';
import { KnownTraits } from './traits.ts';

type Shown = Omit<Partial<Likely>, 'traits'> & Traits;

function likely({ id, askedAddressOf, hostnames = [], vendorClass, kind, vendor, ...shown }: Shown): Likely {
  const traits = new KnownTraits();
  traits.restore(shown);
  return { ...(id !== undefined && { id }), askedAddressOf, hostnames, vendorClass, kind, vendor, traits };
}

const between = (a: Shown, b: Shown) => likeness(likely(a), likely(b));

const ANDROID = { vendorClass: 'android-dhcp-14', parameters: [1, 3, 6, 15, 26, 28, 51, 58, 59, 43] };

describe('two devices are likely one', () => {
  it.each<[string, Shown, Shown]>([
    ['with the same identifier', { clientIds: ['0004aabbccdd'] }, { clientIds: ['0001', '0004aabbccdd'] }],
    [
      'with a name that somebody chose and the same way to ask',
      { ...ANDROID, hostnames: ['annas-phone'] },
      { ...ANDROID, hostnames: ['Annas-Phone'] },
    ],
    [
      'after an update of its system',
      { ...ANDROID, hostnames: ['annas-phone'] },
      { ...ANDROID, vendorClass: 'android-dhcp-15', hostnames: ['annas-phone'] },
    ],
    [
      'that asks for the address of the other, with a chosen instance name',
      { id: 'd-1', descriptions: ['Annas laptop'] },
      { askedAddressOf: 'd-1', descriptions: ['Annas laptop'], vendorClass: 'MSFT 5.0' },
    ],
    [
      'with a chosen instance name on the same model',
      { descriptions: ['Anna’s tablet'], attributes: { model: 'iPad13,4' }, parameters: [1, 121] },
      { descriptions: ['Anna’s tablet'], attributes: { model: 'iPad13,4' }, parameters: [1, 121] },
    ],
  ])('%s', (_, a, b) => {
    const { confidence, because } = between(a, b);
    expect(confidence).toBeGreaterThanOrEqual(0.75);
    expect(because.length).toBeGreaterThan(0);
    expect(between(b, a).confidence).toBe(confidence);
  });
});

describe('two devices are not taken for one', () => {
  it.each<[string, Shown, Shown]>([
    ['because nothing is known', {}, {}],
    ['because they run the same system', ANDROID, ANDROID],
    ['because one got the address of the other', { ...ANDROID, id: 'd-1' }, { ...ANDROID, askedAddressOf: 'd-1' }],
    [
      'because both have the name that they came with',
      { ...ANDROID, hostnames: ['iPhone'] },
      { ...ANDROID, hostnames: ['iPhone'] },
    ],
    [
      'that are two of one model',
      { kind: 'bulb', attributes: { md: 'A60' }, parameters: [1, 3] },
      { kind: 'bulb', attributes: { md: 'A60' }, parameters: [1, 3] },
    ],
    [
      'of different kinds under one name',
      { hostnames: ['anna'], kind: 'phone' },
      { hostnames: ['anna'], kind: 'computer' },
    ],
    [
      'of different systems under one name',
      { hostnames: ['anna'], vendorClass: 'MSFT 5.0' },
      { hostnames: ['anna'], vendorClass: 'android-dhcp-14' },
    ],
    [
      'of different models under one name',
      { hostnames: ['anna'], attributes: { model: 'iPad13,4' } },
      { hostnames: ['anna'], attributes: { model: 'iPad6,1' } },
    ],
  ])('%s', (_, a, b) => expect(between(a, b).confidence).toBeLessThan(0.75));
});
