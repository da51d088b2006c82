import { describe, expect, it } from 'vitest';
import { concat, DEVICE6, hex, icmpv6, macBytes, observe, ROUTER6, uint16, uint32, v6Bytes } from './testbed.ts';

const ALL_NODES = { mac: '33:33:00:00:00:01', address: 'ff02::1' };
const GLOBAL = '2001:db8:1::10';

const linkAddress = (type: number, mac: string) => concat([type, 1], macBytes(mac));
const prefix = (address: string, bits: number, flags = 0xc0, lifetime = 3600) =>
  concat([3, 4, bits, flags], uint32(lifetime), uint32(1800), uint32(0), v6Bytes(address));
const resolvers = (...list: string[]) => concat([25, 1 + 2 * list.length, 0, 0], uint32(600), ...list.map(v6Bytes));
const advertisement = (lifetime: number, ...options: Uint8Array[]) =>
  concat([64, 0], uint16(lifetime), uint32(0), uint32(0), ...options);
const neighbour = (target: string, ...options: Uint8Array[]) => concat(uint32(0), v6Bytes(target), ...options);

describe('Neighbour Discovery', () => {
  it('a solicitation tells who asks for whom', () => {
    const body = neighbour(ROUTER6.address, linkAddress(1, DEVICE6.mac));
    const from = { ...DEVICE6, address: GLOBAL };
    expect(observe([icmpv6(from, ROUTER6, 135, body)])).toEqual([
      { kind: 'neighbour', at: 1_000_000, mac: DEVICE6.mac, address: GLOBAL, source: 'ndp', asks: ROUTER6.address },
    ]);
  });

  it('a solicitation from the unspecified address (duplicate detection) tells nothing', () => {
    const from = { ...DEVICE6, address: '::' };
    expect(observe([icmpv6(from, ALL_NODES, 135, neighbour(GLOBAL, linkAddress(1, DEVICE6.mac)))])).toEqual([]);
  });

  it('an advertisement tells the target, by its option or by the frame of the target itself', () => {
    const other = neighbour(GLOBAL, linkAddress(2, DEVICE6.mac));
    expect(observe([icmpv6(DEVICE6, ROUTER6, 136, other)])).toMatchObject([{ mac: DEVICE6.mac, address: GLOBAL }]);
    const own = neighbour(DEVICE6.address);
    expect(observe([icmpv6(DEVICE6, ROUTER6, 136, own)])).toMatchObject([{ mac: DEVICE6.mac, address: 'fe80::10' }]);
    expect(observe([icmpv6(DEVICE6, ROUTER6, 136, neighbour(GLOBAL))])).toEqual([]);
  });

  it('a router tells its prefixes on the link and the resolvers', () => {
    const body = advertisement(
      1800,
      linkAddress(1, ROUTER6.mac),
      prefix('2001:db8:1::1', 64),
      prefix('2001:db8:2::', 64, 0x40),
      prefix('2001:db8:3::', 64, 0xc0, 0),
      prefix('fe80::', 64),
      resolvers('fe80::1', '2001:db8:1::53'),
    );
    expect(observe([icmpv6(ROUTER6, ALL_NODES, 134, body)])).toEqual([
      {
        kind: 'router',
        at: 1_000_000,
        mac: ROUTER6.mac,
        addresses: ['fe80::1'],
        prefixes: ['2001:db8:1::/64'],
        resolvers: ['fe80::1', '2001:db8:1::53'],
      },
      { kind: 'neighbour', at: 1_000_000, mac: ROUTER6.mac, address: 'fe80::1', source: 'ndp' },
    ]);
  });

  it('a router that is no way out is not told as one, only its prefixes', () => {
    const body = advertisement(0, prefix('fd00:1::', 64));
    expect(observe([icmpv6(DEVICE6, ALL_NODES, 134, body)])).toEqual([
      { kind: 'router', at: 1_000_000, addresses: [], prefixes: ['fd00:1::/64'], resolvers: [] },
    ]);
  });

  const good = neighbour(GLOBAL, linkAddress(2, DEVICE6.mac));
  it.each([
    ['a packet that crossed a router', icmpv6(DEVICE6, ROUTER6, 136, good, { ttl: 254 })],
    ['an option of length zero', icmpv6(DEVICE6, ROUTER6, 136, concat(good, hex('0100 0000 0000 0000')))],
    ['an option that runs over the end', icmpv6(DEVICE6, ROUTER6, 136, concat(good, hex('0102 0000 0000 0000')))],
    ['a message cut short', icmpv6(DEVICE6, ROUTER6, 136, good.slice(0, 19))],
    ['a group address of hardware', icmpv6(DEVICE6, ROUTER6, 136, neighbour(GLOBAL, linkAddress(2, ALL_NODES.mac)))],
    ['a multicast target', icmpv6(DEVICE6, ROUTER6, 136, neighbour('ff02::1', linkAddress(2, DEVICE6.mac)))],
    ['a fragment', icmpv6(DEVICE6, ROUTER6, 136, good, { fragment: 1 })],
    [
      'a router with no link-local address',
      icmpv6({ ...ROUTER6, address: GLOBAL }, ALL_NODES, 134, advertisement(1800)),
    ],
  ])('refuses %s', (_what, packet) => {
    expect(observe([packet])).toEqual([]);
  });
});
