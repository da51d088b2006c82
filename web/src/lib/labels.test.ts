import { describe, expect, it } from 'vitest';
import { FakeHome } from '../../dev/fake-home.ts';
import { en } from '../text/en.ts';
import { nl } from '../text/nl.ts';
import { deviceLabel, farDetail, farLabel, hasPrivateAddress } from './labels.ts';

const { devices } = new FakeHome({ devices: 2, farEnds: 1, seed: 1, at: 1e12 });
const [camera] = devices;
const unnamed = { ...camera!, label: 'Example camera 00:00', names: [] };
const byId = new Map(devices.map((device) => [device.id, device]));

describe('a device is called', () => {
  it('as somebody named it', () => {
    expect(deviceLabel(camera!, nl)).toBe('Front door camera');
    expect(deviceLabel({ ...unnamed, givenName: 'Door', label: 'Door' }, nl)).toBe('Door');
  });

  it('else by maker, kind and end of its hardware address, in the language of the page', () => {
    expect(deviceLabel({ ...unnamed, kind: 'kitchen', vendor: 'Cold Chain' }, nl)).toBe(
      'Cold Chain Keukenapparaat 00:00',
    );
    const { vendor: _, kind: __, ...nothing } = unnamed;
    expect(deviceLabel({ ...nothing, label: 'device 00:00' }, en)).toBe('Device 00:00');
    expect(deviceLabel({ ...nothing, macs: [], label: '192.0.2.9' }, en)).toBe('192.0.2.9');
  });

  it.each([
    ['02:00:00:00:00:01', true],
    ['9e:00:00:00:00:01', true],
    ['00:00:5e:00:53:01', false],
    ['f4:00:00:00:00:01', false],
  ])('and %s hides the maker: %s', (mac, hides) => {
    const { vendor: _, ...device } = { ...unnamed, macs: [mac] };
    expect(hasPrivateAddress(device)).toBe(hides);
  });
});

describe('a far end is called', () => {
  it.each([
    [{ key: 'cloud.example', name: 'cloud.example' }, 'cloud.example'],
    [{ key: '198.51.100.1', addresses: ['198.51.100.1'] }, '198.51.100.1'],
    [{ key: `device:${camera!.id}`, device: camera!.id }, 'Front door camera'],
    [{ key: 'role:router', role: 'router' as const, addresses: ['192.0.2.1'] }, 'Router'],
    [{ key: 'role:mDNS', role: 'multicast' as const, group: 'mDNS' }, 'mDNS'],
    [{ key: 'role:all nodes', role: 'multicast' as const, group: 'all nodes' }, 'alle apparaten'],
    [{ key: '239.1.2.3', role: 'multicast' as const }, 'groep 239.1.2.3'],
    [{ key: 'role:broadcast', role: 'broadcast' as const }, 'iedereen (broadcast)'],
  ])('%j: %s', (node, label) => expect(farLabel(node, byId, nl)).toBe(label));

  it('with its address beside a name of its own kind', () => {
    expect(farDetail({ key: '192.0.2.1', role: 'router' })).toBe('192.0.2.1');
    expect(farDetail({ key: 'cloud.example' })).toBeUndefined();
  });
});
