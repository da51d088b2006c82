import * as packets from 'dns-packet';
import { describe, expect, it } from 'vitest';
import type { ServiceObservation } from '../model/observation.ts';
import { concat, DEVICE, DEVICE6, hex, observe, ROUTER, udp, uint16 } from './testbed.ts';

const GROUP = { mac: '01:00:5e:00:00:fb', address: '224.0.0.251', port: 5353 };
const GROUP6 = { mac: '33:33:00:00:00:fb', address: 'ff02::fb', port: 5353 };
const SENDER = { ...DEVICE, port: 5353 };

const ptr = (name: string, data: string, ttl = 4500): packets.Answer => ({ type: 'PTR', name, ttl, data });
const srv = (name: string, target: string): packets.Answer => ({
  type: 'SRV',
  name,
  ttl: 120,
  data: { port: 80, target },
});
const txt = (name: string, ...data: string[]): packets.Answer => ({ type: 'TXT', name, ttl: 4500, data });
const a = (name: string, data: string): packets.Answer => ({ type: 'A', name, ttl: 120, data });
const aaaa = (name: string, data: string): packets.Answer => ({ type: 'AAAA', name, ttl: 120, data });
const encode = (answers: packets.Answer[], type: 'query' | 'response' = 'response') =>
  packets.encode({ type, id: 0, flags: type === 'response' ? packets.AUTHORITATIVE_ANSWER : 0, answers });
const announced = (...answers: packets.Answer[]) =>
  observe([udp(SENDER, GROUP, encode(answers))]) as ServiceObservation[];

describe('mDNS', () => {
  const base = { kind: 'service', at: 1_000_000, device: DEVICE, protocol: 'mdns' };

  it('tells a service with its instance, host and model', () => {
    const instance = 'Living Room._hap._tcp.local';
    const told = announced(
      ptr('_hap._tcp.local', instance),
      srv(instance, 'Lamp-12.local'),
      txt(instance, 'md=Lamp A19', 'pv=1.1', 'ci=5'),
      a('Lamp-12.local', DEVICE.address),
    );
    expect(told).toEqual([
      {
        ...base,
        service: '_hap._tcp',
        description: 'Living Room',
        hostname: 'Lamp-12',
        attributes: { md: 'Lamp A19', ci: '5' },
      },
    ]);
  });

  it('tells a host name that has the sender’s address', () => {
    expect(announced(a('printer.local', DEVICE.address))).toEqual([{ ...base, hostname: 'printer' }]);
  });

  it('tells a host name when the message has only addresses of the other family', () => {
    expect(announced(aaaa('printer.local', 'fe80::10'))).toEqual([{ ...base, hostname: 'printer' }]);
    const from6 = observe([udp({ ...DEVICE6, port: 5353 }, GROUP6, encode([aaaa('printer.local', 'fe80::10')]))]);
    expect(from6).toMatchObject([{ device: DEVICE6, hostname: 'printer' }]);
  });

  it('does not call the sender by the name of another host, whose services it passes on', () => {
    const instance = 'TV._airplay._tcp.local';
    expect(announced(srv(instance, 'tv.local'), a('tv.local', '192.168.1.99'))).toEqual([]);
  });

  it('does not attribute what a query lists as known', () => {
    const known = encode([ptr('_hap._tcp.local', 'Other._hap._tcp.local'), a('other.local', DEVICE.address)], 'query');
    expect(observe([udp(SENDER, GROUP, known)])).toEqual([]);
  });

  it('reads the list of types, and a type only once when its instance is told', () => {
    const types = announced(ptr('_services._dns-sd._udp.local', '_ipp._tcp.local'));
    expect(types).toEqual([{ ...base, service: '_ipp._tcp' }]);
    const both = announced(
      ptr('_services._dns-sd._udp.local', '_ipp._tcp.local'),
      ptr('_ipp._tcp.local', 'Ink._ipp._tcp.local'),
    );
    expect(both).toEqual([{ ...base, service: '_ipp._tcp', description: 'Ink' }]);
  });

  it('takes records whose class has the cache-flush bit, and a message that was sent to one asker', () => {
    const record = hex('07 7072696e746572 05 6c6f63616c 00 0001 8001 00000078 0004 c0a8010a');
    const bytes = concat([0, 0, 0x84, 0], uint16(0), uint16(1), uint16(0), uint16(0), record);
    expect(observe([udp(SENDER, { ...ROUTER, port: 5353 }, bytes)])).toEqual([{ ...base, hostname: 'printer' }]);
  });

  it('ignores goodbyes', () => {
    expect(announced(ptr('_hap._tcp.local', 'Lamp._hap._tcp.local', 0))).toEqual([]);
  });

  it('is not believed from another network', () => {
    const stranger = { mac: ROUTER.mac, address: '198.51.100.9', port: 5353 };
    const bytes = encode([a('printer.local', '198.51.100.9')]);
    expect(observe([udp(stranger, { ...DEVICE, port: 5353 }, bytes)])).toEqual([]);
  });

  it('tells at most 32 services of a message', () => {
    const many = Array.from({ length: 60 }, (_, i) => ptr('_hap._tcp.local', `Lamp ${i}._hap._tcp.local`));
    expect(announced(...many)).toHaveLength(32);
  });

  it('takes no attribute by a name that objects have of their own', () => {
    const [told] = announced(txt('X._hap._tcp.local', '__proto__=x', 'constructor=y', 'md=z'));
    expect(told?.attributes).toEqual({ md: 'z' });
  });
});
