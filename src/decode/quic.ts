import { clientHelloLength, HANDSHAKE_HEADER, readClientHello } from './hello.ts';
import { mix, u16, u32 } from './octets.ts';
import type { Packet } from './packet.ts';
import type { Sink } from './protocol.ts';
import { clientInitialKeys, type InitialKeys, type QuicCrypto, type QuicVersion, quicVersion } from './quic-keys.ts';
import { directionHash, MAX_STREAM_BYTES, ownerOf, type Stream, StreamTable } from './reassembly.ts';
import { Recent } from './recent.ts';
import { helloObservation } from './tls.ts';

const UDP = 17;
/** A client fills the datagram of its first packets (RFC 9000 §14.1). */
const SMALLEST_INITIAL = 1200;
const LONG_HEADER = 0xc0;
const LONGEST_CONNECTION_ID = 20;
const FIRST_WELL_KNOWN_FREE = 1024;
/** Coalesced packets looked at in one datagram: a client sends Initial, 0-RTT and Handshake. */
const MAX_COALESCED = 4;
/** Packets of one device that are decrypted within a second of observed time: 15 µs each, and browsers need a few dozen. */
const MAX_PER_SECOND = 256;
const BUDGET_SLOTS = 4096;
/** A connection whose hello was told is left alone for this time, ms: clients repeat it for some seconds. */
const TOLD_WINDOW = 30_000;

const FRAME = { padding: 0x00, ping: 0x01, ack: 0x02, ackWithCounts: 0x03, crypto: 0x06 } as const;
/** Acknowledged ranges of one ACK frame; a first flight has one or two. */
const MAX_ACK_RANGES = 64;

type Connection = { keys: InitialKeys };
type Opened = { payload: Uint8Array; keys: InitialKeys };
type LongHeader = { isInitial: boolean; connectionId: Uint8Array; numberAt: number; end: number };

/** A long header of a version whose Initial packets can be read, sent towards a server (RFC 9000 §17.2). */
export function isQuicInitial(packet: Packet): boolean {
  const { bytes, payloadStart: at } = packet;
  if (packet.protocol !== UDP || packet.family === 0 || packet.fragment !== 0) return false;
  if (packet.payloadEnd - at < SMALLEST_INITIAL || bytes[at]! < LONG_HEADER) return false;
  if (packet.sourcePort < FIRST_WELL_KNOWN_FREE && packet.destinationPort >= FIRST_WELL_KNOWN_FREE) return false;
  const version = quicVersion(u32(bytes, at + 1));
  return version !== undefined && ((bytes[at]! >> 4) & 3) === version.initial;
}

/** ClientHellos out of QUIC Initial packets (RFC 9001 §5), put together over packets and datagrams. */
export class QuicReader {
  readonly streams = new StreamTable<Connection>();
  /** Packets not decrypted because their sender sent too many. */
  passedOver = 0;
  private readonly told = new Recent(TOLD_WINDOW);
  private readonly spent = new Uint16Array(BUDGET_SLOTS);
  private second = 0;
  private readonly sink: Sink;
  private readonly crypto: QuicCrypto;

  constructor(sink: Sink, crypto: QuicCrypto) {
    this.sink = sink;
    this.crypto = crypto;
  }

  /** @param packet one that `isQuicInitial` accepts */
  packet(packet: Packet): void {
    const hash = directionHash(packet);
    if (this.told.has(hash, packet.at)) return;
    const version = quicVersion(u32(packet.bytes, packet.payloadStart + 1));
    let at = packet.payloadStart;
    for (let i = 0; i < MAX_COALESCED && version; i++) {
      const header = readLongHeader(packet.bytes, at, packet.payloadEnd, version);
      if (header === undefined) return;
      if (header.isInitial && this.readInitial(packet, hash, version, at, header)) return;
      at = header.end;
    }
  }

  /** True when the hello was told. */
  private readInitial(packet: Packet, hash: number, version: QuicVersion, at: number, header: LongHeader): boolean {
    if (!this.maySpend(packet)) return false;
    const known = this.streams.find(hash, packet);
    const opened = this.open(packet.bytes, at, header, version, known?.extra.keys);
    if (opened === undefined) return false;
    // Other keys than before: a server's Retry made the client start anew (RFC 9001 §5.2).
    if (known && known.extra.keys !== opened.keys) this.streams.close(known);
    const stream = this.streams.find(hash, packet) ?? this.streams.open(hash, packet, { keys: opened.keys });
    if (!readFrames(opened.payload, stream)) {
      this.streams.close(stream);
      return false;
    }
    return this.tell(packet, hash, stream);
  }

  private tell(packet: Packet, hash: number, stream: Stream<Connection>): boolean {
    if (stream.length < HANDSHAKE_HEADER) return false;
    const wanted = clientHelloLength(stream.bytes, 0);
    if (wanted !== 0 && wanted <= MAX_STREAM_BYTES && wanted > stream.length) return false;
    const hello = wanted > stream.length ? undefined : readClientHello(stream.bytes, 0, wanted);
    this.streams.close(stream);
    if (hello === undefined) return false;
    this.told.note(hash, packet.at);
    this.sink(helloObservation(packet, 'udp', hello));
    return true;
  }

