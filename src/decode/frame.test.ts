import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatAddress, formatMac } from '../model/address.ts';
import { decodeFrame } from './frame.ts';
import { concat, ethernet, ipv4, ipv6, octets, tcp, udp, vlan, words } from './frame-builder.ts';
import { FRAME, type FrameClass, Packet } from './packet.ts';

const ETHERNET = 1;

function decode(frame: Uint8Array, linkType = ETHERNET, captured = frame.length): { kind: FrameClass; p: Packet } {
  const p = new Packet();
  p.bytes = frame;
  p.view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  p.frameStart = 0;
  p.frameEnd = captured;
  p.wireLength = frame.length;
  return { kind: decodeFrame(p, linkType), p };
}

const source = (p: Packet) => formatAddress(p.source0, p.source1, p.source2, p.source3);
const destination = (p: Packet) => formatAddress(p.destination0, p.destination1, p.destination2, p.destination3);

const dnsQuery = ipv4('192.0.2.1', '198.51.100.53', 17, udp(40000, 53, octets('0102030405')));
const hello6 = ipv6('2001:db8::1', '2001:db8::2', 6, tcp(50000, 443, 0x18, octets('160301')));

describe('an IPv4 packet in an Ethernet frame', () => {
  it('gives addresses, ports, hardware addresses and payload', () => {
    const { kind, p } = decode(ethernet(0x0800, dnsQuery));
    expect(kind).toBe(FRAME.flow);
    expect([source(p), destination(p), p.family, p.protocol]).toEqual(['192.0.2.1', '198.51.100.53', 4, 17]);
    expect([p.sourcePort, p.destinationPort, p.portless]).toEqual([40000, 53, false]);
    expect(formatMac(p.sourceMacHigh, p.sourceMacLow)).toBe('02:00:00:00:00:01');
    expect(formatMac(p.destinationMacHigh, p.destinationMacLow)).toBe('02:00:00:00:00:02');
    expect([...p.bytes.subarray(p.payloadStart, p.payloadEnd)]).toEqual([1, 2, 3, 4, 5]);
    expect(p.payloadLength).toBe(5);
  });

  it('does not take the padding of a short frame for payload', () => {
    const { p } = decode(concat(ethernet(0x0800, dnsQuery), new Uint8Array(13)));
    expect(p.payloadEnd - p.payloadStart).toBe(5);
  });

  it('says how long a payload was that the capture cut', () => {
    const frame = ethernet(0x0800, ipv4('192.0.2.1', '192.0.2.2', 17, udp(1, 2, new Uint8Array(500))));
    const { p } = decode(frame, ETHERNET, 60);
    expect([p.payloadEnd - p.payloadStart, p.payloadLength]).toEqual([60 - 42, 500]);
  });

  it('may have options', () => {
    const { p } = decode(
      ethernet(0x0800, ipv4('192.0.2.1', '192.0.2.2', 17, udp(7, 9), { options: octets('01010101') })),
    );
    expect([p.sourcePort, p.destinationPort]).toEqual([7, 9]);
  });

  it('may be a fragment: the first has ports, a later one has none', () => {
    const first = decode(
      ethernet(0x0800, ipv4('192.0.2.1', '192.0.2.2', 17, udp(7, 9), { fragment: 0x2000, id: 77 })),
    ).p;
    expect([first.fragment, first.fragmentId, first.sourcePort, first.portless]).toEqual([1, 77, 7, false]);
    const later = decode(ethernet(0x0800, ipv4('192.0.2.1', '192.0.2.2', 17, udp(7, 9), { fragment: 1, id: 77 }))).p;
    expect([later.fragment, later.fragmentId, later.sourcePort, later.portless]).toEqual([2, 77, 0, true]);
  });

  it.each([47, 4, 41, 50, 51, 112])('is what it is where protocol %i carries something else', (protocol) => {
    const { kind, p } = decode(ethernet(0x0800, ipv4('192.0.2.1', '192.0.2.2', protocol, dnsQuery)));
    expect([kind, p.protocol, p.sourcePort, p.destinationPort]).toEqual([FRAME.flow, protocol, 0, 0]);
  });

  it('shows type and code of ICMP as its port', () => {
    const { p } = decode(ethernet(0x0800, ipv4('192.0.2.1', '192.0.2.2', 1, octets('0301000000000000'))));
    expect([p.sourcePort, p.destinationPort]).toEqual([0, 0x0301]);
  });

  it('still is a packet of two hosts where the transport header is cut', () => {
    const { kind, p } = decode(ethernet(0x0800, ipv4('192.0.2.1', '192.0.2.2', 6, octets('0050'))));
    expect([kind, p.portless, p.sourcePort]).toEqual([FRAME.flow, true, 0]);
  });
});

