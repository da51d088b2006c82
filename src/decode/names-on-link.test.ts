import * as packets from 'dns-packet';
import { describe, expect, it } from 'vitest';
import { ascii, concat, DEVICE, hex, observe, ROUTER, udp, uint16, uint32, v4Bytes } from './testbed.ts';

const ASKER = { ...ROUTER, port: 50_000 };
const base = { kind: 'service', at: 1_000_000, device: DEVICE };

describe('LLMNR', () => {
  const answer = (address: string, flags = 0) =>
    packets.encode({
      type: 'response',
      flags,
      questions: [{ type: 'A', name: 'Laptop' }],
      answers: [{ type: 'A', name: 'Laptop', ttl: 30, data: address }],
    });
  const observed = (bytes: Uint8Array) => observe([udp({ ...DEVICE, port: 5355 }, ASKER, bytes)]);

  it('tells the name of the host that answers with its own address', () => {
    expect(observed(answer(DEVICE.address))).toEqual([{ ...base, protocol: 'llmnr', hostname: 'Laptop' }]);
  });

  it('tells nothing of an answer about another address, of a conflict, or of a question', () => {
    expect(observed(answer('192.168.1.99'))).toEqual([]);
    expect(observed(answer(DEVICE.address, 0x0400))).toEqual([]);
    expect(observed(packets.encode({ type: 'query', questions: [{ type: 'A', name: 'Laptop' }] }))).toEqual([]);
  });
});

describe('NBNS', () => {
  const encoded = (name: string, suffix: number) => {
    const octets = concat(ascii(name.padEnd(15)), [suffix]);
    return concat(
      [32],
      [...octets].flatMap((octet) => [65 + (octet >> 4), 65 + (octet & 15)]),
      [0],
    );
  };
  const header = (flags: number, ...counts: number[]) => concat(uint16(7), uint16(flags), ...counts.map(uint16));
  const nameRecord = (owner: Uint8Array, group: boolean, address: string) =>
    concat(owner, uint16(0x20), uint16(1), uint32(300), uint16(6), uint16(group ? 0x8000 : 0), v4Bytes(address));
  const registration = (name: string, suffix = 0, group = false, address = DEVICE.address) => {
    const question = concat(encoded(name, suffix), uint16(0x20), uint16(1));
    return concat(header(0x2910, 1, 0, 0, 1), question, nameRecord(hex('c00c'), group, address));
  };
  const BROADCAST = { mac: 'ff:ff:ff:ff:ff:ff', address: '192.168.1.255', port: 137 };
  const observed = (bytes: Uint8Array) => observe([udp({ ...DEVICE, port: 137 }, BROADCAST, bytes)]);

  it('tells the name that a host registers', () => {
    expect(observed(registration('DESKTOP-42'))).toEqual([{ ...base, protocol: 'nbns', hostname: 'DESKTOP-42' }]);
    expect(observed(registration('DESKTOP-42', 0x20))).toHaveLength(1);
  });

  it('tells the name by which a host answers', () => {
    const answer = concat(header(0x8500, 0, 1, 0, 0), nameRecord(encoded('NAS', 0), false, DEVICE.address));
    expect(observed(answer)).toEqual([{ ...base, protocol: 'nbns', hostname: 'NAS' }]);
  });

  it('tells the host’s own name from its status', () => {
    const entry = (name: string, suffix: number, flags: number) =>
      concat(ascii(name.padEnd(15)), [suffix], uint16(flags));
    const list = concat([3], entry('HOME', 0, 0x8400), entry('NAS', 0x20, 0x0400), entry('NAS', 0, 0x0400));
    const head = concat(encoded('*', 0), uint16(0x21), uint16(1), uint32(0), uint16(list.length));
    expect(observed(concat(header(0x8400, 0, 1, 0, 0), head, list))).toMatchObject([{ hostname: 'NAS' }]);
  });

  it.each([
    ['the name of a group', registration('WORKGROUP', 0, true)],
    ['a name that is no host’s', registration('HOME', 0x1d)],
    ['a name for another address', registration('OTHER', 0, false, '192.168.1.99')],
    ['letters outside of A to P', registration('X').fill(0x7a, 13, 20)],
    ['a question', concat(header(0x0110, 1, 0, 0, 0), encoded('NAS', 0), uint16(0x20), uint16(1))],
    ['a message cut short', registration('DESKTOP-42').slice(0, 60)],
  ])('tells nothing of %s', (_what, bytes) => {
    expect(observed(bytes)).toEqual([]);
  });
});

describe('SSDP', () => {
  const GROUP = { mac: '01:00:5e:7f:ff:fa', address: '239.255.255.250', port: 1900 };
  const lines = (...list: string[]) => ascii([...list, '', ''].join('\r\n'));
  const observed = (bytes: Uint8Array) => observe([udp({ ...DEVICE, port: 1900 }, GROUP, bytes)]);

  it('tells what a device announces', () => {
    const notify = lines(
      'NOTIFY * HTTP/1.1',
      'HOST: 239.255.255.250:1900',
      'LOCATION: http://192.168.1.10:8080/description.xml',
      'nt:urn:schemas-upnp-org:device:MediaRenderer:1',
      'NTS: ssdp:alive',
      'Server:  Linux/6.1 UPnP/1.0 TV/3.2',
      'USN: uuid:00000000-0000-0000-0000-000000000001::urn:schemas-upnp-org:device:MediaRenderer:1',
    );
    expect(observed(notify)).toEqual([
      {
        ...base,
        protocol: 'ssdp',
        service: 'urn:schemas-upnp-org:device:MediaRenderer:1',
        description: 'Linux/6.1 UPnP/1.0 TV/3.2',
        location: 'http://192.168.1.10:8080/description.xml',
      },
    ]);
  });

  it('tells what a device answers to a search', () => {
    const answer = lines('HTTP/1.1 200 OK', 'ST: upnp:rootdevice', 'SERVER: Hub/1');
    expect(observe([udp({ ...DEVICE, port: 1900 }, ASKER, answer)])).toMatchObject([
      { service: 'upnp:rootdevice', description: 'Hub/1' },
    ]);
  });

  it.each([
    ['a search', lines('M-SEARCH * HTTP/1.1', 'ST: ssdp:all', 'SERVER: x')],
    ['a goodbye', lines('NOTIFY * HTTP/1.1', 'NT: upnp:rootdevice', 'NTS: ssdp:byebye')],
    ['an announcement of nothing', lines('NOTIFY * HTTP/1.1', 'NTS: ssdp:alive')],
    ['other words', ascii('GET / HTTP/1.1\r\nNT: x\r\n')],
  ])('tells nothing of %s', (_what, bytes) => {
    expect(observed(bytes)).toEqual([]);
  });

  it('takes only http(s) for a place, and reads no further than 2,048 octets', () => {
    const odd = lines('NOTIFY * HTTP/1.1', 'NT: upnp:rootdevice', 'LOCATION: javascript:alert(1)');
    expect(observed(odd)[0]).not.toHaveProperty('location');
    const late = lines('NOTIFY * HTTP/1.1', `X: ${'x'.repeat(3000)}`, 'NT: upnp:rootdevice');
    expect(observed(late)).toEqual([]);
  });
});
