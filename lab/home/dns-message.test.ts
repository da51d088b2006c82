import packet from 'dns-packet';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEVICES } from '../plan.ts';
import { decodeResponse, encodeAnnouncement, encodeName, encodeQuery, TYPE } from './dns-message.ts';
import { records } from './multicast.ts';

describe('a question', () => {
  it('is read by others as it was meant', () => {
    const query = packet.decode(encodeQuery(4711, 'img.news.example', TYPE.AAAA));
    expect(query.id).toBe(4711);
    expect(query.flags).toBe(packet.RECURSION_DESIRED);
    expect(query.questions).toMatchObject([{ name: 'img.news.example', type: 'AAAA', class: 'IN' }]);
  });

  it('holds no label that is too long', () => {
    expect(() => encodeName(`${'x'.repeat(64)}.example`)).toThrow('longer than 63');
  });
});

describe('an answer', () => {
  const response = packet.encode({
    type: 'response',
    id: 9,
    questions: [{ type: 'A', name: 'img.news.example' }],
    answers: [
      { type: 'CNAME', name: 'img.news.example', ttl: 60, data: 'edge-1.cdn.example.net' },
      { type: 'A', name: 'edge-1.cdn.example.net', ttl: 30, data: '192.0.2.7' },
      { type: 'AAAA', name: 'edge-1.cdn.example.net', ttl: 31, data: '2001:db8:a::7' },
    ],
  });

  it('gives the addresses at the end of a chain', () => {
    expect(decodeResponse(response)).toEqual({
      id: 9,
      rcode: 0,
      answers: [
        { name: 'edge-1.cdn.example.net', type: TYPE.A, ttl: 30, address: '192.0.2.7' },
        { name: 'edge-1.cdn.example.net', type: TYPE.AAAA, ttl: 31, address: '2001:db8:a:0:0:0:0:7' },
      ],
    });
  });

  it('is refused where a name points at itself', () => {
    const looped = Buffer.from(response);
    looped.writeUInt16BE(0xc000 | 12, 12);
    expect(decodeResponse(looped)).toBeUndefined();
  });

  it('never throws, whatever comes', () => {
    for (let end = 0; end < response.length; end++) expect(decodeResponse(response.subarray(0, end))).toBeUndefined();
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void decodeResponse(Buffer.from(bytes))));
  });
});

describe('an announcement', () => {
  it('tells host, addresses and service', () => {
    const tv = DEVICES.find((device) => device.name === 'tv')!;
    const told = packet.decode(encodeAnnouncement(records(tv, ['192.168.77.60', 'fd77:5b:1ab::7'])));
    expect(told.flag_aa).toBe(true);
    const brief = (told.answers ?? []).map((answer) => [answer.type, answer.name]);
    expect(brief).toEqual([
      ['A', 'Living-Room-TV.local'],
      ['AAAA', 'Living-Room-TV.local'],
      ['PTR', '_googlecast._tcp.local'],
      ['SRV', 'Living room TV._googlecast._tcp.local'],
      ['TXT', 'Living room TV._googlecast._tcp.local'],
    ]);
    expect(told.answers?.[1]).toMatchObject({ data: 'fd77:5b:1ab::7' });
    expect(told.answers?.[3]).toMatchObject({ data: { port: 8009, target: 'Living-Room-TV.local' } });
  });
});
