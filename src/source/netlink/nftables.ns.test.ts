import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cannotRun, FAR, HOME, Testbed } from '../live/testbed.ts';
import { NftablesReader } from './nftables.ts';

const reason = cannotRun();
const TABLE = `add table inet t
add set inet t macs { type ether_addr; counter; }
add set inet t nodes4 { type ipv4_addr; flags interval; counter; }
add set inet t nodes6 { type ipv6_addr; flags interval; counter; }
add set inet t services { type ether_addr . ipv4_addr . inet_proto . inet_service; flags interval; counter; }
add set inet t links { type ifname; counter; }
add set inet t silent { type ipv4_addr; }
add chain inet t c { type filter hook prerouting priority -300; }
add rule inet t c ether saddr @macs
add rule inet t c ip daddr @nodes4
add rule inet t c ip6 daddr @nodes6
add rule inet t c ether saddr . ip daddr . meta l4proto . th dport @services
add rule inet t c iifname @links
add element inet t macs { ${HOME.mac}, 02:00:00:00:09:09 }
add element inet t nodes4 { 203.0.113.0/29, 198.51.100.0/24 }
add element inet t nodes6 { 2001:db8:2::/64 }
add element inet t services { ${HOME.mac} . 203.0.113.0/24 . 17 . 4000 }
add element inet t links { "lan" }
add element inet t silent { 192.0.2.1 }
`;
const SENDER = `
const [address, count] = process.argv.slice(1);
const socket = require('node:dgram').createSocket(address.includes(':') ? 'udp6' : 'udp4');
let left = Number(count);
const next = () => left-- > 0 ? socket.send(Buffer.alloc(100), 4000, address, next) : socket.close();
next();
`;

let bed: Testbed;
let reader: NftablesReader;

function read(set: string, type: string) {
  const found: Record<string, { packets: number; bytes: number }> = {};
  reader.counters('t', set, type, (key, packets, bytes) => {
    found[key] = { packets, bytes };
  });
  return found;
}

describe.skipIf(reason)(`the kernel’s firewall${reason ? ` (skipped: ${reason})` : ''}`, () => {
  beforeAll(() => {
    bed = new Testbed({ nat: false });
    bed.run(bed.router, ['nft', '-f', '-'], TABLE);
    reader = bed.inside(bed.router, () => new NftablesReader());
    bed.run(bed.home, [process.execPath, '-e', SENDER, FAR.v4, '5']);
    bed.run(bed.home, [process.execPath, '-e', SENDER, FAR.v6, '3']);
  });
  afterAll(() => {
    reader?.close();
    bed?.remove();
  });

  it('tells what each element counted, by its key as nft writes it, intervals by their beginning', () => {
    expect(read('nodes4', 'ipv4_addr')).toEqual({ '203.0.113.0': { packets: 5, bytes: 5 * 128 } });
    expect(read('nodes6', 'ipv6_addr')).toEqual({ '2001:db8:2::': { packets: 3, bytes: 3 * 148 } });
    expect(read('services', 'ether_addr . ipv4_addr . inet_proto . inet_service')).toEqual({
      [`${HOME.mac} . 203.0.113.0 . 17 . 4000`]: { packets: 5, bytes: 5 * 128 },
    });
    expect(Object.keys(read('macs', 'ether_addr'))).toEqual([HOME.mac]);
    expect(read('links', 'ifname')['"lan"']?.packets).toBeGreaterThanOrEqual(8);
  });

  it('tells the chains of a table, and how many rules each has', () => {
    bed.run(bed.router, ['nft', '-f', '-'], 'add table inet u\nadd chain inet u c\nadd rule inet u c drop\n');
    expect(reader.rules('t')).toEqual(new Map([['c', 5]]));
    expect(reader.rules('u')).toEqual(new Map([['c', 1]]));
    expect(reader.rules('none')).toEqual(new Map());
    bed.run(bed.router, ['nft', 'delete', 'table', 'inet', 'u']);
  });

  it('tells nothing of elements that do not count, and says that there is no such set', () => {
    expect(read('silent', 'ipv4_addr')).toEqual({});
    expect(() => read('none', 'ipv4_addr')).toThrow('ENOENT');
    expect(Object.keys(read('macs', 'ether_addr'))).toEqual([HOME.mac]);
  });

  it('reads a large set to its end', () => {
    const keys = Array.from(
      { length: 5000 },
      (_, i) => `06:00:00:00:${(i >> 8).toString(16)}:${(i & 255).toString(16)}`,
    );
    const counting = keys.map((key) => `${key} counter packets 7 bytes 700`);
    bed.run(bed.router, ['nft', '-f', '-'], `add element inet t macs { ${counting.join(', ')} }\n`);
    expect(Object.keys(read('macs', 'ether_addr'))).toHaveLength(5001);
  });

  it('has a generation that each transaction raises by one, and no packet', () => {
    const before = reader.generation();
    bed.run(bed.home, [process.execPath, '-e', SENDER, FAR.v4, '5']);
    expect(reader.generation()).toBe(before);
    bed.run(bed.router, ['nft', '-f', '-'], 'add element inet t silent { 192.0.2.7, 192.0.2.8 }\nadd chain inet t d\n');
    expect(reader.generation()).toBe(before + 1);
    bed.run(bed.router, ['nft', 'list', 'ruleset']);
    expect(reader.generation()).toBe(before + 1);
  });
});
