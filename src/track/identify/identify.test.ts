import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Traits } from '../../model/identity.ts';
import { KINDS } from '../../model/kinds.ts';
import type { Evident } from './hits.ts';
import { identify } from './identify.ts';
import { SIGNALS } from './signals/all.ts';
import { KnownTraits } from './traits.ts';

type Shown = Partial<Omit<Evident, 'traits'>> & Traits;

const EMBEDDED = [1, 3, 6, 12, 15, 28, 42];

function evident(shown: Shown): Evident {
  const { makers = [], hostnames = [], behaviours = [], vendorClass, mudUrl, several, ...rest } = shown;
  const traits = new KnownTraits();
  traits.restore(rest);
  return { makers, hostnames, behaviours, vendorClass, mudUrl, traits, ...(several && { several }) };
}

const identityOf = (shown: Shown) => identify(evident(shown));
const kindOf = (shown: Shown) => identityOf(shown).kind?.value ?? 'unknown';

describe('a device is known', () => {
  it.each<[string, string, Shown]>([
    ['a maker of one kind of thing', 'speaker', { makers: ['Sonos, Inc.'] }],
    ['its HomeKit category', 'lock', { services: ['_hap._tcp'], attributes: { ci: '6', md: 'X1' } }],
    ['the protocol of printers', 'printer', { services: ['_ipp._tcp', '_http._tcp'] }],
    [
      'the type of an internet gateway',
      'router',
      { services: ['urn:schemas-upnp-org:device:InternetGatewayDevice:1'] },
    ],
    ['a family of models', 'plug', { hostnames: ['HS110(EU)'], makers: ['TP-Link Systems Inc'] }],
    ['a family of models in another place', 'camera', { descriptions: ['Linux, UPnP/1.0 DCS-932L/1.0'] }],
    ['a hardware string of its system', 'tablet', { attributes: { model: 'iPad13,4' }, makers: ['Apple, Inc.'] }],
    [
      'how Windows asks for a lease',
      'computer',
      { parameters: [1, 3, 6, 15, 31, 33, 43, 44, 46, 47, 119, 121, 249, 252] },
    ],
    ['the vendor class of Android', 'phone', { vendorClass: 'android-dhcp-14', hostnames: ['Annas-phone'] }],
    ['a word that somebody named it by', 'camera', { hostnames: ['garden-camera'], parameters: EMBEDDED }],
    ['a word in another language', 'printer', { hostnames: ['drucker-keller'], makers: ['Canon Inc.'] }],
    [
      'its MUD file’s name',
      'smoke-alarm',
      { mudUrl: 'https://mud.example/smoke-alarm.json', hostnames: ['hall-smoke-1'] },
    ],
    [
      'its maker’s servers, where it runs no apps',
      'health',
      { names: ['withings.net'], parameters: EMBEDDED, vendorClass: 'udhcp 1.2' },
    ],
    ['two hints together', 'camera', { serves: ['tcp/554'], makers: ['TP-LINK TECHNOLOGIES CO.,LTD.'] }],
    [
      'ports that its maker documents',
      'plug',
      { serves: ['tcp/10000'], makers: ['Edimax Technology Co. Ltd.'], vendorClass: 'udhcp 1.15' },
    ],
  ])('by %s: %s', (_, kind, shown) => expect(kindOf(shown)).toBe(kind));

  it('with a confidence and what it rests on, the weightiest first', () => {
    const { kind, vendor, model } = identityOf({
      makers: ['D-Link International'],
      hostnames: ['DCS-935L'],
      descriptions: ['D-Link DCS-935L Configuration Utility'],
      names: ['mydlink.com'],
      parameters: EMBEDDED,
    });
    expect(kind).toMatchObject({
      value: 'camera',
      because: [{ from: 'model', saw: 'DCS-935L' }, { from: 'looked-up' }, {}],
    });
    expect(kind!.confidence).toBeGreaterThan(0.95);
    expect(vendor).toMatchObject({ value: 'D-Link' });
    expect(model).toMatchObject({ value: 'DCS-935L' });
  });

  it('by its own model name rather than by the maker of its radio', () => {
    const { vendor, model } = identityOf({
      makers: ['Espressif Inc.'],
      attributes: { md: 'Bulb A60', manufacturer: 'Example Lighting' },
    });
    expect(vendor?.value).toBe('Example Lighting');
    expect(model?.value).toBe('Bulb A60');
  });

  it('by its maker although the radio is somebody else’s', () => {
    expect(identityOf({ makers: ['Texas Instruments'], names: ['fitbit.com', 'withings.net'] }).vendor).toBeUndefined();
    expect(
      identityOf({ makers: ['Texas Instruments'], hostnames: ['sonos-kitchen'], vendorClass: 'Sonos 3' }).vendor?.value,
    ).toBe('Sonos');
  });
});

