import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, ethernet, icmp, ipv4, ipv6, octets, tcp, udp } from '../decode/frame-builder.ts';
import { formatAddress, formatMac } from '../model/address.ts';
import { D, FACT, FLAG, type FlowBatch, RECORD_DOUBLES, RECORD_WORDS, W } from '../model/flow.ts';
import type { Observation } from '../model/observation.ts';
import { Digest, type DigestOptions } from './digest.ts';

const ETHERNET = 1;
const FIN = 1;
const SYN = 2;
const RST = 4;
const ACK = 16;
const HOME = '192.168.1.10';
const FAR = '203.0.113.5';

type Flow = ReturnType<typeof readRecord>;

function readRecord({ words, doubles }: FlowBatch, i: number) {
  const w = (offset: number) => words[i * RECORD_WORDS + offset]!;
  const d = (offset: number) => doubles[i * RECORD_DOUBLES + offset]!;
  const address = (at: number) => formatAddress(w(at), w(at + 1), w(at + 2), w(at + 3));
  return {
    slot: w(W.slot),
    flags: w(W.flags),
    protocol: w(W.protocol) & 0xff,
    flagsUp: (w(W.protocol) >>> 8) & 0xff,
    flagsDown: (w(W.protocol) >>> 16) & 0xff,
    source: `${address(W.source)}:${w(W.ports) >>> 16}`,
    destination: `${address(W.destination)}:${w(W.ports) & 0xffff}`,
    sourceMac: formatMac(w(W.macHigh) >>> 16, w(W.sourceMacLow)),
    destinationMac: formatMac(w(W.macHigh) & 0xffff, w(W.destinationMacLow)),
    facts: w(W.facts),
    packets: [w(W.packetsUp), w(W.packetsDown)],
    bytes: [d(D.bytesUp), d(D.bytesDown)],
    times: [d(D.first), d(D.last)],
    syns: w(W.syns),
    seen: w(W.seen),
  };
}

/** A digest with everything that came out of it. */
function digesting(options: DigestOptions = {}) {
  const flows: Flow[] = [];
  const seen: string[] = [];
  const digest = new Digest((o: Observation) => {
    seen.push(`${o.kind}@${o.at}`);
    if (o.kind !== 'flows') return;
    for (let i = 0; i < o.flows.count; i++) flows.push(readRecord(o.flows, i));
  }, options);
  const give = (frame: Uint8Array, at: number, wireLength = frame.length, linkType = ETHERNET) =>
    digest.frame(frame, new DataView(frame.buffer), 0, frame.length, wireLength, at, linkType);
  const drained = () => {
    digest.finish();
    return flows.splice(0);
  };
  return { digest, give, drained, seen };
}

const up = (flags: number, sourcePort = 40000, port = 443, sequence = 0) =>
  ethernet(0x0800, ipv4(HOME, FAR, 6, tcp(sourcePort, port, flags, undefined, sequence)));
const down = (flags: number, sourcePort = 40000, port = 443) =>
  ethernet(0x0800, ipv4(FAR, HOME, 6, tcp(port, sourcePort, flags)), 2, 1);

