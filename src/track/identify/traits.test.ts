import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Traits } from '../../model/identity.ts';
import type { LeaseObservation, ServiceObservation } from '../../model/observation.ts';
import { SIGNALS } from './signals/all.ts';
import { DOMAINS_PER_DEVICE, KnownTraits, TELLING_PER_DEVICE } from './traits.ts';

const lease = (more: Partial<LeaseObservation>): LeaseObservation => ({
  ...{ kind: 'lease', at: 1, mac: '02:00:00:00:00:07', source: 'dhcp4', addresses: [] },
  ...more,
});
const service = (more: Partial<ServiceObservation>): ServiceObservation => ({
  ...{ kind: 'service', at: 1, device: { address: '192.168.1.7' }, protocol: 'mdns' },
  ...more,
});

describe('what is known of a device', () => {
  it('grows by what it says, each thing once', () => {
    const traits = new KnownTraits();
    expect(traits.lease(lease({ clientId: '01aa', parameters: [1, 3, 6] }))).toBe(true);
    expect(traits.lease(lease({ clientId: '01aa', parameters: [1, 3, 6] }))).toBe(false);
    expect(traits.lease(lease({ message: 'inform', parameters: [1, 252] }))).toBe(false);
    expect(traits.lease(lease({ source: 'dhcp6', clientId: '0001bb', parameters: [23, 24] }))).toBe(true);
    expect(traits.announced(service({ service: '_hap._tcp', description: 'Lamp', attributes: { ci: '5' } }))).toBe(
      true,
    );
    expect(traits.announced(service({ service: '_hap._tcp', description: 'Lamp', attributes: { ci: '5' } }))).toBe(
      false,
    );
    expect(traits.reached('serves', 'tcp/554')).toBe(true);
    expect(traits.reached('serves', 'tcp/55555')).toBe(false);
    expect(traits.toJSON()).toEqual({
      clientIds: ['01aa', '0001bb'],
      parameters: [1, 3, 6],
      services: ['_hap._tcp'],
      descriptions: ['Lamp'],
      attributes: { ci: '5' },
      serves: ['tcp/554'],
    });
  });

  it.each([
    ['fitbit.com', ['fitbit.com']],
    ['a.b.api.fitbit.com', ['fitbit.com']],
    ['notfitbit.com', []],
    ['fitbit.com.example', []],
    ['com', []],
    ['', []],
    ['x.bravia.dtv.ndmdhs.com', ['bravia.dtv.ndmdhs.com']],
  ])('a look-up of %s tells %j', (name, names) => {
    const traits = new KnownTraits();
    expect(traits.lookedUp(name)).toBe(names.length > 0);
    expect([...traits.names]).toEqual(names);
  });

  it('counts domains, not names', () => {
    const traits = new KnownTraits();
    for (let i = 0; i < 200; i++) traits.lookedUp(`host${i}.example.com`);
    expect(traits.looksUpMuch).toBe(false);
    for (let i = 0; i < DOMAINS_PER_DEVICE - 2; i++) traits.lookedUp(`www.site${i}.example`);
    expect(traits.looksUpMuch).toBe(false);
    expect(traits.lookedUp('www.last.example')).toBe(true);
    expect(traits.looksUpMuch).toBe(true);
  });

  it('is kept and restored whole', () => {
    const traits = new KnownTraits();
    traits.lease(lease({ clientId: '01aa', parameters: [1, 3, 6] }));
    traits.announced(service({ service: '_ipp._tcp', attributes: { ty: 'Printer 3' } }));
    traits.lookedUp('www.hpeprint.com');
    traits.reached('contacts', 'tcp/5228');
    const again = new KnownTraits();
    again.restore(JSON.parse(JSON.stringify(traits)) as Traits);
    expect(again.toJSON()).toEqual(traits.toJSON());
  });

  it('of two records of one device is joined, the newer first', () => {
    const [kept, other] = [new KnownTraits(), new KnownTraits()];
    kept.announced(service({ service: '_http._tcp', attributes: { md: 'new' } }));
    other.announced(service({ service: '_hap._tcp', attributes: { md: 'old', ci: '5' } }));
    other.lease(lease({ parameters: [1, 3] }));
    kept.absorb(other);
    expect(kept.toJSON()).toEqual({
      services: ['_http._tcp', '_hap._tcp'],
      attributes: { md: 'new', ci: '5' },
      parameters: [1, 3],
    });
  });

  it('is bounded, whatever a device says or a database holds', () => {
    const traits = new KnownTraits();
    for (let i = 0; i < 1000; i++) {
      traits.announced(
        service({ service: `_s${i}._tcp`, description: 'x'.repeat(999), attributes: { [`k${i}`]: 'v'.repeat(999) } }),
      );
      traits.lease(lease({ clientId: `${i}`, parameters: Array.from({ length: 999 }, () => i) }));
      for (const { what } of SIGNALS.names) traits.lookedUp(`h${i}.${String(what)}`);
    }
    const size = JSON.stringify(traits).length;
    expect(traits.names.size).toBe(TELLING_PER_DEVICE);
    expect(size).toBeLessThan(32_000);
  });

  it('takes anything for a database’s row', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.constantFrom('clientIds', 'parameters', 'services', 'attributes', 'names', 'serves'),
          fc.jsonValue(),
        ),
        (row) => {
          const traits = new KnownTraits();
          traits.restore(row as Traits);
          for (const text of [...traits.services, ...traits.clientIds, ...traits.names])
            expect(typeof text).toBe('string');
          for (const one of traits.parameters) expect(Number.isInteger(one)).toBe(true);
        },
      ),
    );
  });
});
