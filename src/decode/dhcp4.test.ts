import { describe, expect, it } from 'vitest';
import { ascii, concat, DEVICE, hex, macBytes, observe, ROUTER, udp, uint32, v4Bytes } from './testbed.ts';

const CLIENT = { mac: DEVICE.mac, address: '0.0.0.0', port: 68 };
const BROADCAST = { mac: 'ff:ff:ff:ff:ff:ff', address: '255.255.255.255', port: 67 };
const SERVER = { ...ROUTER, port: 67 };

type Fields = { operation?: number; yours?: string; relay?: string; server?: Uint8Array; file?: Uint8Array };
const option = (code: number, value: Uint8Array | number[]) => concat([code, value.length], value);
const padded = (value: Uint8Array, size: number) => concat(value, new Uint8Array(size - value.length));

function message(fields: Fields, ...options: Uint8Array[]): Uint8Array {
  const { operation = 1, yours = '0.0.0.0', relay = '0.0.0.0', server = hex(''), file = hex('') } = fields;
  const head = concat(
    [operation, 1, 6, 0],
    uint32(0x1234),
    uint32(0),
    v4Bytes('0.0.0.0'),
    v4Bytes(yours),
    v4Bytes('0.0.0.0'),
  );
  const hardware = concat(v4Bytes(relay), macBytes(DEVICE.mac), new Uint8Array(10));
  return concat(head, hardware, padded(server, 64), padded(file, 128), uint32(0x63825363), ...options, [255]);
}

const sent = (bytes: Uint8Array) => observe([udp(CLIENT, BROADCAST, bytes)]);
const received = (bytes: Uint8Array) => observe([udp(SERVER, { ...DEVICE, port: 68 }, bytes)]);

