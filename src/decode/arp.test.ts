import { describe, expect, it } from 'vitest';
import { concat, DEVICE, hex, macBytes, observe, packetOf, ROUTER, uint16, v4Bytes } from './testbed.ts';

type Fields = { operation?: number; mac?: string; address?: string; target?: string };

function arp({
  operation = 1,
  mac = DEVICE.mac,
  address = DEVICE.address,
  target = ROUTER.address,
}: Fields = {}): Uint8Array {
  const head = concat([0, 1, 8, 0, 6, 4], uint16(operation));
  return concat(head, macBytes(mac), v4Bytes(address), new Uint8Array(6), v4Bytes(target));
}

const observed = (message: Uint8Array) => observe([packetOf(0, DEVICE, ROUTER, message, { etherType: 0x0806 })]);

describe('ARP', () => {
  const pair = { kind: 'neighbour', at: 1_000_000, mac: DEVICE.mac, address: DEVICE.address, source: 'arp' };

  it.each([
    ['a reply', arp({ operation: 2 })],
    ['an announcement', arp({ target: DEVICE.address })],
    ['a message padded to the shortest frame', concat(arp({ operation: 2 }), new Uint8Array(18))],
  ])('%s tells the sender’s pair of addresses', (_what, message) => {
    expect(observed(message)).toEqual([pair]);
  });

  it('a request tells whom it asks for too', () => {
    expect(observed(arp())).toEqual([{ ...pair, asks: ROUTER.address }]);
  });

  it.each([
    ['a probe, which owns nothing yet', arp({ address: '0.0.0.0' })],
    ['a group address of hardware', arp({ mac: '01:00:5e:00:00:01' })],
    ['the broadcast address of hardware', arp({ mac: 'ff:ff:ff:ff:ff:ff' })],
    ['hardware address zero', arp({ mac: '00:00:00:00:00:00' })],
    ['a multicast address', arp({ address: '224.0.0.1' })],
    ['the broadcast address', arp({ address: '255.255.255.255' })],
    ['a loopback address', arp({ address: '127.0.0.1' })],
    ['another operation', arp({ operation: 3 })],
    ['lengths of other families', concat(hex('0001 0800 08 04 0001'), arp().slice(8))],
    ['another protocol than IPv4', concat(hex('0001 86dd 06 04 0001'), arp().slice(8))],
    ['a message cut short', arp().slice(0, 27)],
  ])('refuses %s', (_what, message) => {
    expect(observed(message)).toEqual([]);
  });
});
