import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cannotRun, HOME, Testbed } from '../live/testbed.ts';
import { NftablesWriter } from './nftables-writer.ts';

const reason = cannotRun();
const TABLE = `add table inet t
delete table inet t
add table inet t
add set inet t macs { type ether_addr; counter; }
add set inet t rates { type ether_addr; limit rate over 1/second burst 1 packets; }
add set inet t bytes { type ether_addr; limit rate over 1600 bytes/second burst 1600 bytes; }
add set inet t nodes4 { type ipv4_addr; }
add set inet t nodes6 { type ipv6_addr; counter; }
add set inet t services { type ether_addr . ipv4_addr . inet_proto . inet_service; counter; }
add set inet t calls { type ipv6_addr . ipv6_addr . inet_proto; }
add set inet t links { type ifname; counter; }
add map inet t whom { type ether_addr : verdict; limit rate 1000000000/second burst 1000000000 packets; }
add chain inet t c
`;
const A = '02:00:00:00:09:0a';
const B = 'fe:dc:ba:98:76:54';

let bed: Testbed;
let writer: NftablesWriter;
const set = (name: string, type: string, counts = false) => ({ set: name, type, counts });
const add = (...elements: Array<[string, string]>) => ({ action: 'add' as const, elements });
const remove = (...keys: string[]) => ({ action: 'delete' as const, keys });

/** The elements as nft writes them. */
function listed(name: string): string[] {
  const kind = name === 'whom' ? 'map' : 'set';
  const text = bed.run(bed.router, ['nft', '-n', 'list', kind, 'inet', 't', name]);
  const elements = /elements = \{ ([^}]*) \}/.exec(text)?.[1] ?? '';
  return elements
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean)
    .sort();
}

describe.skipIf(reason)(`sets written without a program${reason ? ` (skipped: ${reason})` : ''}`, () => {
  beforeAll(() => {
    bed = new Testbed({ nat: false });
    writer = bed.inside(bed.router, () => new NftablesWriter());
  });
  beforeEach(() => {
    bed.run(bed.router, ['nft', '-f', '-'], TABLE);
  });
  afterAll(() => {
    writer?.close();
    bed?.remove();
  });

  it('hold elements of every type, as nft reads them', () => {
    writer.write('t', [
      { ...set('macs', 'ether_addr', true), ...add([A, ''], [B, '']) },
      { ...set('nodes4', 'ipv4_addr'), ...add(['203.0.113.255', ''], ['255.0.0.1', '']) },
      { ...set('nodes6', 'ipv6_addr', true), ...add(['2001:db8:ffff::1', '']) },
      {
        ...set('services', 'ether_addr . ipv4_addr . inet_proto . inet_service', true),
        ...add([`${B} . 198.51.100.7 . 17 . 65535`, '']),
      },
      { ...set('calls', 'ipv6_addr . ipv6_addr . inet_proto'), ...add(['2001:db8::2 . ::1 . 132', '']) },
      { ...set('links', 'ifname', true), ...add(['"eth0.10"', ''], ['"a-long-name-123"', '']) },
    ]);
    const counter = 'counter packets 0 bytes 0';
    expect(listed('macs')).toEqual([`${A} ${counter}`, `${B} ${counter}`]);
    expect(listed('nodes4')).toEqual(['203.0.113.255', '255.0.0.1']);
    expect(listed('nodes6')).toEqual([`2001:db8:ffff::1 ${counter}`]);
    expect(listed('services')).toEqual([`${B} . 198.51.100.7 . 17 . 65535 ${counter}`]);
    expect(listed('calls')).toEqual(['2001:db8::2 . ::1 . 132']);
    expect(listed('links')).toEqual([`"a-long-name-123" ${counter}`, `"eth0.10" ${counter}`]);
  });

  it('hold what stands beside an element: limits, verdicts, both', () => {
    writer.write('t', [
      { ...set('rates', 'ether_addr'), ...add([A, 'limit rate over 5000/second burst 2500 packets']) },
      { ...set('bytes', 'ether_addr'), ...add([A, 'limit rate over 32000 bytes/second burst 32000 bytes']) },
      {
        ...set('whom', 'ether_addr : verdict'),
        ...add([A, 'limit rate over 45000/second burst 20000 packets : jump c'], [B, 'accept'], [HOME.mac, 'goto c']),
      },
    ]);
    const always = 'limit rate 1000000000/second burst 1000000000 packets';
    expect(listed('rates')).toEqual([`${A} limit rate over 5000/second burst 2500 packets`]);
    expect(listed('bytes')).toEqual([`${A} limit rate over 32000 bytes/second burst 32000 bytes`]);
    expect(listed('whom')).toEqual([
      `${HOME.mac} ${always} : goto c`,
      `${A} limit rate over 45000/second burst 20000 packets : jump c`,
      `${B} ${always} : accept`,
    ]);
  });

  it('lose elements, and all of them at once', () => {
    writer.write('t', [{ ...set('macs', 'ether_addr', true), ...add([A, ''], [B, '']) }]);
    writer.write('t', [{ ...set('macs', 'ether_addr'), ...remove(A) }]);
    expect(listed('macs')).toEqual([`${B} counter packets 0 bytes 0`]);
    writer.write('t', [{ ...set('macs', 'ether_addr'), action: 'flush' }]);
    expect(listed('macs')).toEqual([]);
  });

  it('take a thousand at once', () => {
    const keys = Array.from({ length: 1000 }, (_, i) => `10.0.${i >> 8}.${i & 255}`);
    writer.write('t', [{ ...set('nodes4', 'ipv4_addr'), ...add(...keys.map((key) => [key, ''] as [string, string])) }]);
    expect(listed('nodes4')).toHaveLength(1000);
    writer.write('t', [{ ...set('nodes4', 'ipv4_addr'), ...remove(...keys.slice(1)) }]);
    expect(listed('nodes4')).toEqual(['10.0.0.0']);
  });

  it('change together or not at all', () => {
    writer.write('t', [{ ...set('nodes4', 'ipv4_addr'), ...add(['192.0.2.1', '']) }]);
    const wrong = [
      { ...set('nodes4', 'ipv4_addr'), ...remove('192.0.2.1') },
      { ...set('nodes4', 'ipv4_addr'), ...add(['192.0.2.2', '']) },
      { ...set('macs', 'ether_addr'), ...remove(A) },
    ];
    expect(() => writer.write('t', wrong)).toThrow('ENOENT');
    expect(listed('nodes4')).toEqual(['192.0.2.1']);
    expect(() => writer.write('none', wrong.slice(0, 2))).toThrow('ENOENT');
    writer.write('t', wrong.slice(0, 2));
    expect(listed('nodes4')).toEqual(['192.0.2.2']);
  });
});
