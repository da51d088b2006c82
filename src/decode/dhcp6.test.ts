import { describe, expect, it } from 'vitest';
import { ascii, concat, DEVICE6, hex, macBytes, observe, ROUTER6, udp, uint16, uint32, v6Bytes } from './testbed.ts';

const SERVERS = { mac: '33:33:00:01:00:02', address: 'ff02::1:2', port: 547 };
const CLIENT = { ...DEVICE6, port: 546 };
const SERVER = { ...ROUTER6, port: 547 };

const option = (code: number, value: Uint8Array | number[]) => concat(uint16(code), uint16(value.length), value);
const message = (type: number, ...options: Uint8Array[]) => concat([type, 0, 0, 9], ...options);
const clientId = (mac: string) => option(1, concat(uint16(1), uint16(1), uint32(1), macBytes(mac)));
const address = (text: string, valid = 3600) => option(5, concat(v6Bytes(text), uint32(1800), uint32(valid)));
const association = (...inner: Uint8Array[]) => option(3, concat(uint32(1), uint32(0), uint32(0), ...inner));
const relay = (type: number, inner: Uint8Array, ...options: Uint8Array[]) =>
  concat([type, 0], v6Bytes('2001:db8::1'), v6Bytes('fe80::99'), ...options, option(9, inner));

const sent = (bytes: Uint8Array, from: { mac?: string; address: string; port: number } = CLIENT) =>
  observe([udp(from, SERVERS, bytes)]);
const received = (bytes: Uint8Array) => observe([udp(SERVER, CLIENT, bytes)]);

describe('DHCP for IPv6', () => {
  it('tells what a device says of itself, under the address of its frame', () => {
    const bytes = message(
      1,
      clientId('02:00:5e:00:00:99'),
      option(6, [...uint16(23), ...uint16(24)]),
      option(16, concat(uint32(32473), uint16(6), ascii('camera'))),
      option(39, concat([0], hex('06 63616d657261'))),
      option(112, ascii('https://vendor.example/camera.json')),
    );
    expect(sent(bytes)).toEqual([
      {
        kind: 'lease',
        at: 1_000_000,
        mac: DEVICE6.mac,
        source: 'dhcp6',
        message: 'solicit',
        addresses: [],
        hostname: 'camera',
        vendorClass: 'camera',
        parameters: [23, 24],
        clientId: '000100010000000102005e000099',
        mudUrl: 'https://vendor.example/camera.json',
      },
    ]);
  });

  it('tells the addresses, resolvers and delegated prefix of a reply', () => {
    const prefix = option(26, concat(uint32(1800), uint32(3600), [56], v6Bytes('2001:db8:42::')));
    const bytes = message(
      7,
      clientId(DEVICE6.mac),
      association(address('2001:db8:1::10'), address('2001:db8:1::11', 0), address('fe80::5')),
      option(4, concat(uint32(2), address('2001:db8:1::aa'))),
      option(25, concat(uint32(1), uint32(0), uint32(0), prefix)),
      option(23, v6Bytes('2001:db8:1::53')),
    );
    expect(received(bytes)).toMatchObject([
      {
        mac: DEVICE6.mac,
        message: 'reply',
        addresses: ['2001:db8:1::10', '2001:db8:1::aa'],
        network: { prefix: '2001:db8:42::/56', routers: [], resolvers: ['2001:db8:1::53'], server: ROUTER6 },
      },
    ]);
  });

  it('takes the hardware address from the identifier where the link has none', () => {
    const bytes = message(1, option(1, concat(uint16(3), uint16(1), macBytes('02:00:5e:00:00:99'))));
    expect(sent(bytes, { address: 'fe80::10', port: 546 })).toMatchObject([{ mac: '02:00:5e:00:00:99' }]);
  });

  it('reads through relays, and takes the address that the relay saw', () => {
    const inner = message(1, clientId('02:00:5e:00:00:99'));
    const seen = option(79, concat(uint16(1), macBytes('02:00:5e:00:00:77')));
    expect(sent(relay(12, inner, seen))).toMatchObject([{ message: 'solicit', mac: '02:00:5e:00:00:77' }]);
    expect(sent(relay(12, relay(12, inner)))).toMatchObject([{ message: 'solicit', mac: '02:00:5e:00:00:99' }]);
  });

  it.each([
    [
      'relays without end',
      Array.from({ length: 12 }).reduce<Uint8Array>((inner) => relay(12, inner), message(1, clientId(DEVICE6.mac))),
    ],
    ['an option over the end', concat(message(1, clientId(DEVICE6.mac)), [0, 6, 0, 9, 0])],
    ['an unknown message', message(99, clientId(DEVICE6.mac))],
    ['a relay with nothing in it', concat([12, 0], new Uint8Array(32))],
    ['a message cut short', hex('010000')],
  ])('refuses %s', (_what, bytes) => {
    expect(sent(bytes)).toEqual([]);
  });
});