describe('a flow', () => {
  it('counts both directions of a connection in one record, with original lengths', () => {
    const { give, drained } = digesting();
    give(up(SYN), 1000);
    give(down(SYN | ACK), 1010, 70);
    give(up(ACK), 1020, 1500);
    const [flow, ...others] = drained();
    expect(others).toEqual([]);
    expect(flow).toMatchObject({
      source: `${HOME}:40000`,
      destination: `${FAR}:443`,
      sourceMac: '02:00:00:00:00:01',
      destinationMac: '02:00:00:00:00:02',
      packets: [2, 1],
      bytes: [54 + 1500, 70],
      times: [1000, 1020],
      syns: 1,
      flags: FLAG.fresh | FLAG.initiatorKnown,
      flagsUp: SYN | ACK,
      flagsDown: SYN | ACK,
    });
  });

  it('is drained every 100 ms of observed time as what it added since', () => {
    const { give, drained, seen } = digesting();
    give(up(SYN), 1000);
    give(up(ACK), 1099.9);
    give(up(ACK), 1100);
    expect(seen).toEqual(['flows@1100']);
    const [first, second] = drained();
    expect([first!.packets, first!.flags & FLAG.fresh]).toEqual([[2, 0], FLAG.fresh]);
    expect([second!.packets, second!.bytes, second!.flags & FLAG.fresh]).toEqual([[1, 0], [54, 0], 0]);
    expect(second!.slot).toBe(first!.slot);
  });

  it('is drained in longer steps, and numbered from another slot, where the caller wants that', () => {
    const { give, drained, seen } = digesting({ step: 1000, firstSlot: 1 << 20 });
    give(up(ACK), 1000);
    give(up(ACK), 1500);
    give(up(ACK), 2000);
    expect(seen).toEqual(['flows@2000', 'tick@2000']);
    expect(drained().map((flow) => [flow.slot, flow.packets[0]])).toEqual([
      [1 << 20, 2],
      [1 << 20, 1],
    ]);
  });

  it('that was told of before may wait for a longer step, while new ones come in their turn', () => {
    const { give, drained, seen } = digesting({ standingStep: 1000 });
    give(up(ACK), 1000);
    give(up(ACK), 1150);
    give(up(ACK, 40001), 1250);
    give(up(ACK), 1950);
    give(up(ACK), 2000);
    expect(seen).toEqual(['flows@1100', 'flows@1300', 'flows@2000', 'tick@2000']);
    expect(drained().map((flow) => [flow.source, flow.packets[0], flow.flags & FLAG.fresh])).toEqual([
      [`${HOME}:40000`, 1, FLAG.fresh],
      [`${HOME}:40001`, 1, FLAG.fresh],
      [`${HOME}:40000`, 2, 0],
      [`${HOME}:40000`, 1, 0],
    ]);
  });

  it('of IPv6 is told apart in all 128 bits', () => {
    const { give, drained } = digesting();
    for (const far of ['2001:db8::2', '2001:db8:1::2', '2001:db9::2', '2001:db8::1:0:2']) {
      give(ethernet(0x86dd, ipv6('fe80::1', far, 17, udp(40000, 443))), 1000);
    }
    expect(drained()).toHaveLength(4);
  });

  it('of an echo and its answer is one, named by the request', () => {
    const { give, drained } = digesting();
    give(ethernet(0x0800, ipv4(FAR, HOME, 1, icmp(0)), 2, 1), 1000);
    give(ethernet(0x0800, ipv4(HOME, FAR, 1, icmp(8))), 1001);
    expect(drained()).toMatchObject([{ source: `${HOME}:0`, destination: `${FAR}:${8 << 8}`, packets: [1, 1] }]);
  });

  it('without a source address yet belongs to its own hardware address', () => {
    const { give, drained } = digesting();
    const discover = ipv4('0.0.0.0', '255.255.255.255', 17, udp(68, 67));
    for (const sender of [1, 2, 1]) give(ethernet(0x0800, discover, sender), 1000);
    const probe = ipv6('::', 'ff02::1:ff00:1', 58, icmp(135));
    for (const sender of [1, 2]) give(ethernet(0x86dd, probe, sender), 1000);
    expect(drained().map(({ sourceMac, packets }) => [sourceMac, packets[0]])).toEqual([
      ['02:00:00:00:00:01', 2],
      ['02:00:00:00:00:02', 1],
      ['02:00:00:00:00:01', 1],
      ['02:00:00:00:00:02', 1],
    ]);
  });

  it('learns the other hardware address from a link that shows senders only', () => {
    const { give, drained } = digesting();
    const cooked = (sender: string, packet: Uint8Array) => concat(octets(`000000010006${sender}00000800`), packet);
    give(cooked('020000000001', ipv4(HOME, FAR, 17, udp(40000, 53))), 1000, 80, 113);
    give(cooked('020000000002', ipv4(FAR, HOME, 17, udp(53, 40000))), 1001, 90, 113);
    expect(drained()).toMatchObject([{ sourceMac: '02:00:00:00:00:01', destinationMac: '02:00:00:00:00:02' }]);
  });
});

