import { createCipheriv } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HelloObservation } from '../model/observation.ts';
import { quicCrypto } from '../source/quic-crypto.ts';
import { ControlDecoder } from './control.ts';
import { clientInitialKeys, quicVersion } from './quic-keys.ts';
import { clientHello, concat, DEVICE, FAR, hex, observe, udp, uint16, uint32 } from './testbed.ts';

const V1 = 0x00000001;
const V2 = 0x6b3343cf;
const CLIENT = { ...DEVICE, port: 50_000 };
const SERVER = { ...FAR, port: 443 };
/** RFC 9001 Appendix A: the connection id, and the CRYPTO frame of the client's first packet. */
const ID = hex('8394c8f03e515708');
const RFC_FRAME = hex(`
  060040f1010000ed0303ebf8fa56f12939b9584a3896472ec40bb863cfd3e86804fe3a47f06a2b69484c0000041301130201
  0000c000000010000e00000b6578616d706c652e636f6dff01000100000a00080006001d0017001800100007000504616c70
  6e000500050100000000003300260024001d00209370b2c9caa47fbabaf4559fedba753de171fa71f50f1ce15d43e994ec74
  d748002b0003020304000d0010000e0403050306030203080408050806002d00020101001c00024001003900320408ffffff
  ffffffffff05048000ffff07048000ffff0801100104800075300901100f088394c8f03e51570806048000ffff`);
const PAYLOAD = 1162;

type Build = {
  version?: number;
  id?: Uint8Array;
  keysOf?: Uint8Array;
  number?: number;
  size?: number;
  token?: Uint8Array;
};

/** A client's Initial packet, sealed as RFC 9001 §5 says; `size` octets of frames with padding. */
function initial(frames: Uint8Array, build: Build = {}): Uint8Array {
  const { version = V1, id = ID, keysOf = id, number = 2, size = PAYLOAD, token = new Uint8Array(0) } = build;
  const keys = clientInitialKeys(quicCrypto, quicVersion(version)!, keysOf);
  const plain = concat(frames, new Uint8Array(Math.max(0, size - frames.length)));
  const first = version === V2 ? 0xd3 : 0xc3;
  const length = 4 + plain.length + 16;
  const fields = [first, ...uint32(version), id.length, ...id, 0, token.length, ...token, ...uint16(0x4000 | length)];
  const header = concat(fields, uint32(number));
  const nonce = keys.iv.slice();
  for (const [i, octet] of uint32(number).entries()) nonce[8 + i]! ^= octet;
  const cipher = createCipheriv('aes-128-gcm', keys.key, nonce);
  cipher.setAAD(header);
  const sealed = concat(cipher.update(plain), cipher.final(), cipher.getAuthTag());
  const mask = quicCrypto.encryptBlock(keys.headerProtection, sealed.subarray(0, 16));
  header[0]! ^= mask[0]! & 15;
  for (let i = 0; i < 4; i++) header[header.length - 4 + i]! ^= mask[1 + i]!;
  return concat(header, sealed);
}

function crypto(offset: number, data: Uint8Array): Uint8Array {
  return concat([6, ...uint16(0x4000 | offset), ...uint16(0x4000 | data.length)], data);
}

const observed = (...datagrams: Uint8Array[]) =>
  observe(
    datagrams.map((datagram) => udp(CLIENT, SERVER, datagram)),
    { crypto: quicCrypto },
  );
const names = (told: unknown[]) => told.map((o) => (o as HelloObservation).serverName);

describe('keys of QUIC Initial packets', () => {
  const keys = (version: number) => {
    const { key, iv, headerProtection } = clientInitialKeys(quicCrypto, quicVersion(version)!, ID);
    return [key, iv, headerProtection].map((octets) => Buffer.from(octets).toString('hex'));
  };

  it('are those of RFC 9001 Appendix A.1', () => {
    expect(keys(V1)).toEqual([
      '1f369613dd76d5467730efcbe3b1a22d',
      'fa044b2f42a3fd3b46fb255c',
      '9f50449e04a0e810283a1e9933adedd2',
    ]);
  });

  it('are those of RFC 9369 Appendix A.1', () => {
    expect(keys(V2)).toEqual([
      '8b1a0bc121284290a29e0971b5cd045d',
      '91f73e2351d8fa91660e909f',
      '45b95e15235d6f45a6b19cbcb0294ba9',
    ]);
  });
});

