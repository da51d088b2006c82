import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ethernet, ipv4, tcp, udp } from '../decode/frame-builder.ts';
import { formatAddress } from '../model/address.ts';
import { D, FACT, FLAG, RECORD_DOUBLES, RECORD_WORDS, W } from '../model/flow.ts';
import type { Observation } from '../model/observation.ts';
import { Digest } from './digest.ts';

const SYN = 2;
const ACK = 16;
const DEVICE = '192.168.1.10';
/** Flows of one sender after which each new one ends the oldest that nobody answered, and some. */
const MANY = 3000;

/** A digest that tells crowds, and what it told: single flows and sums apart. */
function digesting() {
  const flows: ReturnType<typeof readRecord>[] = [];
  const digest = new Digest(
    (o: Observation) => {
      if (o.kind === 'flows') for (let i = 0; i < o.flows.count; i++) flows.push(readRecord(o, i));
    },
    { crowds: true, standingStep: 1000 },
  );
  const give = (frame: Uint8Array, at: number) =>
    digest.frame(frame, new DataView(frame.buffer), 0, frame.length, frame.length, at, 1);
  const told = () => {
    digest.finish();
    const all = flows.splice(0);
    return { single: all.filter(({ flows }) => flows === 0), sums: all.filter(({ flows }) => flows > 0), all };
  };
  return { digest, give, told };
}

function readRecord({ flows: { words, doubles } }: Extract<Observation, { kind: 'flows' }>, i: number) {
  const w = (offset: number) => words[i * RECORD_WORDS + offset]!;
  const d = (offset: number) => doubles[i * RECORD_DOUBLES + offset]!;
  const address = (at: number) => formatAddress(w(at), w(at + 1), w(at + 2), w(at + 3));
  const isCrowd = (w(W.flags) & FLAG.crowd) !== 0;
  return {
    flows: isCrowd ? w(W.flows) : 0,
    isFresh: (w(W.flags) & FLAG.fresh) !== 0,
    source: address(W.source),
    destination: address(W.destination),
    port: w(W.ports) & 0xffff,
    facts: w(W.facts),
    syns: w(W.syns),
    packets: w(W.packetsUp) + w(W.packetsDown),
    bytes: d(D.bytesUp) + d(D.bytesDown),
    times: [d(D.first), d(D.last)],
  };
}

const farEnd = (i: number) => `203.${(i >>> 16) & 255}.${(i >>> 8) & 255}.${i & 255}`;
const syn = (far: string, port: number, from = 40_000) => ethernet(0x0800, ipv4(DEVICE, far, 6, tcp(from, port, SYN)));
const sumOf = <K extends 'flows' | 'packets' | 'bytes' | 'syns'>(list: Record<K, number>[], key: K) =>
  list.reduce((sum, one) => sum + one[key], 0);