  private maySpend(packet: Packet): boolean {
    const second = Math.floor(packet.at / 1000);
    if (second !== this.second) {
      this.second = second;
      this.spent.fill(0);
    }
    const owner = ownerOf(packet);
    const slot = mix((owner | 0) ^ (owner / 0x100000000)) & (BUDGET_SLOTS - 1);
    if (this.spent[slot]! >= MAX_PER_SECOND) {
      this.passedOver++;
      return false;
    }
    this.spent[slot]!++;
    return true;
  }

  /** Tries the keys of the connection, then those that follow from the packet's own connection id. */
  private open(
    bytes: Uint8Array,
    at: number,
    header: LongHeader,
    version: QuicVersion,
    known: InitialKeys | undefined,
  ): Opened | undefined {
    const payload = known && unprotect(this.crypto, known, bytes, at, header);
    if (known && payload) return { payload, keys: known };
    const keys = clientInitialKeys(this.crypto, version, header.connectionId);
    const fresh = unprotect(this.crypto, keys, bytes, at, header);
    return fresh && { payload: fresh, keys };
  }
}

/** RFC 9000 §17.2; `undefined` where the packet does not fit, or has no length (Retry). */
function readLongHeader(bytes: Uint8Array, start: number, end: number, version: QuicVersion): LongHeader | undefined {
  if (start + 7 > end || bytes[start]! < LONG_HEADER || quicVersion(u32(bytes, start + 1)) !== version)
    return undefined;
  const type = (bytes[start]! >> 4) & 3;
  if (type === version.retry) return undefined;
  const idStart = start + 6;
  const idEnd = idStart + bytes[start + 5]!;
  if (idEnd - idStart > LONGEST_CONNECTION_ID || idEnd >= end) return undefined;
  cursor = idEnd + 1 + bytes[idEnd]!;
  if (bytes[idEnd]! > LONGEST_CONNECTION_ID) return undefined;
  const isInitial = type === version.initial;
  if (isInitial) {
    const tokenLength = readVarint(bytes, end);
    if (tokenLength < 0) return undefined;
    cursor += tokenLength;
  }
  const length = readVarint(bytes, end);
  if (length < 0 || cursor + length > end) return undefined;
  return { isInitial, connectionId: bytes.subarray(idStart, idEnd), numberAt: cursor, end: cursor + length };
}

/** Removes header protection and decrypts (RFC 9001 §5.3, §5.4); the packet's own octets stay as they are. */
function unprotect(
  crypto: QuicCrypto,
  keys: InitialKeys,
  bytes: Uint8Array,
  start: number,
  { numberAt, end }: LongHeader,
): Uint8Array | undefined {
  // The sample is taken as if the packet number had four octets (§5.4.2).
  const sampleAt = numberAt + 4;
  if (sampleAt + 16 > end) return undefined;
  const mask = crypto.encryptBlock(keys.headerProtection, bytes.subarray(sampleAt, sampleAt + 16));
  const first = bytes[start]! ^ (mask[0]! & 0x0f);
  const numberLength = (first & 3) + 1;
  // Copies by construction: `slice` of a Node.js Buffer would be a view.
  const header = new Uint8Array(bytes.subarray(start, numberAt + numberLength));
  header[0] = first;
  const nonce = new Uint8Array(keys.iv);
  for (let i = 0; i < numberLength; i++) {
    const octet = bytes[numberAt + i]! ^ mask[1 + i]!;
    header[numberAt - start + i] = octet;
    nonce[nonce.length - numberLength + i]! ^= octet;
  }
  return crypto.open(keys.key, nonce, header, bytes.subarray(numberAt + numberLength, end));
}

/** Hands the CRYPTO frames to the stream (RFC 9000 §19); false where a frame has no place in a client's Initial. */
function readFrames(payload: Uint8Array, stream: Stream<Connection>): boolean {
  cursor = 0;
  while (cursor < payload.length) {
    const type = payload[cursor++]!;
    if (type === FRAME.padding || type === FRAME.ping) continue;
    if (type === FRAME.crypto) {
      const offset = readVarint(payload, payload.length);
      const length = readVarint(payload, payload.length);
      if (offset < 0 || length < 0 || cursor + length > payload.length) return false;
      if (!stream.add(offset, payload, cursor, cursor + length)) return false;
      cursor += length;
    } else if (type === FRAME.ack || type === FRAME.ackWithCounts) {
      if (!skipAck(payload, type === FRAME.ackWithCounts)) return false;
    } else return false;
  }
  return true;
}

function skipAck(payload: Uint8Array, counts: boolean): boolean {
  const end = payload.length;
  if (readVarint(payload, end) < 0 || readVarint(payload, end) < 0) return false;
  const ranges = readVarint(payload, end);
  if (ranges < 0 || ranges > MAX_ACK_RANGES) return false;
  const fields = 1 + 2 * ranges + (counts ? 3 : 0);
  for (let i = 0; i < fields; i++) if (readVarint(payload, end) < 0) return false;
  return true;
}

/** Where `readVarint` reads next. */
let cursor = 0;

/** Variable-length integer (RFC 9000 §16) at the cursor; −1 where it does not fit or is beyond any length here. */
function readVarint(bytes: Uint8Array, end: number): number {
  if (cursor >= end) return -1;
  const first = bytes[cursor]!;
  const size = 1 << (first >> 6);
  if (cursor + size > end) return -1;
  const at = cursor;
  cursor += size;
  if (size === 1) return first;
  if (size === 2) return u16(bytes, at) & 0x3fff;
  const high = u32(bytes, at) & 0x3fffffff;
  if (size === 4) return high;
  return high === 0 ? u32(bytes, at + 4) : -1;
}