describe('the initiator', () => {
  it('is the sender of a SYN, whatever the ports', () => {
    const { give, drained } = digesting();
    give(up(SYN, 22, 40000), 1000);
    expect(drained()).toMatchObject([{ source: `${HOME}:22`, flags: FLAG.fresh | FLAG.initiatorKnown }]);
  });

  it('is who a SYN+ACK goes to', () => {
    const { give, drained } = digesting();
    give(down(SYN | ACK, 22, 40000), 1000);
    expect(drained()).toMatchObject([
      { source: `${HOME}:22`, packets: [0, 1], flags: FLAG.fresh | FLAG.initiatorKnown },
    ]);
  });

  it('is guessed by port in the middle of a connection', () => {
    const { give, drained } = digesting();
    give(down(ACK), 1000);
    expect(drained()).toMatchObject([{ source: `${HOME}:40000`, packets: [0, 1], flags: FLAG.fresh }]);
  });

  it('is corrected when a SYN shows that the guess was wrong, and the record says so', () => {
    const { give, drained } = digesting();
    give(up(ACK, 40000, 443), 1000);
    expect(drained()).toMatchObject([{ source: `${HOME}:40000`, flags: FLAG.fresh }]);
    give(down(SYN, 40000, 443), 1001, 66);
    expect(drained()).toMatchObject([
      { source: `${FAR}:443`, packets: [1, 0], bytes: [66, 0], flags: FLAG.swapped | FLAG.initiatorKnown },
    ]);
  });

  it('is never who is addressed as a group', () => {
    const { give, drained } = digesting();
    give(ethernet(0x0800, ipv4(HOME, '224.0.0.251', 17, udp(53, 50000))), 1000);
    give(ethernet(0x86dd, ipv6('fe80::1', 'ff02::fb', 17, udp(53, 50000))), 1000);
    expect(drained().map((flow) => flow.source)).toEqual([`${HOME}:53`, 'fe80::1:53']);
  });
});

describe('the end of a flow', () => {
  const close = (give: (frame: Uint8Array, at: number) => void) => {
    give(up(SYN), 1000);
    give(up(FIN | ACK), 1001);
    give(down(FIN | ACK), 1002);
  };

  it('comes a few seconds after FINs both ways', () => {
    const { digest, give, drained } = digesting();
    close(give);
    digest.advance(60_000);
    give(up(ACK), 60_001);
    expect(drained().map((flow) => flow.flags & FLAG.fresh)).toEqual([FLAG.fresh, FLAG.fresh]);
  });

  it('is told with what the flow still counted, and not at all where that is nothing', () => {
    const { digest, give, drained } = digesting();
    close(give);
    digest.advance(60_000);
    expect(drained().map((flow) => flow.flags & FLAG.ended)).toEqual([0]);
    close((frame, at) => give(frame, at + 60_000));
    give(up(SYN), 61_003);
    expect(drained().map((flow) => flow.flags & FLAG.ended)).toEqual([FLAG.ended, 0]);
  });

  it('comes at once with a new SYN on the same ports, which is a fresh flow', () => {
    const { give, drained, digest } = digesting();
    close(give);
    give(up(SYN), 1050);
    expect(drained()).toMatchObject([
      { packets: [2, 1], flags: FLAG.fresh | FLAG.initiatorKnown | FLAG.ended },
      { packets: [1, 0], flags: FLAG.fresh | FLAG.initiatorKnown },
    ]);
    expect(digest.totals.flows).toBe(2);
  });

  it('comes after silence: a minute for UDP, ten for an answered connection', () => {
    const { digest, give, drained } = digesting();
    const query = ethernet(0x0800, ipv4(HOME, FAR, 17, udp(40000, 53)));
    give(query, 1000);
    give(up(SYN), 1000);
    give(down(SYN | ACK), 1001);
    drained();
    const fresh = () => drained().map(({ protocol, flags }) => [protocol, flags & FLAG.fresh]);
    digest.advance(110_000);
    give(query, 110_001);
    give(up(ACK), 110_001);
    expect(fresh()).toEqual([
      [17, FLAG.fresh],
      [6, 0],
    ]);
    for (let at = 200_000; at <= 800_000; at += 100_000) digest.advance(at);
    give(up(ACK), 800_001);
    expect(fresh()).toEqual([[6, FLAG.fresh]]);
  });
});

describe('header facts', () => {
  it("mark a SYN whose sequence number is its destination: Mirai's scanner", () => {
    const { give, drained } = digesting();
    give(up(SYN, 40000, 23, 0xcb007105), 1000);
    give(up(SYN, 40001, 23, 0xcb007106), 1000);
    expect(drained().map((flow) => flow.facts)).toEqual([FACT.sequenceIsDestination, 0]);
  });

  it('mark a segment without a connection, and last until the next drain', () => {
    const { give, drained } = digesting();
    give(up(ACK), 1000);
    expect(drained()[0]!.facts).toBe(FACT.stateless);
    give(up(ACK), 1001);
    expect(drained()[0]!.facts).toBe(0);
  });

  it('come without counters where another source counts', () => {
    const { give, drained } = digesting({ count: false });
    give(up(SYN), 1000);
    give(up(SYN), 1001);
    expect(drained()).toMatchObject([{ packets: [0, 0], bytes: [0, 0], seen: 2, syns: 2 }]);
  });
});