describe('unknown is the answer', () => {
  it.each<[string, Shown]>([
    ['where nothing tells', {}],
    ['where the maker makes many things', { makers: ['Samsung Electronics Co.,Ltd'] }],
    ['where only the radio’s maker is known', { makers: ['Espressif Inc.'], hostnames: ['ESP_06D902'] }],
    ['where the system is one of many', { vendorClass: 'udhcp 1.22.1', parameters: EMBEDDED }],
    ['where signs contradict each other', { services: ['_ipp._tcp'], attributes: { ci: '17' } }],
    ['where several hide behind one address', { several: true, makers: ['Sonos, Inc.'], hostnames: ['camera'] }],
    ['where a word only begins like one that tells', { hostnames: ['campfire', 'lockheed', 'planet', 'tvedt'] }],
  ])('%s', (_, shown) => expect(kindOf(shown)).toBe('unknown'));

  it('of everything that several devices share', () => {
    expect(identityOf({ several: true, makers: ['Sonos, Inc.'], attributes: { md: 'One' } })).toEqual({
      several: true,
    });
  });
});

describe('who runs apps is not what the apps are for', () => {
  const apps = ['fitbit.com', 'tplinkcloud.com', 'ring.com', 'sonos.com', 'meethue.com'];

  it('a phone with the apps of five makers is a phone', () => {
    const phone = { vendorClass: 'android-dhcp-15', parameters: [1, 3, 6, 15, 26, 28, 51, 58, 59, 43, 114, 108] };
    expect(kindOf({ ...phone, names: apps })).toBe('phone');
  });

  it('a thing that only looks up the servers of five makers is none of theirs', () => {
    expect(kindOf({ names: apps })).toBe('unknown');
  });

  it('a thing that looks up a single maker’s is not proven to be its thing', () => {
    expect(kindOf({ names: ['fitbit.com'] })).toBe('unknown');
    expect(kindOf({ names: ['fitbit.com'], hostnames: ['GainSpan00ff00'], vendorClass: 'udhcp' })).toBe('health');
  });
});

