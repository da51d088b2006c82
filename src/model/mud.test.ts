import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type MudProfile, mudAllows, readMud } from './mud.ts';

const ace = (matches: object, forwarding = 'accept') => ({ name: 'x', matches, actions: { forwarding } });
const file = (aces: object[], more: object = {}, lists = 'ietf-access-control-list:acls') =>
  JSON.stringify({
    'ietf-mud:mud': {
      'mud-version': 1,
      'mud-url': 'https://lamp.example/lamp.json',
      'is-supported': true,
      systeminfo: 'A lamp',
      'from-device-policy': { 'access-lists': { 'access-list': [{ name: 'from' }] } },
      'to-device-policy': { 'access-lists': { 'access-list': [{ name: 'to' }] } },
      ...more,
    },
    [lists]: { acl: [{ name: 'from', type: 'ipv4-acl-type', aces: { ace: aces } }] },
  });
const read = (...args: Parameters<typeof file>) => readMud(file(...args)) as MudProfile;

const CLOUD = ace({
  ipv4: { 'ietf-acldns:dst-dnsname': 'Cloud.Lamp.example', protocol: 6 },
  tcp: { 'ietf-mud:direction-initiated': 'from-device', 'destination-port': { operator: 'eq', port: 443 } },
});

describe('a MUD file', () => {
  it('tells whom the device needs, of both forms of the list', () => {
    for (const lists of ['ietf-access-control-list:acls', 'ietf-access-control-list:access-lists'])
      expect(read([CLOUD], {}, lists)).toEqual({
        url: 'https://lamp.example/lamp.json',
        isSupported: true,
        system: 'A lamp',
        allowed: [{ to: { name: 'cloud.lamp.example' }, protocol: 6, ports: [443, 443] }],
        skipped: 0,
      });
  });

  it('tells networks, ranges of ports, roles and the local network', () => {
    const { allowed } = read([
      ace({
        ipv4: { protocol: 17, 'destination-ipv4-network': '198.51.100.0/24' },
        udp: { 'destination-port': { 'lower-port': 10, 'upper-port': 20 } },
      }),
      ace({ 'ietf-mud:mud': { controller: 'urn:ietf:params:mud:ntp' }, ipv4: { protocol: 17 } }),
      ace({ 'ietf-mud:mud': { 'local-networks': [null] }, ipv4: { protocol: 6 } }),
    ]);
    expect(allowed).toEqual([
      { to: { prefix: '198.51.100.0/24' }, protocol: 17, ports: [10, 20] },
      { to: { role: 'urn:ietf:params:mud:ntp' }, protocol: 17 },
      { to: { local: true }, protocol: 6 },
    ]);
  });

  it('allows what it lists and nothing else', () => {
    const profile = read([CLOUD]);
    const cloud = { name: 'cloud.lamp.example', address: '198.51.100.1' };
    expect(mudAllows(profile, cloud, { protocol: 6, port: 443 })).toBe(true);
    expect(mudAllows(profile, cloud, { protocol: 6, port: 80 })).toBe(false);
    expect(mudAllows(profile, cloud, { protocol: 17, port: 443 })).toBe(false);
    expect(mudAllows(profile, { address: '198.51.100.1' }, { protocol: 6, port: 443 })).toBe(false);
    expect(
      mudAllows(read([ace({ 'ietf-mud:mud': { 'local-networks': [null] } })]), cloud, { protocol: 6, port: 443 }),
    ).toBe(false);
  });

  it('leaves out what it denies, answers, other lists, and what is not understood', () => {
    const odd = ace({ ipv4: {}, tcp: { 'destination-port': { operator: 'lte', port: 1024 } } });
    const answer = ace({ ipv4: { protocol: 6 }, tcp: { 'ietf-mud:direction-initiated': 'to-device' } });
    expect(read([ace({ ipv4: {} }, 'drop'), odd, answer])).toMatchObject({ allowed: [], skipped: 1 });
    const none = { 'from-device-policy': { 'access-lists': { 'access-list': [{ name: 'other' }] } } };
    expect(read([CLOUD], none)).toMatchObject({ allowed: [] });
  });

  it('that is none says why', () => {
    expect(readMud('{\n\n!')).toEqual({ problem: 'no JSON', line: 3 });
    expect(readMud('{\n')).toEqual({ problem: 'no JSON', line: 2 });
    expect(readMud('[]')).toEqual({ problem: 'no mud-url' });
    expect(readMud(file(Array.from({ length: 2000 }, () => CLOUD)))).toEqual({ problem: 'too many entries' });
  });

  it('of any JSON never throws', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (mud, lists) => {
        readMud(JSON.stringify({ 'ietf-mud:mud': mud, 'ietf-access-control-list:acls': lists }));
        readMud(file([{ matches: mud, actions: { forwarding: 'accept' } }]));
      }),
    );
  });
});