describe('fragments', () => {
  const part = (fragment: number, id: number) =>
    ethernet(0x0800, ipv4(HOME, FAR, 17, udp(40000, 53, new Uint8Array(16)), { fragment, id }));

  it('belong to the flow of their first one', () => {
    const { give, drained } = digesting();
    give(part(0x2000, 7), 1000);
    give(part(3, 7), 1001);
    expect(drained()).toMatchObject([{ destination: `${FAR}:53`, packets: [2, 0], flags: FLAG.fresh }]);
  });

  it('whose first was not seen are a flow without ports', () => {
    const { give, drained } = digesting();
    give(part(0x2000, 7), 1000);
    give(part(3, 8), 1001);
    const flows = drained();
    expect(flows.map((flow) => flow.destination)).toEqual([`${FAR}:53`, `${FAR}:0`]);
    expect(flows[1]!.flags).toBe(FLAG.fresh | FLAG.portless);
  });
});

describe('observed time', () => {
  it('ticks once in every second, also through silence', () => {
    const { digest, give, seen } = digesting();
    give(up(SYN), 1500);
    digest.advance(4200);
    expect(seen).toEqual(['flows@1600', 'tick@2000', 'tick@3000', 'tick@4000']);
  });

  it('leaps over a long silence after two minutes of ticks', () => {
    const { digest, give, seen } = digesting();
    give(up(SYN), 0);
    digest.advance(86_400_000);
    const ticks = seen.filter((entry) => entry.startsWith('tick'));
    expect(ticks).toHaveLength(121);
    expect(ticks.at(-1)).toBe('tick@86400000');
  });

  it('may go back, and goes on from there', () => {
    const { give, seen, drained } = digesting();
    give(up(ACK), 5_000_000);
    give(up(ACK), 1_000_000);
    give(up(ACK), 1_001_000);
    expect(seen.at(-1)).toBe('tick@1001000');
    expect(drained().reduce((sum, flow) => sum + flow.packets[0]!, 0)).toBe(3);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, 1e300, -1])('cannot be moved to %d', (at) => {
    const { digest, give, drained, seen } = digesting();
    give(up(ACK), 1000);
    digest.advance(at);
    give(up(ACK), at);
    expect(drained()).toMatchObject([{ packets: [2, 0], times: [1000, 1000] }]);
    expect(seen.every((entry) => entry.endsWith('@1000'))).toBe(true);
  });
});

describe('a full table', () => {
  const from = (device: number, port: number) =>
    ethernet(0x0800, ipv4(`192.168.1.${device}`, FAR, 17, udp(port, 53)), device, 2);

  it('is paid for by who fills it', () => {
    const { digest, give, drained } = digesting({ maxFlows: 64 });
    give(from(9, 1000), 0);
    for (let i = 0; i < 1000; i++) give(from(10 + (i % 8), 2000 + i), 1 + i / 100);
    const quiet = drained().filter((flow) => flow.source.startsWith('192.168.1.9:'));
    expect(quiet.map((flow) => flow.flags)).toEqual([FLAG.fresh]);
    expect(digest.totals.evictedFlows).toBeGreaterThan(900);
  });

  it('is not waited for: of a device with very many flows the unanswered ones end first', () => {
    const { digest, give, drained } = digesting();
    give(up(SYN), 0);
    give(down(SYN | ACK), 1);
    for (let i = 0; i < 10_000; i++) give(up(SYN, 1024 + i, 23), 2 + i / 1000);
    give(up(ACK), 20);
    expect(digest.totals.evictedFlows).toBeGreaterThan(7000);
    const flows = drained().filter((flow) => flow.destination.endsWith(':443'));
    expect(flows.map((flow) => [flow.packets, flow.flags & FLAG.ended])).toEqual([[[2, 1], 0]]);
  });

  it('keeps the connections in use of a device that scans', () => {
    const { give, drained } = digesting({ maxFlows: 64 });
    give(up(SYN), 0);
    give(down(SYN | ACK), 1);
    for (let i = 0; i < 500; i++) give(up(SYN, 1024 + i, 23), 2);
    give(up(ACK), 3);
    const flows = drained().filter((flow) => flow.destination.endsWith(':443'));
    expect(flows.map((flow) => flow.flags & FLAG.ended)).toEqual([0]);
    expect(flows[0]!.packets).toEqual([2, 1]);
  });
});

