import { describe, expect, it } from 'vitest';
import { octets, synSegment } from './segment.ts';

describe('a SYN past the kernel', () => {
  const source = octets('192.168.77.60');
  const destination = octets('198.51.100.140');
  const segment = synSegment({ source, sourcePort: 40_000, destination, port: 23, sequence: 0xc6336498 });

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
});