describe('machines of people are not taken for appliances', () => {
  const NETWORK_MANAGER = [1, 2, 6, 12, 15, 26, 28, 121, 3, 33, 40, 41, 42, 119, 249, 252, 17];
  const GENERAL = ['computer', 'phone', 'tablet', 'storage', 'console', 'unknown'];

  it.each<[string, Shown]>([
    [
      'a computer that shares its printer',
      {
        makers: ['Intel Corporate'],
        parameters: NETWORK_MANAGER,
        services: ['_ipp._tcp', '_printer._tcp'],
        serves: ['tcp/631'],
      },
    ],
    [
      'one that plays music for others',
      { vendorClass: 'MSFT 5.0', services: ['_spotify-connect._tcp', '_airplay._tcp', '_raop._tcp'] },
    ],
    [
      'one that shows films',
      {
        makers: ['Dell Inc.'],
        services: ['urn:schemas-upnp-org:device:MediaRenderer:1', 'urn:schemas-upnp-org:device:MediaServer:1'],
      },
    ],
    [
      'one that watches cameras',
      {
        makers: ['Intel Corporate'],
        parameters: NETWORK_MANAGER,
        serves: ['tcp/554'],
        services: ['_rtsp._tcp'],
        names: ['reolink.com'],
      },
    ],
    [
      'one that runs the smart home',
      {
        makers: ['Raspberry Pi Trading Ltd'],
        serves: ['tcp/8123', 'tcp/22'],
        services: ['_home-assistant._tcp', '_hap._tcp'],
        attributes: { ci: '2', md: 'HASS Bridge' },
        parameters: NETWORK_MANAGER,
      },
    ],
    ['one named by its place beside the television', { hostnames: ['tv-pc'], vendorClass: 'MSFT 5.0' }],
    [
      'one named after what it once was',
      {
        hostnames: ['printer-server'],
        makers: ['ASUSTek COMPUTER INC.'],
        services: ['_workstation._tcp', '_ssh._tcp'],
      },
    ],
    [
      'a storage with cameras',
      {
        makers: ['Synology Incorporated'],
        hostnames: ['DiskStation'],
        serves: ['tcp/445', 'tcp/554'],
        services: ['_smb._tcp', '_http._tcp'],
      },
    ],
    [
      'a phone with a camera’s app',
      {
        vendorClass: 'android-dhcp-14',
        names: ['reolink.com', 'mtalk.google.com'],
        contacts: ['udp/32100', 'tcp/5228'],
      },
    ],
    ['a phone named by its owner’s hobby', { vendorClass: 'android-dhcp-14', hostnames: ['Speaker-Fan'] }],
    ['a tablet on the kitchen wall', { attributes: { model: 'iPad13,4' }, hostnames: ['kitchen-display-oven'] }],
  ])('%s', (_, shown) => expect(GENERAL).toContain(kindOf(shown)));
});

describe('seeded homes of made-up products', () => {
  /** Each thing shows a part of what a thing of its kind may show, and things that say nothing. */
  const PRODUCTS = [
    [
      'camera',
      [
        { hostnames: ['front-camera'] },
        { serves: ['tcp/554'] },
        { services: ['_rtsp._tcp'] },
        { makers: ['Reolink Innovation Limited'] },
      ],
    ],
    [
      'bulb',
      [
        { hostnames: ['desk-lamp-2'] },
        { attributes: { ci: '5' } },
        { names: ['lifx.co'] },
        { makers: ['LIFI LABS MANAGEMENT PTY LTD'] },
      ],
    ],
    [
      'printer',
      [
        { services: ['_ipp._tcp'] },
        { hostnames: ['EPSON12AB34'] },
        { serves: ['tcp/9100'] },
        { makers: ['Seiko Epson Corporation'] },
      ],
    ],
    [
      'phone',
      [
        { vendorClass: 'android-dhcp-13' },
        { hostnames: ['Jans-iPhone'] },
        { attributes: { rpmd: 'iPhone15,2' } },
        { names: ['whatsapp.net', 'graph.instagram.com'] },
      ],
    ],
    [
      'computer',
      [
        { vendorClass: 'MSFT 5.0' },
        { hostnames: ['DESKTOP-AB12CD3'] },
        { services: ['_workstation._tcp'] },
        { names: ['windowsupdate.com'] },
      ],
    ],
    [
      'energy',
      [
        { hostnames: ['solar-inverter'] },
        { makers: ['SMA Solar Technology AG'] },
        { names: ['sunnyportal.com'] },
        { services: ['_hwenergy._tcp'] },
      ],
    ],
  ] as const;

  const noise = fc.record({
    descriptions: fc.array(fc.stringMatching(/^[a-z]{3,6} [0-9a-f]{4}$/), { maxLength: 3 }),
    services: fc.subarray(['_http._tcp', 'upnp:rootdevice', '_hap._tcp', '_matter._tcp']),
  });

  it('are never called something else by two or more signs', () => {
    fc.assert(
      fc.property(
        fc
          .constantFrom(...PRODUCTS)
          .chain(([kind, signs]) =>
            fc.tuple(fc.constant(kind), fc.subarray([...signs] as Shown[], { minLength: 2 }), noise),
          ),
        ([kind, signs, around]) => {
          const shown = signs.reduce<Shown>(join, { ...around });
          expect(kindOf(shown)).toBe(kind);
        },
      ),
      { seed: 20_261_123, numRuns: 500 },
    );
  });

  function join(a: Shown, b: Shown): Shown {
    const both: Record<string, unknown> = { ...a, ...b };
    for (const key of ['hostnames', 'services', 'names', 'serves', 'makers', 'descriptions'] as const)
      both[key] = [...(a[key] ?? []), ...(b[key] ?? [])];
    both.attributes = { ...a.attributes, ...b.attributes };
    return both as Shown;
  }
});