it('drains in the middle of a step when more flows change than its lists hold, and loses nothing', () => {
  const { digest, give, drained } = digesting({ standingStep: 1000 });
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < 20_000; i++) {
      const sender = `10.${i % 32}.${i >> 8}.${i & 255}`;
      give(ethernet(0x0800, ipv4(sender, FAR, 17, udp(40000, 443)), i % 32), 1000 + round);
    }
  }
  const flows = drained();
  expect(digest.totals.evictedFlows).toBe(0);
  expect(flows.reduce((sum, flow) => sum + flow.packets[0]!, 0)).toBe(60_000);
  expectSlotsInOrder(flows);
});

describe('decoding of control protocols', () => {
  it('gets the packets that it wants, local ones too', () => {
    const got: number[] = [];
    const control = {
      wants: (p: { etherType: number }) => p.etherType === 0x0806,
      packet: (p: { etherType: number }) => void got.push(p.etherType),
    };
    const { give } = digesting({ control });
    give(ethernet(0x0806, octets('0001080006040001')), 1000);
    give(up(SYN), 1000);
    expect(got).toEqual([0x0806]);
  });

  it('may fail: the packet is counted all the same', () => {
    const fail = () => {
      throw new Error('broken');
    };
    const { digest, give, drained } = digesting({ control: { wants: () => true, packet: fail } });
    give(up(SYN), 1000);
    expect(drained()).toHaveLength(1);
    expect(digest.totals.controlFaults).toBe(1);
  });
});

describe('sums', () => {
  const host = fc.integer({ min: 1, max: 6 }).map((n) => `10.0.0.${n}`);
  const port = fc.integer({ min: 0, max: 4 });
  const good = fc
    .tuple(host, host, port, port, fc.nat(63), fc.nat(5), fc.boolean())
    .map(([from, to, source, destination, flags, device, isTcp]) =>
      ethernet(
        0x0800,
        ipv4(from, to, isTcp ? 6 : 17, isTcp ? tcp(source, destination, flags) : udp(source, destination)),
        device,
      ),
    );
  const random = fc.uint8Array({ maxLength: 80 }).map((bytes) => Uint8Array.from(bytes));
  const hostile = fc
    .tuple(good, fc.nat(60), fc.nat(255))
    .map(([frame, at, value]) => frame.map((byte, i) => (i === at ? value : byte)));
  const frames = fc.array(
    fc.record({
      frame: fc.oneof({ weight: 6, arbitrary: good }, hostile, random),
      wait: fc.oneof({ weight: 8, arbitrary: fc.nat(150) }, fc.integer({ min: -5000, max: 200_000 })),
      extra: fc.nat(2000),
      linkType: fc.oneof({ weight: 8, arbitrary: fc.constant(1) }, fc.constantFrom(101, 113, 127, 7)),
    }),
    { maxLength: 200 },
  );

  it.each([16, 131_072])('are exact for any frames, in a table of %i', (maxFlows) => {
    fc.assert(
      fc.property(frames, fc.integer(), fc.constantFrom(100, 1000), (list, seed, standingStep) => {
        const { digest, give, drained } = digesting({ maxFlows, seed, standingStep });
        let at = 1_000_000;
        for (const { frame, wait, extra, linkType } of list) {
          at += wait;
          give(frame, at, frame.length + extra, linkType);
        }
        const flows = drained();
        const sum = (of: (flow: Flow) => number[]) => flows.reduce((all, flow) => all + of(flow)[0]! + of(flow)[1]!, 0);
        const { totals } = digest;
        const skipped = Object.values(totals.skipped);
        const other = (of: 'packets' | 'bytes') => totals.localOnly[of] + skipped.reduce((all, a) => all + a[of], 0);
        expect(totals.packets).toBe(list.length);
        expect(sum((flow) => flow.packets) + other('packets')).toBe(totals.packets);
        expect(sum((flow) => flow.bytes) + other('bytes')).toBe(totals.bytes);
        expectSlotsInOrder(flows);
      }),
      { numRuns: maxFlows === 16 ? 300 : 20 },
    );
  });
});

/** A slot begins with a fresh record, also where its last flow ended without a word, and nothing follows an end. */
function expectSlotsInOrder(flows: Flow[]): void {
  const live = new Set<number>();
  for (const { slot, flags } of flows) {
    expect(live.has(slot) || (flags & FLAG.fresh) !== 0).toBe(true);
    live.add(slot);
    if ((flags & FLAG.ended) !== 0) live.delete(slot);
  }
}

it('RST ends a flow for the next SYN too', () => {
  const { digest, give } = digesting();
  give(up(SYN), 1000);
  give(down(RST | ACK), 1001);
  give(up(SYN), 1002);
  expect(digest.totals.flows).toBe(2);
});
