import { describe, expect, it } from 'vitest';
import { CHECKSUM_AT, octets, synSegment } from './segment.ts';

describe('a SYN past the kernel', () => {
  const source = octets('192.168.77.60');
  const destination = octets('198.51.100.140');
  const segment = synSegment({ sourcePort: 40_000, port: 23, sequence: 0xc6336498 }, { source, destination });

  it('has its ports and its sequence number', () => {
    expect([segment.readUInt16BE(0), segment.readUInt16BE(2)]).toEqual([40_000, 23]);
    expect(segment.readUInt32BE(4)).toBe(0xc6336498);
    expect(segment[13]).toBe(2);
  });

  it('has a checksum with which the whole sums up to all ones (RFC 1071 §1)', () => {
    const whole = Buffer.concat([Buffer.from([...source, ...destination, 0, 6, 0, 20]), segment]);
    let sum = 0;
    for (let i = 0; i < whole.length; i += 2) sum += whole.readUInt16BE(i);
    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
    expect(sum).toBe(0xffff);
  });

  it('leaves its checksum to the kernel over IPv6', () => {
    expect(synSegment({ sourcePort: 40_000, port: 23, sequence: 7 }).readUInt16BE(CHECKSUM_AT)).toBe(0);
  });
});

describe('octets of an address', () => {
  it.each([
    ['198.51.100.140', 'c633648c'],
    ['2001:db8:dead::8c', '20010db8dead0000000000000000008c'],
    ['::', '00'.repeat(16)],
    ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
  ])('of %s', (address, hex) => {
    expect(Buffer.from(octets(address)).toString('hex')).toBe(hex);
  });
});