describe('an IPv6 packet', () => {
  it('gives addresses, ports and TCP flags', () => {
    const { kind, p } = decode(ethernet(0x86dd, hello6));
    expect(kind).toBe(FRAME.flow);
    expect([source(p), destination(p), p.family, p.protocol]).toEqual(['2001:db8::1', '2001:db8::2', 6, 6]);
    expect([p.sourcePort, p.destinationPort, p.tcpFlags, p.payloadLength]).toEqual([50000, 443, 0x18, 3]);
  });

  it('may have a chain of extension headers', () => {
    const chain = concat(octets('3c00000000000000'), octets('2b00000000000000'), octets('1100000000000000'), udp(5, 6));
    const { p } = decode(ethernet(0x86dd, ipv6('fe80::1', 'fe80::2', 0, chain)));
    expect([p.protocol, p.sourcePort, p.destinationPort]).toEqual([17, 5, 6]);
  });

  it('may be a fragment', () => {
    const header = (field: number) => concat(octets('1100'), words(field), octets('0000abcd'));
    const first = decode(ethernet(0x86dd, ipv6('fe80::1', 'fe80::2', 44, concat(header(1), udp(5, 6))))).p;
    expect([first.fragment, first.fragmentId, first.destinationPort]).toEqual([1, 0xabcd, 6]);
    const later = decode(ethernet(0x86dd, ipv6('fe80::1', 'fe80::2', 44, concat(header(8), udp(5, 6))))).p;
    expect([later.fragment, later.protocol, later.portless]).toEqual([2, 17, true]);
    const atomic = decode(ethernet(0x86dd, ipv6('fe80::1', 'fe80::2', 44, concat(header(0), udp(5, 6))))).p;
    expect([atomic.fragment, atomic.destinationPort]).toEqual([0, 6]);
  });

  it('is skipped where its extension headers do not end', () => {
    const chain = concat(...new Array(20).fill(octets('3c00000000000000')));
    expect(decode(ethernet(0x86dd, ipv6('fe80::1', 'fe80::2', 60, chain))).p.skipReason).toBe(
      'too-many-extension-headers',
    );
  });
});

