import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { LeaseObservation } from '../../model/observation.ts';
import { until } from '../live/testbed.ts';
import { LeaseFiles } from './files.ts';
import { parseLeases } from './parse.ts';

it('reads dnsmasq: IPv4 and IPv6, endless ones, and no name for a star', () => {
  const text = [
    '1700000000 02:00:00:00:00:0A 192.0.2.10 camera 01:02:00:00:00:00:0a',
    '0 02:00:00:00:00:0b 192.0.2.11 * *',
    'duid 00:01:00:01:2a:2b:2c:2d:02:00:00:00:00:01',
    '1700000000 12345 2001:db8::a camera 00:01:00:01:2a:2b:2c:2d:02:00:00:00:00:0a',
    '1700000000 12345 2001:db8::b nomac 00:02:00:00:00:01',
  ].join('\n');
  expect(parseLeases(text)).toEqual([
    { mac: '02:00:00:00:00:0a', addresses: ['192.0.2.10'], hostname: 'camera', until: 1_700_000_000_000 },
    { mac: '02:00:00:00:00:0b', addresses: ['192.0.2.11'] },
    { mac: '02:00:00:00:00:0a', addresses: ['2001:db8::a'], hostname: 'camera', until: 1_700_000_000_000 },
  ]);
});

it('reads odhcpd: IPv4 and IPv6', () => {
  const text = [
    '# br-lan 02000000000a ipv4 camera 1700000000 64 32 192.0.2.10/32',
    '# br-lan 0003000102000000000b 1 tv -1 2 128 2001:db8::2/128 fd00::2/128',
    '192.0.2.10\tcamera',
  ].join('\n');
  expect(parseLeases(text)).toEqual([
    { mac: '02:00:00:00:00:0a', addresses: ['192.0.2.10'], hostname: 'camera', until: 1_700_000_000_000 },
    { mac: '02:00:00:00:00:0b', addresses: ['2001:db8::2', 'fd00::2'], hostname: 'tv' },
  ]);
});

it('reads Kea: escaped names, only leases in use, the last line on an address', () => {
  const text = [
    'address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context,pool_id',
    '192.0.2.10,02:00:00:00:00:0a,,3600,1700000000,1,0,0,old,0,,0',
    '192.0.2.11,02:00:00:00:00:0b,,3600,1700000000,1,0,0,gone,2,,0',
    '192.0.2.10,02:00:00:00:00:0a,,3600,1700000001,1,0,0,a&#x2cb.,0,,0',
  ].join('\n');
  expect(parseLeases(text)).toEqual([
    { mac: '02:00:00:00:00:0a', addresses: ['192.0.2.10'], hostname: 'a,b', until: 1_700_000_001_000 },
  ]);
});

it('makes of a hostile name at most a name: never another lease or field', () => {
  const honest = '1700000000 02:00:00:00:00:0b 192.0.2.11 tv *';
  fc.assert(
    fc.property(fc.string({ unit: 'binary-ascii', maxLength: 60 }), (name) => {
      // A server writes one line per lease, so a name brings no line of its own.
      const line = `1700000000 02:00:00:00:00:0a 192.0.2.10 ${name.replaceAll('\n', '')} *`;
      const leases = parseLeases(`${line}\n${honest}\n`);
      expect(leases.filter((lease) => lease.mac === '02:00:00:00:00:0b')).toHaveLength(1);
      expect(leases.length).toBeLessThanOrEqual(2);
      for (const lease of leases) {
        expect(['192.0.2.10', '192.0.2.11']).toContain(lease.addresses.join());
        expect(lease.hostname ?? 'x').toMatch(/^[\x21-\x7e]+$/);
      }
    }),
  );
});

it('takes any text without a fault', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary-ascii', maxLength: 300 }), (text) => {
      expect(parseLeases(text)).toBeInstanceOf(Array);
    }),
  );
});

it('tells leases at the start, and changed ones when the server replaces its file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'spin-leases-'));
  const file = join(folder, 'leases');
  const told: LeaseObservation[] = [];
  writeFileSync(file, '0 02:00:00:00:00:0a 192.0.2.10 camera *\n');
  const leases = new LeaseFiles({ files: [file], now: () => 5, onLease: (lease) => told.push(lease) });
  try {
    expect(told).toEqual([
      {
        kind: 'lease',
        at: 5,
        mac: '02:00:00:00:00:0a',
        source: 'lease-file',
        addresses: ['192.0.2.10'],
        hostname: 'camera',
      },
    ]);
    writeFileSync(`${file}.new`, '0 02:00:00:00:00:0a 192.0.2.10 camera *\n0 02:00:00:00:00:0b 192.0.2.11 tv *\n');
    renameSync(`${file}.new`, file);
    await until('the new lease', () => told.length === 2);
    expect(told[1]).toMatchObject({ mac: '02:00:00:00:00:0b', hostname: 'tv' });
  } finally {
    leases.close();
    rmSync(folder, { recursive: true });
  }
});
