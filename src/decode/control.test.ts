import * as packets from 'dns-packet';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quicCrypto } from '../source/quic-crypto.ts';
import { ControlDecoder, PROTOCOLS, wantsControl } from './control.ts';
import type { Packet } from './packet.ts';
import {
  ascii,
  clientHello,
  concat,
  DEVICE,
  DEVICE6,
  FAR,
  hex,
  icmpv6,
  macBytes,
  observe,
  type PacketOptions,
  packetOf,
  ROUTER,
  ROUTER6,
  tcp,
  tlsRecord,
  udp,
  uint16,
  uint32,
  v4Bytes,
  v6Bytes,
} from './testbed.ts';

/** One valid message of every protocol, and how it is carried. */
type Sample = { payload: Uint8Array; carry: (payload: Uint8Array, options?: PacketOptions) => Packet };

const response = packets.encode({
  type: 'response',
  flags: packets.AUTHORITATIVE_ANSWER,
  questions: [{ type: 'A', name: 'www.example.com' }],
  answers: [
    { type: 'CNAME', name: 'www.example.com', ttl: 1, data: 'cdn.example.net' },
    { type: 'A', name: 'cdn.example.net', ttl: 1, data: DEVICE.address },
    { type: 'AAAA', name: 'cdn.example.net', ttl: 1, data: '2001:db8::1' },
    { type: 'PTR', name: '_hap._tcp.local', ttl: 1, data: 'Lamp._hap._tcp.local' },
    { type: 'SRV', name: 'Lamp._hap._tcp.local', ttl: 1, data: { port: 1, target: 'lamp.local' } },
    { type: 'TXT', name: 'Lamp._hap._tcp.local', ttl: 1, data: ['md=x', 'ci=1'] },
  ],
});
const dhcp4 = concat(
  [1, 1, 6, 0],
  new Uint8Array(24),
  macBytes(DEVICE.mac),
  new Uint8Array(202),
  uint32(0x63825363),
  hex('350103 0c03616263 3c0178 3702 0103 5104 0000 0061 340103 ff'),
);
const dhcp6 = concat(
  [7, 0, 0, 1],
  hex('0001 000a 0003 0001 02005e000010 0003 0028 00000001 00000000 00000000 0005 0018'),
  v6Bytes('2001:db8::9'),
  hex('00000100 00000100 0017 0010'),
  v6Bytes('2001:db8::53'),
);
const nbns = concat(
  hex('0007 2910 0001 0000 0000 0001 20'),
  ascii(`${'EMEBFAFE'.repeat(3)}EMEBFAAA`),
  hex('00 0020 0001 c00c 0020 0001 0000012c 0006 0000'),
  v4Bytes(DEVICE.address),
);
const router = concat(
  [64, 0, 7, 8],
  new Uint8Array(8),
  [1, 1],
  macBytes(ROUTER.mac),
  [3, 4, 64, 192],
  uint32(9),
  uint32(9),
  uint32(0),
  v6Bytes('2001:db8::'),
);
const multicast = { mac: '01:00:5e:00:00:fb', address: '224.0.0.251' };

const over = (from: number, to: number) => (payload: Uint8Array, options?: PacketOptions) =>
  udp({ ...DEVICE, port: from }, { ...multicast, port: to }, payload, options);