describe('QUIC ClientHello', () => {
  it('is read from the packet of RFC 9001 Appendix A.2', () => {
    const packet = Buffer.from(initial(RFC_FRAME)).toString('hex');
    expect(packet).toMatch(/^c000000001088394c8f03e5157080000449e7b9aec34d1b1c98dd7689fb8ec11/);
    expect(packet).toMatch(/e221af44860018ab0856972e194cd934$/);
    expect(observed(hex(packet))).toEqual([
      {
        kind: 'hello',
        at: 1_000_000,
        client: DEVICE,
        server: FAR,
        protocol: 'udp',
        clientPort: 50_000,
        serverPort: 443,
        serverName: 'example.com',
        alpn: ['alpn'],
      },
    ]);
  });

  it('is read from the packet of RFC 9369 Appendix A.2 (version 2)', () => {
    const packet = initial(RFC_FRAME, { version: V2 });
    expect(Buffer.from(packet).toString('hex')).toMatch(
      /^d76b3343cf088394c8f03e5157080000449ea0c95e82ffe67b6abcdb4298b485/,
    );
    expect(names(observed(packet))).toEqual(['example.com']);
  });

  it('is put together from frames in any order, over datagrams and with other frames between', () => {
    const hello = clientHello('quic.example', ['h3'], 1500);
    const pieces = [0, 1, 2, 3, 4].map((i) =>
      crypto(i * 350, hello.slice(i * 350, Math.min((i + 1) * 350, hello.length))),
    );
    const ack = hex('02 00 00 00 00');
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5, maxLength: 5 }), (order) => {
        const [a, b, c, d, e] = order.map((i) => pieces[i]!);
        const first = initial(concat(a!, [1, 0, 0], b!, ack), { number: 0 });
        const second = initial(concat(c!, d!, [0], e!), { number: 1, size: 1300 });
        expect(names(observed(first, second))).toEqual(['quic.example']);
      }),
      { numRuns: 30 },
    );
  });

  it('is read after an answer changed the connection id, with the keys of the first one', () => {
    const hello = clientHello('quic.example', ['h3'], 1500);
    const first = initial(crypto(0, hello.slice(0, 1000)), { number: 0 });
    const second = initial(crypto(1000, hello.slice(1000)), { number: 1, id: hex('aabbccdd'), keysOf: ID, size: 1200 });
    expect(names(observed(first, second))).toEqual(['quic.example']);
  });

  it('starts anew with the keys of a Retry, and its token', () => {
    const hello = clientHello('quic.example', ['h3'], 1500);
    const first = initial(crypto(0, hello.slice(0, 1000)), { number: 0 });
    const again = { id: hex('0011223344556677'), token: new Uint8Array(20) };
    const second = initial(crypto(0, hello.slice(0, 1000)), { ...again, number: 1 });
    const third = initial(crypto(1000, hello.slice(1000)), { ...again, number: 2 });
    expect(names(observed(first, second, third))).toEqual(['quic.example']);
  });

  it('is read from two packets in one datagram', () => {
    const hello = clientHello('quic.example', ['h3'], 700);
    const first = initial(crypto(0, hello.slice(0, 300)), { number: 0, size: 320 });
    const second = initial(crypto(300, hello.slice(300)), { number: 1, size: 900 });
    expect(names(observed(concat(first, second)))).toEqual(['quic.example']);
  });

  it('is told once for packets that are sent again', () => {
    expect(observed(initial(RFC_FRAME), initial(RFC_FRAME, { number: 3 }))).toHaveLength(1);
  });

  it('is not believed when the packet was changed anywhere', () => {
    const packet = initial(RFC_FRAME);
    fc.assert(
      fc.property(fc.nat(packet.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = packet.slice();
        changed[at]! ^= flip;
        expect(observed(changed)).toEqual([]);
      }),
    );
  });

  it('leaves the packet as it was, also in a Buffer', () => {
    const packet = udp(CLIENT, SERVER, initial(RFC_FRAME));
    packet.bytes = Buffer.from(packet.bytes);
    const before = Buffer.from(packet.bytes).toString('hex');
    expect(names(observe([packet], { crypto: quicCrypto }))).toEqual(['example.com']);
    expect(Buffer.from(packet.bytes).toString('hex')).toBe(before);
  });

  it('needs primitives: without them it is passed over', () => {
    expect(observe([udp(CLIENT, SERVER, initial(RFC_FRAME))])).toEqual([]);
  });

  it('costs a device that sends very many of them at most 256 decryptions a second', () => {
    let opened = 0;
    const counting = { ...quicCrypto, open: () => void opened++ };
    const decoder = new ControlDecoder(() => undefined, { crypto: counting });
    const packet = initial(RFC_FRAME);
    for (let port = 1; port <= 2000; port++) decoder.packet(udp({ ...DEVICE, port }, SERVER, packet));
    expect(opened).toBe(256);
    decoder.packet(udp({ ...DEVICE, mac: '02:00:5e:00:00:77', port: 1 }, SERVER, packet));
    expect(opened).toBe(257);
  });
});
