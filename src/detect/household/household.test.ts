import { describe, expect, it } from 'vitest';
import type {
  LeaseObservation,
  MappingObservation,
  NeighbourObservation,
  Observation,
} from '../../model/observation.ts';
import { BEYOND, CAMERA, flows, PHONE, ROUTER, START } from '../../track/testing.ts';
import { asked, DAY, HOUR, MINUTE, SECOND, ticks, watch } from '../testing/watch.ts';
import { addressSpoofing } from './address-spoofing.ts';
import { newDevice, vanishedDevice } from './comings.ts';
import { nameSpoofing } from './name-spoofing.ts';
import { portMapping, unencryptedService } from './openings.ts';
import { rogueDhcp } from './rogue-dhcp.ts';
import { rogueRouter } from './rogue-router.ts';
import { steadyUpload } from './steady-upload.ts';
import { tracker } from './trackers.ts';
import { weakEncryption } from './weak-encryption.ts';

const says = (at: number, mac: string, address: string): NeighbourObservation => ({
  kind: 'neighbour',
  at,
  mac,
  address,
  source: 'arp',
});
const lease = (at: number, of: typeof CAMERA, server: typeof ROUTER, router = server.address): LeaseObservation => ({
  kind: 'lease',
  at,
  mac: of.mac,
  source: 'dhcp4',
  message: 'ack',
  addresses: [of.address],
  network: { routers: [router], resolvers: [router], server },
});
/** A home that knows its router and two devices. */
const home = (...detectors: Parameters<typeof watch>) => {
  const watched = watch(...detectors);
  watched.take(lease(START, CAMERA, ROUTER), lease(START, PHONE, ROUTER));
  watched.take(says(START, ROUTER.mac, ROUTER.address));
  watched.take(flows(START, { from: CAMERA, to: BEYOND('198.51.100.1') }));
  watched.take(flows(START, { from: PHONE, to: BEYOND('198.51.100.1'), slot: 1 }));
  return watched;
};
const idOf = ({ mac }: { mac: string }) => `d-${mac.replaceAll(':', '')}`;

describe('answers for names', () => {
  const answering = (...names: string[]) => {
    const watched = home(nameSpoofing);
    for (const [i, hostname] of names.entries())
      watched.take({ kind: 'service', at: START + i * MINUTE, device: CAMERA, protocol: 'llmnr', hostname });
    return watched.findings();
  };

  it('that cannot all be its own are found', () => {
    expect(answering('fileserver', 'wpad', 'printer')).toMatchObject([
      { detector: 'name-spoofing', device: idOf(CAMERA), evidence: { names: 3, example: 'printer' } },
    ]);
  });

  it('its own, however often and however it is written, are none', () => {
    expect(answering('Desk', 'desk', 'DESK', 'desk', 'new-desk', 'desk')).toEqual([]);
  });

  it('are forgotten, and stay within their bounds', () => {
    const watched = home(nameSpoofing);
    for (let i = 0; i < 40; i++)
      watched.take({ kind: 'service', at: START + i * HOUR, device: CAMERA, protocol: 'llmnr', hostname: `host${i}` });
    expect(watched.findings()).toEqual([]);
    expect(answering(...Array.from({ length: 100 }, (_, i) => `host${i}`))[0]!.evidence.names).toBeLessThanOrEqual(16);
  });
});

describe('address spoofing', () => {
  const both = (count: number, address: string, holder: string) =>
    ticks(START, 10 * SECOND, count).flatMap((at) => [
      says(at, holder, address),
      says(at + SECOND, CAMERA.mac, address),
    ]);

  it('of the router is found at the third claim, on the one who came second', () => {
    const watched = home(addressSpoofing);
    watched.take(...both(5, ROUTER.address, ROUTER.mac));
    expect(watched.findings()).toMatchObject([
      { detector: 'address-spoofing', device: idOf(CAMERA), subject: ROUTER.address, evidence: { isRouter: true } },
    ]);
    expect(watched.findings()[0]!.confidence).toBeGreaterThan(0.8);
  });

  it('of another device is less sure: it may be a mistake', () => {
    const watched = home(addressSpoofing);
    watched.take(says(START, PHONE.mac, '192.168.1.50'), ...both(4, '192.168.1.50', PHONE.mac));
    expect(watched.findings()[0]!.confidence).toBeLessThan(0.75);
  });

  it('is not seen in an address that changed hands, or in a sleep proxy', () => {
    const watched = home(addressSpoofing);
    watched.take(says(START, PHONE.mac, '192.168.1.50'));
    watched.take(...ticks(START + HOUR, MINUTE, 10).map((at) => says(at, CAMERA.mac, '192.168.1.50')));
    const nightly = ticks(START, 6 * HOUR, 8).flatMap((at) => [
      says(at, PHONE.mac, PHONE.address),
      says(at + MINUTE, CAMERA.mac, PHONE.address),
    ]);
    watched.take(...nightly);
    expect(watched.findings()).toEqual([]);
  });

  it('cannot be hidden, nor memory filled, by making up addresses', () => {
    const watched = home(addressSpoofing);
    const flood = Array.from({ length: 3000 }, (_, i) => says(START + i, PHONE.mac, `10.0.${i >> 8}.${i & 255}`));
    watched.take(...flood, ...both(5, ROUTER.address, ROUTER.mac));
    expect(watched.findings()).toHaveLength(1);
  });
});

