/**
 * The outside of QUIC version 1: a client's first packet as it really is (RFC 9000 §17.2.2, protected as in RFC 9001 §5),
 * with a TLS ClientHello inside, and later packets that look like the real ones but carry the lab's own few words.
 */
import { createCipheriv, createHmac, randomBytes } from 'node:crypto';

const INITIAL_SALT = Buffer.from('38762cf7f55934b34d179ae6a4c80cadccbb7f0a', 'hex');
const VERSION = 1;
/** A client's first datagram is filled up to this (RFC 9000 §14.1). */
const MIN_DATAGRAM = 1200;
const TAG = 16;
const SAMPLE = 16;
const CRYPTO_FRAME = 0x06;
export const CONNECTION_ID_LENGTH = 8;

/** Keys of one direction's Initial packets. */
export type InitialKeys = { key: Buffer; iv: Buffer; hp: Buffer };

export function clientKeys(destination: Buffer): InitialKeys {
  const initial = createHmac('sha256', INITIAL_SALT).update(destination).digest();
  const client = expand(initial, 'client in', 32);
  return { key: expand(client, 'quic key', 16), iv: expand(client, 'quic iv', 12), hp: expand(client, 'quic hp', 16) };
}

/** The datagram that opens a connection to `serverName`. */
export function clientInitial(serverName: string, destination: Buffer, source: Buffer): Buffer {
  const hello = clientHello(serverName, source);
  const frame = Buffer.concat([Buffer.from([CRYPTO_FRAME, 0]), varint(hello.length), hello]);
  const number = Buffer.from([0, 0, 0, 0]);
  const version = Buffer.alloc(4);
  version.writeUInt32BE(VERSION);
  const start = Buffer.concat([
    Buffer.from([0xc0 | (number.length - 1)]),
    version,
    Buffer.from([destination.length]),
    destination,
    Buffer.from([source.length]),
    source,
    Buffer.from([0]),
  ]);
  const room = MIN_DATAGRAM - start.length - 2 - number.length - TAG;
  const payload = Buffer.concat([frame, Buffer.alloc(Math.max(0, room - frame.length))]);
  const header = Buffer.concat([start, varint(number.length + payload.length + TAG, 2), number]);
  return protect(header, number, payload, clientKeys(destination));
}

/** A 1-RTT packet as seen from outside: short header, then bytes that tell nothing; `word` hides in the first eight. */
export function shortPacket(destination: Buffer, word: number, length: number): Buffer {
  const packet = randomBytes(Math.max(length, 1 + CONNECTION_ID_LENGTH + 8));
  packet[0] = 0x40 | (packet[0]! & 0x3f);
  packet.set(destination, 1);
  packet.writeDoubleBE(word, 1 + CONNECTION_ID_LENGTH);
  return packet;
}

/** The word in a short packet; undefined if it is none. */
export function shortWord(packet: Buffer): number | undefined {
  if (packet.length < 1 + CONNECTION_ID_LENGTH + 8 || (packet[0]! & 0xc0) !== 0x40) return undefined;
  return packet.readDoubleBE(1 + CONNECTION_ID_LENGTH);
}

/** The source connection id of a version 1 Initial; undefined for anything else. */
export function initialSource(packet: Buffer): Buffer | undefined {
  if (packet.length < MIN_DATAGRAM || (packet[0]! & 0xf0) !== 0xc0 || packet.readUInt32BE(1) !== VERSION)
    return undefined;
  const at = 6 + packet[5]!;
  const length = packet[at] ?? 0;
  return length === CONNECTION_ID_LENGTH ? packet.subarray(at + 1, at + 1 + length) : undefined;
}

function protect(header: Buffer, number: Buffer, payload: Buffer, keys: InitialKeys): Buffer {
  const nonce = Buffer.from(keys.iv);
  number.forEach((byte, i) => {
    nonce[nonce.length - number.length + i]! ^= byte;
  });
  const seal = createCipheriv('aes-128-gcm', keys.key, nonce).setAAD(header);
  const sealed = Buffer.concat([seal.update(payload), seal.final(), seal.getAuthTag()]);
  const packet = Buffer.concat([header, sealed]);
  const at = header.length - number.length;
  const mask = createCipheriv('aes-128-ecb', keys.hp, null).update(packet.subarray(at + 4, at + 4 + SAMPLE));
  packet[0]! ^= mask[0]! & 0x0f;
  for (let i = 0; i < number.length; i++) packet[at + i]! ^= mask[i + 1]!;
  return packet;
}

/** HKDF-Expand-Label of TLS 1.3 with an empty context (RFC 8446 §7.1). */
function expand(secret: Buffer, label: string, length: number): Buffer {
  const full = Buffer.from(`tls13 ${label}`);
  const info = Buffer.concat([Buffer.from([length >> 8, length & 255, full.length]), full, Buffer.from([0])]);
  const blocks: Buffer[] = [];
  for (let n = 1, last = Buffer.alloc(0); n <= Math.ceil(length / 32); n++) {
    last = createHmac('sha256', secret)
      .update(Buffer.concat([last, info, Buffer.from([n])]))
      .digest();
    blocks.push(last);
  }
  return Buffer.concat(blocks).subarray(0, length);
}

/** A TLS 1.3 ClientHello (RFC 8446 §4.1.2) that offers `h3`. */
function clientHello(serverName: string, source: Buffer): Buffer {
  const name = Buffer.from(serverName);
  const extensions = Buffer.concat([
    extension(0, vector(2, Buffer.concat([Buffer.from([0]), vector(2, name)]))),
    extension(10, vector(2, Buffer.from('001d0017', 'hex'))),
    extension(13, vector(2, Buffer.from('040308040401', 'hex'))),
    extension(16, vector(2, vector(1, Buffer.from('h3')))),
    extension(43, vector(1, Buffer.from('0304', 'hex'))),
    extension(45, vector(1, Buffer.from([1]))),
    extension(51, vector(2, Buffer.concat([Buffer.from('001d', 'hex'), vector(2, randomBytes(32))]))),
    extension(57, Buffer.concat([Buffer.from([0x0f]), varint(source.length), source])),
  ]);
  const body = Buffer.concat([
    Buffer.from('0303', 'hex'),
    randomBytes(32),
    vector(1, Buffer.alloc(0)),
    vector(2, Buffer.from('130113021303', 'hex')),
    vector(1, Buffer.from([0])),
    vector(2, extensions),
  ]);
  return Buffer.concat([Buffer.from([1]), vector(3, body)]);
}

function extension(type: number, data: Buffer): Buffer {
  return Buffer.concat([Buffer.from([type >> 8, type & 255]), vector(2, data)]);
}

/** Bytes after their own length in `size` bytes. */
function vector(size: number, data: Buffer): Buffer {
  const length = Buffer.alloc(size);
  length.writeUIntBE(data.length, 0, size);
  return Buffer.concat([length, data]);
}

/** RFC 9000 §16, in two bytes where one would do if `size` is 2. */
function varint(value: number, size = value < 64 ? 1 : 2): Buffer {
  const bytes = Buffer.alloc(size);
  bytes.writeUIntBE(value, 0, size);
  bytes[0]! |= size === 2 ? 0x40 : 0;
  return bytes;
}