describe('DHCP for IPv4', () => {
  it('tells what a device says of itself', () => {
    const bytes = message(
      {},
      option(53, [3]),
      option(12, ascii('Kitchen-Camera')),
      option(60, ascii('udhcp 1.36')),
      option(55, [1, 3, 6, 15]),
      option(161, ascii('https://vendor.example/camera.json')),
    );
    expect(sent(bytes)).toEqual([
      {
        kind: 'lease',
        at: 1_000_000,
        mac: DEVICE.mac,
        source: 'dhcp4',
        message: 'request',
        addresses: [],
        hostname: 'Kitchen-Camera',
        vendorClass: 'udhcp 1.36',
        parameters: [1, 3, 6, 15],
        mudUrl: 'https://vendor.example/camera.json',
      },
    ]);
  });

  it.each([
    ['010102030405ff', '010102030405ff'],
    ['00686f7374', '00686f7374'],
    // RFC 4361: the DUID behind the interface's number is the same over DHCP for IPv6.
    ['ff000000010003000102005e000099', '0003000102005e000099'],
    ['ff00000001', undefined],
    ['01', undefined],
    [`01${DEVICE.mac.replaceAll(':', '')}`, undefined],
    ['ab'.repeat(131), undefined],
  ])('client identifier %s: %s', (value, clientId) => {
    const [told] = sent(message({}, option(53, [1]), option(61, hex(value))));
    expect((told as { clientId?: string }).clientId).toBe(clientId);
  });

  it('tells who carries the message of another thing, but for relay agents', () => {
    const repeater = { mac: '02:00:5e:00:00:77', address: '0.0.0.0', port: 68 };
    const carried = (bytes: Uint8Array) => observe([udp(repeater, BROADCAST, bytes)]);
    expect(carried(message({}, option(53, [1])))).toMatchObject([{ mac: DEVICE.mac, via: repeater.mac }]);
    expect(carried(message({ relay: '192.168.1.2' }, option(53, [1])))[0]).not.toHaveProperty('via');
    expect(sent(message({}, option(53, [1])))[0]).not.toHaveProperty('via');
  });

  it('tells the address that a device would like to have', () => {
    expect(sent(message({}, option(53, [3]), option(50, v4Bytes('192.168.1.77'))))).toMatchObject([
      { requested: '192.168.1.77', addresses: [] },
    ]);
    for (const bad of [hex('00000000'), hex('c0a801')])
      expect(sent(message({}, option(53, [3]), option(50, bad)))[0]).not.toHaveProperty('requested');
  });

  const grant = [
    option(54, v4Bytes(ROUTER.address)),
    option(1, v4Bytes('255.255.255.0')),
    option(3, v4Bytes(ROUTER.address)),
  ];

  it('tells what an acknowledgement gives', () => {
    const resolvers = option(6, [...v4Bytes('192.168.1.1'), ...v4Bytes('192.0.2.53')]);
    const bytes = message(
      { operation: 2, yours: DEVICE.address },
      option(53, [5]),
      ...grant,
      resolvers,
      option(12, ascii('camera')),
    );
    expect(received(bytes)).toEqual([
      {
        kind: 'lease',
        at: 1_000_000,
        mac: DEVICE.mac,
        source: 'dhcp4',
        message: 'ack',
        addresses: [DEVICE.address],
        hostname: 'camera',
        network: {
          prefix: '192.168.1.0/24',
          routers: ['192.168.1.1'],
          resolvers: ['192.168.1.1', '192.0.2.53'],
          server: ROUTER,
        },
      },
    ]);
  });

  it('an offer gives nothing yet', () => {
    const [told] = received(message({ operation: 2, yours: DEVICE.address }, option(53, [2]), ...grant));
    expect(told).toMatchObject({ message: 'offer', addresses: [] });
    expect(told).not.toHaveProperty('network');
  });

  it('behind a relay the frame is not the server’s', () => {
    const bytes = message({ operation: 2, yours: DEVICE.address, relay: '192.168.1.2' }, option(53, [5]), ...grant);
    expect(received(bytes)).toMatchObject([{ network: { server: { address: ROUTER.address } } }]);
    expect(received(bytes)).not.toMatchObject([{ network: { server: { mac: ROUTER.mac } } }]);
  });

  it('reads options from the file and server name fields', () => {
    const fields = {
      file: concat(option(12, ascii('in-file')), [255]),
      server: concat(option(60, ascii('in-sname')), [255]),
    };
    const bytes = message(fields, option(53, [1]), option(52, [3]));
    expect(sent(bytes)).toMatchObject([{ hostname: 'in-file', vendorClass: 'in-sname' }]);
  });

  it('joins an option that was split (RFC 3396)', () => {
    const bytes = message({}, option(53, [1]), option(12, ascii('long-')), option(12, ascii('name')));
    expect(sent(bytes)).toMatchObject([{ hostname: 'long-name' }]);
  });

  it('takes the name of option 81 in both its forms', () => {
    const text = message({}, option(53, [1]), option(81, concat([0, 0, 0], ascii('tv.home.arpa'))));
    const wire = message({}, option(53, [1]), option(81, concat([4, 0, 0], hex('02 7476 04 686f6d65 04 61727061 00'))));
    expect([...sent(text), ...sent(wire)]).toMatchObject([{ hostname: 'tv.home.arpa' }, { hostname: 'tv.home.arpa' }]);
  });

  it('shows a host name as inert text', () => {
    const bytes = message({}, option(53, [1]), option(12, ascii('a\nb\0c')));
    expect(sent(bytes)).toMatchObject([{ hostname: 'a\ufffdb' }]);
  });

  it('takes no other MUD URL than https', () => {
    const [told] = sent(message({}, option(53, [1]), option(161, ascii('javascript:alert(1)'))));
    expect(told).not.toHaveProperty('mudUrl');
  });

  it.each([
    ['a mask with holes', '255.0.255.0'],
    ['a mask that calls most of the internet home', '128.0.0.0'],
  ])('tells no prefix for %s', (_what, mask) => {
    const bytes = message({ operation: 2, yours: DEVICE.address }, option(53, [5]), option(1, v4Bytes(mask)));
    expect(received(bytes)).toMatchObject([{ network: { routers: [] } }]);
    expect((received(bytes)[0] as { network: object }).network).not.toHaveProperty('prefix');
  });

  it.each([
    ['no message type', message({})],
    ['an unknown message type', message({}, option(53, [77]))],
    ['an option over the end', message({}, option(53, [1]), Uint8Array.of(12, 200, 65))],
    ['no magic cookie', message({}, option(53, [1])).fill(0, 236, 240)],
    ['a message cut before its options', message({}).slice(0, 239)],
    ['other hardware', message({}, option(53, [1])).fill(8, 1, 2)],
  ])('refuses %s', (_what, bytes) => {
    expect(sent(bytes)).toEqual([]);
  });
});