describe('a second DHCP server', () => {
  it('that leads traffic to itself is found on the device that it is', () => {
    const watched = home(rogueDhcp);
    watched.take(lease(START + HOUR, PHONE, CAMERA));
    expect(watched.findings()).toMatchObject([
      { detector: 'rogue-dhcp', device: idOf(CAMERA), subject: CAMERA.address },
    ]);
    expect(watched.findings()[0]!.confidence).toBeGreaterThan(0.8);
  });

  it('that says the same as the router is less sure, and the router itself is none', () => {
    const watched = home(rogueDhcp);
    watched.take(lease(START + HOUR, PHONE, CAMERA, ROUTER.address));
    expect(watched.findings()[0]!.confidence).toBeLessThan(0.6);
    const other = home(rogueDhcp);
    other.take(lease(START + HOUR, PHONE, ROUTER), lease(START + 2 * HOUR, CAMERA, ROUTER));
    expect(other.findings()).toEqual([]);
  });
});

describe('a device that plays the router', () => {
  const advertisement = (mac: string, addresses: string[]): Observation => ({
    kind: 'router',
    at: START + HOUR,
    mac,
    addresses,
    prefixes: [],
    resolvers: [],
  });

  it('is found where it offers a way out, and not where it only knows another network', () => {
    const watched = home(rogueRouter);
    watched.take(advertisement(ROUTER.mac, ['fe80::1']), advertisement(CAMERA.mac, []));
    expect(watched.findings()).toEqual([]);
    watched.take(advertisement(CAMERA.mac, ['fe80::7']));
    expect(watched.findings()).toMatchObject([{ detector: 'rogue-router', device: idOf(CAMERA) }]);
  });
});

describe('who comes and goes', () => {
  const LAMP = { mac: '02:00:00:00:00:09', address: '192.168.1.9' };
  const speaks = (at: number, who = LAMP) => flows(at, { from: who, to: BEYOND('198.51.100.1'), at, slot: 7 });

  it('a new device is told once the home is known, not while it is met', () => {
    const watched = home(newDevice);
    watched.take(speaks(START + 10 * MINUTE), { kind: 'tick', at: START + 20 * MINUTE });
    expect(watched.findings()).toEqual([]);
    const guest = { mac: '02:00:00:00:00:0a', address: '192.168.1.10' };
    watched.take(speaks(START + 3 * HOUR, guest), { kind: 'tick', at: START + 3 * HOUR + SECOND });
    expect(watched.findings()).toMatchObject([{ detector: 'new-device', device: idOf(guest) }]);
  });

  it('an appliance that was always on and is silent is told, and that it is back', () => {
    const watched = home(vanishedDevice);
    watched.take({ kind: 'service', at: START, device: CAMERA, protocol: 'mdns', service: '_rtsp._tcp' });
    for (const at of ticks(START, 30 * MINUTE, 5 * 48)) watched.take(speaks(at, CAMERA), speaks(at, PHONE));
    const left = START + 5 * DAY;
    for (const at of ticks(left, 30 * MINUTE, 48)) watched.take(speaks(at, PHONE));
    expect(watched.findings()).toMatchObject([{ detector: 'vanished-device', device: idOf(CAMERA) }]);
    watched.take(speaks(left + 2 * DAY, CAMERA), { kind: 'tick', at: left + 2 * DAY + SECOND });
    expect(watched.findings()).toEqual([]);
  });
});