const SAMPLES: Record<string, Sample> = {
  dns: { payload: response, carry: over(53, 40_000) },
  arp: {
    payload: concat(hex('0001 0800 06 04 0001'), macBytes(DEVICE.mac), v4Bytes(DEVICE.address), new Uint8Array(10)),
    carry: (payload, options) => packetOf(0, DEVICE, ROUTER, payload, { ...options, etherType: 0x0806 }),
  },
  ndp: { payload: router, carry: (payload, options) => icmpv6(ROUTER6, DEVICE6, 134, payload, options) },
  dhcp4: { payload: dhcp4, carry: over(68, 67) },
  dhcp6: {
    payload: dhcp6,
    carry: (payload, options) => udp({ ...ROUTER6, port: 547 }, { ...DEVICE6, port: 546 }, payload, options),
  },
  mdns: { payload: response, carry: over(5353, 5353) },
  llmnr: {
    payload: packets.encode({
      type: 'response',
      questions: [{ type: 'A', name: 'laptop' }],
      answers: [{ type: 'A', name: 'laptop', ttl: 1, data: DEVICE.address }],
    }),
    carry: over(5355, 5355),
  },
  nbns: { payload: nbns, carry: over(137, 137) },
  ssdp: { payload: ascii('NOTIFY * HTTP/1.1\r\nNT: upnp:rootdevice\r\nSERVER: x\r\n\r\n'), carry: over(1900, 1900) },
  'port-mapping': {
    payload: hex('00 82 0000 00001000 1f90 c350 00001c20'),
    carry: (payload, options) => udp({ ...ROUTER, port: 5351 }, { ...DEVICE, port: 5350 }, payload, options),
  },
  stratum: {
    payload: ascii('{"id":1,"method":"mining.subscribe","params":[]}'),
    carry: (payload, options) => tcp({ ...DEVICE, port: 50_000 }, { ...FAR, port: 3333 }, payload, options),
  },
  irc: {
    payload: ascii('NICK someone\r\nUSER a 0 * :a\r\n'),
    carry: (payload, options) => tcp({ ...DEVICE, port: 50_000 }, { ...FAR, port: 6667 }, payload, options),
  },
  'upnp-mapping': {
    payload: ascii(
      'POST /c HTTP/1.1\r\nSOAPAction: "urn:schemas-upnp-org:service:WANIPConnection:1#DeletePortMapping"\r\n\r\n' +
        '<NewProtocol>UDP</NewProtocol><NewExternalPort>80</NewExternalPort></s:Envelope>',
    ),
    carry: (payload, options) => tcp({ ...DEVICE, port: 50_000 }, { ...ROUTER, port: 5000 }, payload, options),
  },
  tls: {
    payload: tlsRecord(clientHello('a.example', ['h2', 'http/1.1'])),
    carry: (payload, options) => tcp({ ...DEVICE, port: 50_000 }, { ...FAR, port: 443 }, payload, options),
  },
  'dns-tcp': {
    payload: concat(uint16(response.length), response),
    carry: (payload, options) => tcp({ ...DEVICE, port: 53 }, { ...FAR, port: 40_000 }, payload, options),
  },
};

const told = (packet: Packet) => observe([packet], { crypto: quicCrypto });

describe.each(Object.entries(SAMPLES))('%s against hostile octets', (_name, { payload, carry }) => {
  it('has a sample that tells something', () => {
    expect(told(carry(payload))).not.toEqual([]);
  });

  it('never throws and never looks outside of the payload, however it is changed or cut', () => {
    const change = fc.tuple(fc.nat(payload.length - 1), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(fc.array(change, { maxLength: 8 }), fc.nat(payload.length), (changes, length) => {
        const bytes = Uint8Array.from(payload);
        for (const [at, octet] of changes) bytes[at] = octet;
        const cut = bytes.slice(0, changes.length % 2 === 0 ? length : bytes.length);
        for (const payloadLength of [cut.length, payload.length]) {
          const zeros = told(carry(cut, { surroundings: 0x00, payloadLength }));
          const others = told(carry(cut, { surroundings: 0xc0, payloadLength }));
          expect(others).toEqual(zeros);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('takes any octets', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        expect(told(carry(bytes, { surroundings: 0x00 }))).toEqual(told(carry(bytes, { surroundings: 0x41 })));
      }),
    );
  });
});

describe('the list of protocols', () => {
  it('claims each number once', () => {
    for (const key of ['udpPorts', 'etherTypes', 'icmpv6Types'] as const) {
      const numbers = PROTOCOLS.flatMap((protocol) => protocol[key] ?? []);
      expect(new Set(numbers).size).toBe(numbers.length);
    }
  });

  it('has a sample of every protocol here', () => {
    for (const { name } of PROTOCOLS) expect(SAMPLES).toHaveProperty(name);
  });
});

describe('wantsControl', () => {
  it('passes over what no protocol claims', () => {
    const other = { ...FAR, port: 4000 };
    expect(wantsControl(udp({ ...DEVICE, port: 4000 }, other, new Uint8Array(1300)))).toBe(false);
    expect(wantsControl(tcp({ ...DEVICE, port: 4000 }, other, new Uint8Array(0)))).toBe(false);
    expect(wantsControl(icmpv6(DEVICE6, ROUTER6, 128, new Uint8Array(8)))).toBe(false);
    expect(wantsControl(over(53, 53)(response, { fragment: 2 }))).toBe(false);
  });

  it('wants all that the decoder wants', () => {
    const decoder = new ControlDecoder(() => undefined, { crypto: quicCrypto });
    for (const { payload, carry } of Object.values(SAMPLES)) {
      const packet = carry(payload);
      expect(wantsControl(packet)).toBe(true);
      expect(decoder.wants(packet)).toBe(true);
    }
  });
});

describe('a fault', () => {
  it('is counted under its protocol and goes no further', () => {
    const decoder = new ControlDecoder(() => {
      throw new Error('a mistake behind the sink');
    });
    decoder.packet(over(53, 40_000)(response));
    expect(decoder.faults).toEqual({ dns: 1 });
  });
});
