import * as packets from 'dns-packet';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DnsObservation } from '../model/observation.ts';
import { concat, DEVICE, hex, observe, ROUTER, tcp, udp, uint16 } from './testbed.ts';

const CLIENT = { ...DEVICE, port: 40_000 };
const SERVER = { ...ROUTER, port: 53 };

const query = (name: string, type: packets.RecordType = 'A') =>
  packets.encode({ type: 'query', id: 7, flags: packets.RECURSION_DESIRED, questions: [{ type, name }] });
const asked = (message: Uint8Array) => observe([udp(CLIENT, SERVER, message)]) as DnsObservation[];
const answered = (message: Uint8Array) => observe([udp(SERVER, CLIENT, message)]) as DnsObservation[];
const header = (flags: number, counts: number[]) => concat(uint16(7), uint16(flags), ...counts.map(uint16));

describe('DNS over UDP', () => {
  it('tells a query: who asked whom for which name and type', () => {
    // Header, then 3www7example3com, type A, class IN.
    const message = hex('1234 0100 0001 0000 0000 0000 03777777 076578616d706c65 03636f6d 00 0001 0001');
    expect(asked(message)).toEqual([
      {
        kind: 'dns',
        at: 1_000_000,
        client: DEVICE,
        server: ROUTER,
        response: false,
        name: 'www.example.com',
        type: 1,
        rcode: 0,
        size: 33,
        answers: [],
      },
    ]);
  });

  it('tells an answer: a chain of names and addresses of both families, to the one that asked', () => {
    const message = packets.encode({
      type: 'response',
      flags: 0x0180,
      questions: [{ type: 'A', name: 'www.example.com' }],
      answers: [
        { type: 'CNAME', name: 'www.example.com', ttl: 60, data: 'cdn.example.net' },
        { type: 'A', name: 'cdn.example.net', ttl: 30, data: '192.0.2.7' },
        { type: 'AAAA', name: 'cdn.example.net', ttl: 31, data: '2001:db8::7' },
        { type: 'TXT', name: 'cdn.example.net', ttl: 9, data: 'other' },
      ],
    });
    const [told] = answered(message);
    expect(told).toMatchObject({ response: true, client: DEVICE, server: ROUTER, name: 'www.example.com', rcode: 0 });
    expect(told?.answers).toEqual([
      { type: 'CNAME', name: 'www.example.com', ttl: 60, target: 'cdn.example.net' },
      { type: 'A', name: 'cdn.example.net', ttl: 30, address: '192.0.2.7' },
      { type: 'AAAA', name: 'cdn.example.net', ttl: 31, address: '2001:db8::7' },
    ]);
  });

  it('follows compression, as in an answer whose owner points to the question', () => {
    const message = concat(
      header(0x8180, [1, 1, 0, 0]),
      hex('0161 00 0001 0001 c00c 0001 0001 0000003c 0004 c0000207'),
    );
    expect(answered(message)[0]?.answers).toEqual([{ type: 'A', name: 'a', ttl: 60, address: '192.0.2.7' }]);
  });

  it('tells the response code', () => {
    expect(answered(concat(header(0x8183, [1, 0, 0, 0]), hex('0161 00 0001 0001')))[0]?.rcode).toBe(3);
  });

  it('writes names in lower case, with every other octet than a host name has escaped', () => {
    const message = concat(header(0x0100, [1, 0, 0, 0]), hex('04 41 2e 20 ff 03 5f 2d 5a 00 0001 0001'));
    expect(asked(message)[0]?.name).toBe('a\\046\\032\\255._-z');
  });

  it('calls the root by an empty name', () => {
    expect(asked(query('.', 'NS'))[0]?.name).toBe('');
  });

  it('takes a TTL with the top bit set for none (RFC 2181)', () => {
    const message = concat(
      header(0x8180, [1, 1, 0, 0]),
      hex('0161 00 0001 0001 c00c 0001 0001 80000001 0004 c0000207'),
    );
    expect(answered(message)[0]?.answers[0]?.ttl).toBe(0);
  });

  it('tells of a message that the capture cut short what is there', () => {
    const message = packets.encode({
      type: 'response',
      questions: [{ type: 'A', name: 'a.example' }],
      answers: ['192.0.2.1', '192.0.2.2'].map((data) => ({ type: 'A' as const, name: 'a.example', ttl: 1, data })),
    });
    const cut = udp(SERVER, CLIENT, message.subarray(0, -2), { payloadLength: message.length });
    expect(observe([cut])).toMatchObject([{ size: message.length, answers: [{ address: '192.0.2.1' }] }]);
  });

  it('keeps at most 64 answers', () => {
    const answers = Array.from({ length: 100 }, (_, i) => ({
      type: 'A' as const,
      name: 'a',
      ttl: 1,
      data: `192.0.2.${i}`,
    }));
    const message = packets.encode({ type: 'response', questions: [{ type: 'A', name: 'a' }], answers });
    expect(answered(message)[0]?.answers).toHaveLength(64);
  });

  it.each([
    ['a pointer to itself', '0100 0001 0000 0000 0000 c00c 0001 0001'],
    ['a pointer forward', '0100 0001 0000 0000 0000 c00e 0161 00 0001 0001'],
    ['a loop of a label and a pointer', '0100 0001 0000 0000 0000 0161 c00c 0001 0001'],
    ['a pointer into the header', '0100 0001 0000 0000 0000 c000 0001 0001'],
    ['a label of 64 octets', `0100 0001 0000 0000 0000 40 ${'61'.repeat(64)} 00 0001 0001`],
    ['a name of 255 octets and more', `0100 0001 0000 0000 0000 ${`3f${'61'.repeat(63)}`.repeat(4)} 00 0001 0001`],
    ['two questions', '0100 0002 0000 0000 0000 0161 00 0001 0001 0162 00 0001 0001'],
    ['no question', '8180 0000 0001 0000 0000 0161 00 0001 0001 0000003c 0004 c0000207'],
    ['another operation than a query', '2900 0001 0000 0000 0000 0161 00 0001 0001'],
    ['an end within the question', '0100 0001 0000 0000 0000 0161 00 0001 00'],
    ['an address of three octets', '8180 0001 0001 0000 0000 0161 00 0001 0001 c00c 0001 0001 0000003c 0003 c00002'],
    ['data that runs over the end', '8180 0001 0001 0000 0000 0161 00 0001 0001 c00c 0001 0001 0000003c 0005 c0000207'],
    ['a CNAME longer than its name', '8180 0001 0001 0000 0000 0161 00 0001 0001 c00c 0005 0001 0000003c 0003 c00c 00'],
  ])('refuses %s', (_what, message) => {
    const bytes = hex(`0007 ${message}`);
    expect([...asked(bytes), ...answered(bytes)]).toEqual([]);
  });

  it('refuses a response that does not come from port 53, and a query that does not go there', () => {
    expect(answered(query('a.example'))).toEqual([]);
    expect(asked(concat(header(0x8180, [1, 0, 0, 0]), hex('0161 00 0001 0001')))).toEqual([]);
  });

  it('reads what dns-packet writes, for any names and addresses', () => {
    const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/);
    const name = fc.array(label, { minLength: 1, maxLength: 6 }).map((labels) => labels.join('.'));
    const ttl = fc.nat(0x7fffffff);
    const answer = fc.oneof(
      fc.record({ type: fc.constant('A' as const), name, ttl, data: fc.ipV4() }),
      fc.record({ type: fc.constant('CNAME' as const), name, ttl, data: name }),
    );
    fc.assert(
      fc.property(name, fc.array(answer, { maxLength: 20 }), (question, answers) => {
        const message = packets.encode({ type: 'response', questions: [{ type: 'A', name: question }], answers });
        const expected = answers.map(({ type, name: owner, ttl: seconds, data }) =>
          type === 'A'
            ? { type, name: owner, ttl: seconds, address: data }
            : { type, name: owner, ttl: seconds, target: data },
        );
        expect(answered(message)).toMatchObject([{ name: question, size: message.length, answers: expected }]);
      }),
    );
  });
});