describe('openings', () => {
  const mapping = (at: number, lifetime: number, more: Partial<MappingObservation> = {}): MappingObservation => ({
    kind: 'mapping',
    ...{ at, client: CAMERA, gateway: ROUTER, via: 'upnp', granted: false },
    ...{ protocol: 'tcp', externalPort: 8080, internalPort: 80, lifetime, ...more },
  });

  it('a port mapping holds as long as it was asked for, and ends when it is removed', () => {
    const watched = home(portMapping);
    watched.take(mapping(START + SECOND, 3600));
    expect(watched.findings()).toMatchObject([{ detector: 'port-mapping', device: idOf(CAMERA), subject: 'tcp/8080' }]);
    watched.take(mapping(START + MINUTE, 0));
    expect(watched.findings()).toEqual([]);
    watched.take(mapping(START + HOUR, 3600), { kind: 'tick', at: START + 3 * HOUR });
    expect(watched.findings()).toEqual([]);
  });

  it('a mapping asked for another device is that one’s', () => {
    const watched = home(portMapping);
    watched.take(mapping(START + SECOND, 3600, { internalAddress: PHONE.address }));
    expect(watched.findings()).toMatchObject([{ device: idOf(PHONE), evidence: { by: CAMERA.address } }]);
  });

  it('telnet that answers is told, and that it was reached from outside; what refuses is not', () => {
    const watched = home(unencryptedService);
    const stranger = BEYOND('203.0.113.9');
    watched.take(flows(START + SECOND, { from: stranger, to: CAMERA, port: 23, up: 9, down: 9, slot: 3 }));
    watched.take(flows(START + SECOND, { from: stranger, to: PHONE, port: 23, up: 1, down: 1, slot: 4 }));
    watched.take({ kind: 'tick', at: START + 2 * MINUTE });
    expect(watched.findings()).toMatchObject([
      { device: idOf(CAMERA), subject: 'telnet', evidence: { outside: true, port: 23 } },
    ]);
  });
});

describe('what is told of appliances only', () => {
  const is = (kind: 'camera' | 'phone', { mac }: { mac: string }): Observation => {
    const command = { name: 'set-kind', device: idOf({ mac }), to: kind } as const;
    return { kind: 'command', at: START, by: 'owner', command };
  };

  it('a tracker that a camera reports to is told, whom a phone talks to is not', () => {
    const watched = home(tracker);
    watched.take(is('camera', CAMERA), is('phone', PHONE));
    watched.take(...asked(START, CAMERA, 'e.app-measurement.com'), ...asked(START, PHONE, 'ad.doubleclick.net'));
    expect(watched.findings()).toMatchObject([
      { detector: 'tracker', device: idOf(CAMERA), subject: 'app-measurement.com' },
    ]);
  });

  it('much sent at an hour at which it never did is told, what it does every day is not', () => {
    const watched = home(steadyUpload);
    watched.take(is('camera', CAMERA));
    const cloud = BEYOND('198.51.100.5');
    const send = (at: number, kilobytes: number) =>
      flows(at, {
        from: CAMERA,
        to: cloud,
        at,
        up: kilobytes * 10,
        down: 1,
        slot: 8,
        sourcePort: 30_000 + (at % 7777),
      });
    for (const at of ticks(START, HOUR, 9 * 24)) watched.take(send(at, at % DAY < HOUR ? 90_000 : 100));
    expect(watched.findings()).toEqual([]);
    const night = START + 9 * DAY + 10 * HOUR;
    watched.take({ kind: 'tick', at: night }, send(night + MINUTE, 60_000), { kind: 'tick', at: night + HOUR });
    expect(watched.findings()).toMatchObject([
      { detector: 'steady-upload', device: idOf(CAMERA), subject: cloud.address },
    ]);
  });

  it('encryption that is out of date is told with its version', () => {
    const watched = home(weakEncryption);
    watched.take({
      kind: 'hello',
      ...{ at: START, client: CAMERA, server: { address: '198.51.100.9' }, protocol: 'tcp' },
      ...{ clientPort: 40_000, serverPort: 443, serverName: 'old.example', alpn: [], obsolete: 'TLS 1.0' },
    });
    expect(watched.findings()).toMatchObject([{ detector: 'weak-encryption', subject: 'TLS 1.0' }]);
  });
});