describe('a crowd of flows', () => {
  it('of a scan is told in sums that name no far end, a few flows each second by themselves', () => {
    const { give, told } = digesting();
    for (let i = 0; i < 20_000; i++) give(syn(farEnd(i), 23), 1000 + i);
    const { single, sums, all } = told();
    expect(single.length).toBeGreaterThan(MANY);
    expect(single.length).toBeLessThan(MANY + 20 * 256);
    expect(sums.every(({ source, port }) => source === DEVICE && port === 0)).toBe(true);
    expect(sums.at(-1)!.destination).toBe('::');
    expect(sumOf(single, 'packets') + sumOf(sums, 'flows')).toBe(20_000);
    expect(sumOf(all, 'packets')).toBe(20_000);
    expect(sumOf(all, 'syns')).toBe(20_000);
    expect(sumOf(all, 'bytes')).toBe(20_000 * syn(farEnd(0), 23).length);
  });

  it('to one far end keeps it, and its port where they share that too', () => {
    const floods = [
      { port: (i: number) => 1 + (i & 0x3fff), kept: 0 },
      { port: () => 80, kept: 80 },
    ];
    for (const { port, kept } of floods) {
      const { give, told } = digesting();
      for (let i = 0; i < 20_000; i++) {
        const payload = kept === 0 ? udp(40_000 + (i % 20_000), port(i)) : tcp(1024 + i, kept, SYN);
        give(ethernet(0x0800, ipv4(DEVICE, farEnd(7), kept === 0 ? 17 : 6, payload)), 1000 + i / 4);
      }
      const { sums, all } = told();
      const late = sums.filter(({ times }) => times[0]! > 3000);
      expect(new Set(late.map(({ destination, port }) => `${destination} ${port}`))).toEqual(
        new Set([`${farEnd(7)} ${kept}`]),
      );
      expect(sumOf(sums, 'flows')).toBeGreaterThan(10_000);
      expect(sumOf(all, 'packets')).toBe(20_000);
    }
  });

  it('tells by itself what is answered, with its begin', () => {
    const { give, told } = digesting();
    for (let i = 0; i < 5000; i++) give(syn(farEnd(i), 23), 1000 + i / 10);
    give(syn('198.51.100.9', 22), 1500);
    give(ethernet(0x0800, ipv4('198.51.100.9', DEVICE, 6, tcp(22, 40_000, SYN | ACK)), 2, 1), 1530);
    const { single } = told();
    expect(single.filter(({ destination }) => destination === '198.51.100.9')).toMatchObject([
      { isFresh: true, packets: 2, syns: 1 },
    ]);
  });

  it('tells by itself what goes on', () => {
    const { give, told } = digesting();
    for (let i = 0; i < 5000; i++) give(syn(farEnd(i), 23), 1000 + i / 10);
    for (let i = 0; i < 10; i++) give(ethernet(0x0800, ipv4(DEVICE, '198.51.100.9', 17, udp(40_000, 9999))), 1500 + i);
    expect(told().single.filter(({ destination }) => destination === '198.51.100.9')).toMatchObject([{ packets: 10 }]);
  });

  it('keeps what marks its flows apart from those without', () => {
    const { give, told } = digesting();
    for (let i = 0; i < 10_000; i++) {
      const far = 0xcb00_0000 + i;
      const segment = tcp(40_000, 23, SYN, undefined, i % 2 === 0 ? far : 5);
      give(ethernet(0x0800, ipv4(DEVICE, farEnd(i), 6, segment)), 1000 + i / 10);
    }
    const { all } = told();
    const marked = all.filter(({ facts }) => (facts & FACT.sequenceIsDestination) !== 0);
    expect(sumOf(marked, 'syns')).toBe(5000);
  });

  it('is never made of an ordinary number of flows', () => {
    const { give, told } = digesting();
    for (let i = 0; i < 2000; i++) give(syn(farEnd(i), 23), 1000 + i / 100);
    expect(told()).toMatchObject({ sums: [], single: { length: 2000 } });
  });

  it('counts every packet and byte once, whoever floods whom', () => {
    const packet = fc.record({
      far: fc.integer({ min: 0, max: 3 }),
      isScan: fc.boolean(),
      port: fc.integer({ min: 1, max: 65_535 }),
      isUdp: fc.boolean(),
      wait: fc.constantFrom(0, 0, 0.1, 700),
    });
    fc.assert(
      fc.property(fc.array(packet, { minLength: 1, maxLength: 60 }), (pattern) => {
        const { digest, give, told } = digesting();
        let at = 1_000_000;
        let bytes = 0;
        for (let i = 0; i < 4000; i++) {
          const { far, isScan, port, isUdp, wait } = pattern[i % pattern.length]!;
          const to = isScan ? farEnd(i) : farEnd(far);
          const payload = isUdp ? udp(port, 65_536 - port + (i % 7)) : tcp(1024 + i, port, SYN);
          const frame = ethernet(0x0800, ipv4(DEVICE, to, isUdp ? 17 : 6, payload));
          give(frame, at);
          at += i % 50 === 0 ? wait : 0.01;
          bytes += frame.length;
        }
        const { all } = told();
        expect(sumOf(all, 'packets')).toBe(4000);
        expect(sumOf(all, 'bytes')).toBe(bytes);
        expect(digest.totals.packets).toBe(4000);
      }),
      { numRuns: 15 },
    );
  });
});