describe('what lies below IP', () => {
  const wifi = (control: string, rest = '') =>
    concat(
      octets(`${control}0000020000000009020000000001020000000002 0000${rest}`),
      octets('aaaa030000000800'),
      dnsQuery,
    );
  const snap = concat(octets('aaaa030000000800'), dnsQuery);
  const subframe = ethernet(snap.length, snap);
  const aggregate = concat(wifi('8801', '8000').subarray(0, 26), subframe, new Uint8Array(3), subframe);
  const fragment = wifi('0801').with(22, 1);
  const radiotap = concat(octets('00000d00'), words(0x0500, 0), octets('00 00000000'));

  it.each<[string, number, Uint8Array]>([
    ['802.1Q', 1, ethernet(0x8100, vlan(7, 0x0800, dnsQuery))],
    ['QinQ of three tags', 1, ethernet(0x88a8, vlan(1, 0x8100, vlan(2, 0x8100, vlan(3, 0x0800, dnsQuery))))],
    ['LLC/SNAP', 1, ethernet(50, concat(octets('aaaa030000000800'), dnsQuery))],
    ['PPPoE session', 1, ethernet(0x8864, concat(octets('1100000100210021'), dnsQuery))],
    ['PPPoE in QinQ', 1, ethernet(0x88a8, vlan(1, 0x8864, concat(octets('1100000100210021'), dnsQuery)))],
    ['PPPoE link', 51, concat(octets('1100000100210021'), dnsQuery)],
    ['PPP', 9, concat(octets('0021'), dnsQuery)],
    ['PPP with a compressed protocol', 9, concat(octets('21'), dnsQuery)],
    ['PPP in HDLC', 50, concat(octets('ff030021'), dnsQuery)],
    ['Cisco HDLC', 50, concat(octets('0f000800'), dnsQuery)],
    ['BSD null, little-endian', 0, concat(octets('02000000'), dnsQuery)],
    ['BSD null, big-endian', 0, concat(octets('00000002'), dnsQuery)],
    ['BSD null with an EtherType', 0, concat(octets('0f000800'), dnsQuery)],
    ['BSD loop', 108, concat(octets('00000002'), dnsQuery)],
    ['raw IP (12)', 12, dnsQuery],
    ['raw IP (14)', 14, dnsQuery],
    ['raw IP (101)', 101, dnsQuery],
    ['raw IPv4', 228, dnsQuery],
    ['Linux cooked', 113, concat(octets('0000000100060200000000010000 0800'), dnsQuery)],
    ['Linux cooked 2', 276, concat(octets('08000000000000020001000602000000000100 00'), dnsQuery)],
    ['802.11 to the access point', 105, wifi('0801')],
    ['802.11 QoS', 105, wifi('8801', '0000')],
    ['an 802.11 aggregate', 105, aggregate],
    ['802.11 behind radiotap', 127, concat(radiotap, wifi('0801'))],
    ['802.11 behind AVS', 163, concat(octets('802110010000000c00000000'), wifi('0801'))],
    ['802.11 behind Prism', 119, concat(octets('440000000c00000000000000'), wifi('0801'))],
    ['PPI', 192, concat(octets('0000080065000000'), dnsQuery)],
  ])('%s is looked through', (_name, linkType, frame) => {
    const { kind, p } = decode(frame, linkType);
    expect(kind).toBe(FRAME.flow);
    expect([source(p), p.destinationPort]).toEqual(['192.0.2.1', 53]);
  });

  it('finds the station behind an access point', () => {
    const { p } = decode(wifi('0801'), 105);
    expect(formatMac(p.sourceMacHigh, p.sourceMacLow)).toBe('02:00:00:00:00:01');
    expect(formatMac(p.destinationMacHigh, p.destinationMacLow)).toBe('02:00:00:00:00:02');
  });

  it.each<[string, number, Uint8Array]>([
    ['ARP', 1, ethernet(0x0806, octets('0001080006040001'))],
    ['EAPOL', 1, ethernet(0x888e, octets('01000000'))],
    ['LLDP', 1, ethernet(0x88cc, octets('0207'))],
    ['spanning tree', 1, ethernet(38, octets('4242030000000000'))],
    ['PPPoE discovery', 1, ethernet(0x8863, octets('1109000000000000'))],
    ['PPP LCP', 9, octets('c02101010004')],
    ['802.11 beacon', 105, octets('80000000ffffffffffff')],
    ['802.11 acknowledgement', 105, octets('d4000000020000000001')],
    ['802.11 without data', 105, octets('48010000')],
  ])('%s stays on its link', (_name, linkType, frame) => {
    expect(decode(frame, linkType).kind).toBe(FRAME.local);
  });

  it.each<[string, number, Uint8Array, string]>([
    ['a frame shorter than its header', 1, octets('0200'), 'truncated-header'],
    ['a VLAN tag cut off', 1, ethernet(0x8100, octets('00')), 'truncated-header'],
    ['IPv4 of version 5', 1, ethernet(0x0800, concat(octets('55'), dnsQuery.subarray(1))), 'bad-ip-header'],
    [
      'an IPv4 header shorter than 20',
      1,
      ethernet(0x0800, concat(octets('44'), dnsQuery.subarray(1))),
      'bad-ip-header',
    ],
    ['an IPv4 header cut off', 1, ethernet(0x0800, dnsQuery.subarray(0, 19)), 'truncated-header'],
    ['raw IP of version 9', 101, octets('90'), 'bad-ip-header'],
    ['encrypted 802.11', 105, wifi('0841'), 'encrypted-802.11'],
    ['an 802.11 aggregate cut off', 105, wifi('8801', '8000').subarray(0, 36), 'truncated-header'],
    ['the rest of a fragmented 802.11 frame', 105, fragment, 'fragmented-802.11'],
    ['a link type that is not read', 107, dnsQuery, 'link-type-107 FRELAY'],
    ['a link type without a name', 60000, dnsQuery, 'link-type-60000'],
  ])('%s is skipped with a reason', (_name, linkType, frame, reason) => {
    const { kind, p } = decode(frame, linkType);
    expect([kind, p.skipReason]).toEqual([FRAME.skipped, reason]);
  });
});

describe('hostile frames', () => {
  const linkTypes = [0, 1, 9, 12, 50, 51, 101, 104, 105, 108, 113, 119, 127, 163, 192, 228, 229, 276, 300];

  it('are in exactly one class, and nothing outside the captured part is read', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...linkTypes),
        fc.uint8Array({ maxLength: 120 }),
        fc.nat(64),
        (linkType, body, before) => {
          const outcome = (filler: number) => {
            const bytes = new Uint8Array(before + body.length + 200).fill(filler);
            bytes.set(body, before);
            const p = new Packet();
            p.bytes = bytes;
            p.view = new DataView(bytes.buffer);
            p.frameStart = before;
            p.frameEnd = before + body.length;
            p.wireLength = body.length;
            const kind = decodeFrame(p, linkType);
            expect(p.payloadEnd).toBeLessThanOrEqual(kind === FRAME.skipped ? Number.POSITIVE_INFINITY : p.frameEnd);
            if (kind === FRAME.skipped) return [kind, p.skipReason];
            return [
              kind,
              p.family,
              p.source3,
              p.destination3,
              p.sourcePort,
              p.destinationPort,
              p.tcpFlags,
              p.payloadStart,
            ];
          };
          expect(outcome(0)).toEqual(outcome(0xff));
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('are survived at every length of a good one', () => {
    const good = ethernet(0x8100, vlan(7, 0x86dd, hello6));
    for (let captured = 0; captured <= good.length; captured++) {
      expect(decode(good, ETHERNET, captured).kind).toBe(captured < 58 ? FRAME.skipped : FRAME.flow);
    }
  });
});
