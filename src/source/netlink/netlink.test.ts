import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConntrackEntry } from '../../digest/conntrack-entry.ts';
import { type AddressWords, formatWords } from '../../model/address.ts';
import { CONNTRACK, ConntrackParser } from './ctnetlink.ts';
import { eachMessage, request } from './message.ts';
import { parseAddressMessage, parseLink, parseNeighbour } from './route.ts';

const u16 = (n: number) => [n >> 8, n & 255];
const u64 = (n: number) => [0, 0, 0, ...[32, 24, 16, 8, 0].map((shift) => Math.floor(n / 2 ** shift) & 255)];

function attribute(type: number, ...value: number[]): number[] {
  const length = value.length + 4;
  return [
    length & 255,
    length >> 8,
    type & 255,
    type >> 8,
    ...value,
    ...new Array<number>((4 - (length % 4)) % 4).fill(0),
  ];
}
const nested = (type: number, ...parts: number[][]) => attribute(type | 0x8000, ...parts.flat());

function tuple(type: number, source: number[], destination: number[], ports: [number, number]): number[] {
  const [a, b] = source.length === 4 ? [1, 2] : [3, 4];
  return nested(
    type,
    nested(1, attribute(a, ...source), attribute(b, ...destination)),
    nested(2, attribute(1, 17), attribute(2, ...u16(ports[0])), attribute(3, ...u16(ports[1]))),
  );
}
const counters = (type: number, packets: number, bytes: number) =>
  nested(type, attribute(1, ...u64(packets)), attribute(2, ...u64(bytes)));

function parse(message: number[]): ConntrackEntry | undefined {
  const entry = new ConntrackEntry();
  const view = new DataView(Uint8Array.from(message).buffer);
  return new ConntrackParser(view, entry).parse(0, message.length) ? entry : undefined;
}
const text = (words: Uint32Array) => formatWords([...words] as unknown as AddressWords);

const HOME = [192, 0, 2, 10];
const PUBLIC = [203, 0, 113, 1];
const FAR = [198, 51, 100, 7];

describe('a connection in the kernel’s words', () => {
  const message = [
    ...[2, 0, 0, 0],
    ...tuple(1, HOME, FAR, [40_000, 443]),
    ...tuple(2, FAR, PUBLIC, [443, 50_001]),
    ...attribute(12, 0xde, 0xad, 0xbe, 0xef),
    ...counters(9, 3, 2 ** 33),
    ...counters(10, 4, 5000),
    ...nested(20, attribute(1, ...u64(1_500_000_000))),
  ];

  it('has its ends before translation, its counters beyond 32 bits and its beginning', () => {
    const entry = parse(message);
    expect(entry).toMatchObject({ id: 0xdeadbeef, protocol: 17, counted: true, start: 1500, midstream: false });
    expect(entry).toMatchObject({ packetsUp: 3, bytesUp: 2 ** 33, packetsDown: 4, bytesDown: 5000 });
    expect(entry?.ports).toBe(40_000 * 65_536 + 443);
    expect([text(entry!.source), text(entry!.destination)]).toEqual(['192.0.2.10', '198.51.100.7']);
  });

  it('is the same over IPv6', () => {
    const home = [0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2];
    const far = [0x20, 1, 0x0d, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9];
    const entry = parse([10, 0, 0, 0, ...tuple(1, home, far, [1, 2]), ...tuple(2, far, home, [2, 1])]);
    expect([text(entry!.source), text(entry!.destination)]).toEqual(['2001:db8::2', '2001:db8:1::9']);
    expect(entry?.counted).toBe(false);
  });

  it('is none without both ends', () => {
    expect(parse([2, 0, 0, 0, ...tuple(1, HOME, FAR, [1, 2])])).toBeUndefined();
    expect(parse([])).toBeUndefined();
  });

  it('never leads outside its message, wherever it is cut or changed', () => {
    fc.assert(
      fc.property(
        fc.nat(message.length),
        fc.array(fc.tuple(fc.nat(message.length - 1), fc.nat(255)), { maxLength: 8 }),
        (cut, changes) => {
          const bytes = [...message];
          for (const [at, value] of changes) bytes[at] = value;
          const entry = parse(bytes.slice(0, cut));
          if (entry) expect(entry.source).toHaveLength(4);
        },
      ),
    );
  });
});

describe('netlink messages', () => {
  it('are walked one by one, and cut ones end the walk', () => {
    const one = request(CONNTRACK.new, 0, 7, Uint8Array.of(1, 2, 3));
    const padded = new Uint8Array(20);
    padded.set(one);
    const bytes = Buffer.concat([padded, one, one.subarray(0, 10)]);
    const seen: number[] = [];
    eachMessage(new DataView(Uint8Array.from(bytes).buffer), 0, bytes.length, (type, _flags, from, to) =>
      seen.push(type, to - from),
    );
    expect(seen).toEqual([CONNTRACK.new, 3, CONNTRACK.new, 3]);
  });

  it('of any bytes come to an end without a fault', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
        const view = new DataView(Uint8Array.from(noise).buffer);
        eachMessage(view, 0, noise.length, (_type, _flags, from, to) => expect(to).toBeGreaterThanOrEqual(from));
        for (const read of [parseLink, parseAddressMessage, parseNeighbour]) read(view, 0, noise.length);
      }),
    );
  });
});

it('a neighbour has an address, a hardware address and a state', () => {
  const reachable = 2;
  const message = [
    2,
    0,
    0,
    0,
    5,
    0,
    0,
    0,
    reachable,
    0,
    0,
    1,
    ...attribute(1, ...HOME),
    ...attribute(2, 2, 0, 0, 0, 0, 10),
  ];
  const view = new DataView(Uint8Array.from(message).buffer);
  expect(parseNeighbour(view, 0, message.length)).toEqual({
    index: 5,
    address: [0, 0, 0xffff, 0xc000020a],
    mac: '02:00:00:00:00:0a',
    usable: true,
  });
});