describe('hostile devices', () => {
  const text = fc.string({ maxLength: 300, unit: 'binary' });
  const texts = fc.array(text, { maxLength: 40 });
  const shown: fc.Arbitrary<Shown> = fc.record(
    {
      hostnames: texts,
      makers: texts,
      vendorClass: text,
      mudUrl: text,
      services: texts,
      descriptions: texts,
      attributes: fc.dictionary(
        fc.oneof(fc.constantFrom('md', 'model', 'ty', '__proto__', 'ci', 'manufacturer'), text),
        text,
      ),
      names: texts,
      parameters: fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 255 }),
    },
    { requiredKeys: [] },
  );

  it('get an answer of the same form, the same each time', () => {
    fc.assert(
      fc.property(shown, (one) => {
        const identity = identityOf(one);
        expect(identityOf(one)).toEqual(identity);
        for (const belief of [identity.kind, identity.vendor, identity.model]) {
          if (!belief) continue;
          expect(belief.confidence).toBeGreaterThan(0.5);
          expect(belief.confidence).toBeLessThan(1);
          expect(belief.because.length).toBeGreaterThan(0);
          expect(belief.because.length).toBeLessThanOrEqual(4);
        }
        if (identity.kind) expect(KINDS).toContain(identity.kind.value);
      }),
    );
  });

  it.each(['a'.repeat(253), 'cam'.repeat(84), '-'.repeat(253), 'DCS-'.repeat(60), 'aA'.repeat(126), '1,'.repeat(126)])(
    'cannot make the patterns work for long: %s',
    (long) => {
      const one = {
        hostnames: [long],
        services: [long],
        descriptions: [long],
        attributes: { md: long },
        vendorClass: long,
      };
      const before = process.cpuUsage();
      for (let i = 0; i < 20; i++) identityOf(one);
      const { user } = process.cpuUsage(before);
      // 0.2 ms each on an idle machine; a pattern that tries every split would need seconds.
      expect(user / 20).toBeLessThan(20_000);
    },
  );
});

describe('the tables', () => {
  const all = Object.values(SIGNALS).flat();

  it('give every signal a reason and weights within bounds', () => {
    for (const { why, says, what } of all) {
      expect(why).not.toBe('');
      for (const bits of Object.values(says)) {
        expect(Math.abs(bits), String(what)).toBeLessThanOrEqual(9);
        expect(bits, String(what)).not.toBe(0);
      }
      for (const kind of Object.keys(says)) expect(KINDS).toContain(kind);
    }
  });

  it('have no pattern that fits nothing, or everything', () => {
    for (const { what } of all) if (what instanceof RegExp) expect(what.test(''), String(what)).toBe(false);
    for (const { what } of all) if (what instanceof RegExp) expect(what.flags).toMatch(/^i?$/);
  });

  it('list no name or port twice', () => {
    for (const table of [SIGNALS.names, SIGNALS.serves, SIGNALS.contacts]) {
      const texts = table.map(({ what }) => what);
      expect(texts.filter((one, i) => texts.indexOf(one) !== i)).toEqual([]);
    }
  });

  it('know every kind but the ones that nothing on a network gives away', () => {
    const known = new Set(
      all.flatMap(({ says }) =>
        Object.entries(says)
          .filter(([, bits]) => bits > 4)
          .map(([kind]) => kind),
      ),
    );
    expect(KINDS.filter((kind) => !known.has(kind))).toEqual([]);
  });
});