describe('DNS over TCP', () => {
  const framed = (message: Uint8Array) => concat(uint16(message.length), message);
  const stream = concat(...['one.example', 'two.example', 'three.example'].map((name) => framed(query(name))));
  const segments = (cuts: readonly number[], base = 1000) => {
    const bounds = [0, ...[...new Set(cuts)].sort((a, b) => a - b), stream.length];
    return bounds
      .slice(1)
      .map((end, i) => tcp(CLIENT, SERVER, stream.slice(bounds[i], end), { tcpSequence: base + bounds[i]! }));
  };
  const names = (told: unknown[]) => told.map((o) => (o as DnsObservation).name);

  it('tells every message of a segment', () => {
    expect(names(observe(segments([])))).toEqual(['one.example', 'two.example', 'three.example']);
  });

  it('puts messages together however the stream is cut into segments', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: stream.length - 1 }), { maxLength: 8 }), (cuts) => {
        expect(names(observe(segments(cuts)))).toEqual(['one.example', 'two.example', 'three.example']);
      }),
    );
  });

  it('goes on where sequence numbers start again at zero', () => {
    expect(names(observe(segments([20, 40], 0x7fffffff)))).toHaveLength(3);
    expect(names(observe(segments([20, 40], 0xfffffff0 | 0)))).toHaveLength(3);
  });

  it('tells a message once that is sent twice', () => {
    const [first, second] = segments([20]);
    expect(names(observe([first!, first!, second!, first!]))).toEqual(['one.example', 'two.example', 'three.example']);
  });
});
