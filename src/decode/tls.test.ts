import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HelloObservation } from '../model/observation.ts';
import { ControlDecoder } from './control.ts';
import { clientHello, concat, DEVICE, FAR, observe, tcp, tlsRecord } from './testbed.ts';

const CLIENT = { ...DEVICE, port: 50_000 };
const SERVER = { ...FAR, port: 8883 };
const SYN = 2;

const segment = (bytes: Uint8Array, from: number, to: number, base = 100) =>
  tcp(CLIENT, SERVER, bytes.slice(from, to), { tcpSequence: base + from });
const names = (told: unknown[]) => told.map((o) => (o as HelloObservation).serverName);

describe('TLS ClientHello', () => {
  const long = tlsRecord(clientHello('shop.example', ['h2'], 3000));

  it('tells server name and protocols, on any port', () => {
    const hello = tlsRecord(clientHello('Shop.Example', ['h2', 'http/1.1']));
    expect(observe([tcp(CLIENT, SERVER, hello)])).toEqual([
      {
        kind: 'hello',
        at: 1_000_000,
        client: DEVICE,
        server: FAR,
        protocol: 'tcp',
        clientPort: 50_000,
        serverPort: 8883,
        serverName: 'shop.example',
        alpn: ['h2', 'http/1.1'],
      },
    ]);
  });

  it('tells of a client that knows obsolete versions only', () => {
    const hello = clientHello('old.example');
    const versions = [0, 1, 2, 3].map((minor) => {
      hello[5] = minor;
      return observe([tcp(CLIENT, SERVER, tlsRecord(hello))]).map((o) => (o as HelloObservation).obsolete);
    });
    expect(versions).toEqual([['SSL 3.0'], ['TLS 1.0'], ['TLS 1.1'], [undefined]]);
  });

  it('is put together from segments however they are cut', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 6, max: long.length - 1 }), { maxLength: 6 }), (cuts) => {
        const bounds = [0, ...cuts.sort((a, b) => a - b), long.length];
        expect(names(observe(bounds.slice(1).map((end, i) => segment(long, bounds[i]!, end))))).toEqual([
          'shop.example',
        ]);
      }),
    );
  });

  it('tolerates segments in any order when the start of the connection was seen', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5, maxLength: 5 }), (order) => {
        const start = tcp(CLIENT, SERVER, new Uint8Array(0), { tcpFlags: SYN, tcpSequence: 99 });
        const parts = order.map((i) => segment(long, i * 700, Math.min(long.length, (i + 1) * 700)));
        expect(names(observe([start, ...parts]))).toEqual(['shop.example']);
      }),
    );
  });

  it('tells the name though a filter keeps its middle back, where the name came first', () => {
    const withGap = (hello: Uint8Array, filtered: boolean) => {
      const told: unknown[] = [];
      const decoder = new ControlDecoder((o) => told.push(o), { filtered });
      for (const part of [segment(hello, 0, 1400), segment(hello, 2800, hello.length)]) decoder.packet(part);
      return names(told);
    };
    const nameFirst = tlsRecord(clientHello('first.example', ['h2'], 0, 3000));
    expect(withGap(nameFirst, true)).toEqual(['first.example']);
    expect(withGap(nameFirst, false)).toEqual([]);
    expect(withGap(long, true)).toEqual([]);
  });

  it('tolerates segments that repeat and overlap', () => {
    const parts = [
      segment(long, 0, 1000),
      segment(long, 500, 1500),
      segment(long, 0, 1000),
      segment(long, 1200, long.length),
    ];
    expect(names(observe(parts))).toEqual(['shop.example']);
  });

  it('is told once when its segment is sent again', () => {
    const whole = segment(long, 0, long.length);
    expect(observe([whole, whole])).toHaveLength(1);
  });

  it('may lie in several records', () => {
    const handshake = clientHello('split.example');
    const records = concat(
      tlsRecord(handshake.slice(0, 3)),
      tlsRecord(handshake.slice(3, 40)),
      tlsRecord(handshake.slice(40)),
    );
    expect(names(observe([tcp(CLIENT, SERVER, records)]))).toEqual(['split.example']);
  });

  it('without a server name tells that somebody greeted', () => {
    const bare = concat([1, 0, 0, 41, 3, 1], new Uint8Array(32), [0, 0, 2, 0, 47, 1, 0]);
    expect(observe([tcp(CLIENT, SERVER, tlsRecord(bare))])).toMatchObject([{ kind: 'hello', alpn: [] }]);
  });

  it('cut by the capture tells the name when it is there', () => {
    const cut = tcp(CLIENT, SERVER, tlsRecord(concat(clientHello('cut.example', ['h2'], 0))).slice(0, -4), {
      payloadLength: 900,
    });
    expect(names(observe([cut]))).toEqual(['cut.example']);
  });

  it('is not seen in what only begins alike', () => {
    const server = tlsRecord(concat([2], clientHello('a.example').slice(1)));
    const other = tlsRecord(concat([1, 0, 0, 40, 9, 9], new Uint8Array(38)));
    expect(observe([tcp(CLIENT, SERVER, server), tcp({ ...CLIENT, port: 50_001 }, SERVER, other)])).toEqual([]);
  });
});

describe('a device that opens many hellos and ends none', () => {
  const hello = tlsRecord(clientHello('innocent.example', [], 2000));
  const flooder = { mac: '02:00:5e:00:00:66', address: '192.168.1.66' };

  it('does not push out the hello of another device, and is held to its bound', () => {
    const told: unknown[] = [];
    const decoder = new ControlDecoder((o) => told.push(o));
    decoder.packet(segment(hello, 0, 1400));
    for (let port = 1; port <= 20_000; port++) decoder.packet(tcp({ ...flooder, port }, SERVER, hello.slice(0, 1400)));
    decoder.packet(segment(hello, 1400, hello.length));
    expect(names(told)).toEqual(['innocent.example']);
    expect(decoder.abandoned).toBe(20_000 - 64);
  });

  it('is forgotten after ten seconds', () => {
    const decoder = new ControlDecoder(() => undefined);
    decoder.packet(tcp({ ...flooder, port: 1 }, SERVER, hello.slice(0, 1400), { at: 1000 }));
    decoder.packet(tcp({ ...flooder, port: 2 }, SERVER, hello.slice(0, 1400), { at: 12_000 }));
    expect(decoder.abandoned).toBe(1);
  });
});

describe('ControlDecoder.wants', () => {
  it('turns away data of connections that no hello is awaited of', () => {
    const decoder = new ControlDecoder(() => undefined);
    const hello = tlsRecord(clientHello('a.example', [], 2000));
    const data = tcp(CLIENT, SERVER, new Uint8Array(1000), { tcpSequence: 5_000 });
    expect(decoder.wants(data)).toBe(false);
    expect(decoder.wants(segment(hello, 0, 1000))).toBe(true);
    decoder.packet(segment(hello, 0, 1000));
    expect(decoder.wants(data)).toBe(true);
    decoder.packet(segment(hello, 1000, hello.length));
    expect(decoder.wants(data)).toBe(false);
  });
});
