import type { HelloObservation } from '../model/observation.ts';
import { type ClientHello, clientHelloLength, HANDSHAKE_HEADER, readClientHello } from './hello.ts';
import { destinationEndpoint, sourceEndpoint, u16 } from './octets.ts';
import type { Packet } from './packet.ts';
import { FINISHED, NOBODY, type StreamProtocol } from './protocol.ts';
import { MAX_STREAM_BYTES } from './reassembly.ts';

const HANDSHAKE = 22;
const RECORD_HEADER = 5;
const MAJOR_VERSION = 3;
const NEED_MORE = 0;

/** A handshake message that several records hold, put together. */
const gathered = new Uint8Array(MAX_STREAM_BYTES);

/**
 * ClientHello over TCP on any port (RFC 8446 §5.1): known by its first octets, put together from as many segments and records
 * as it takes.
 */
export const tls: StreamProtocol = {
  name: 'tls',
  firstOctets: [HANDSHAKE],
  begins(bytes, at, end) {
    if (end - at < RECORD_HEADER + HANDSHAKE_HEADER) return end - at > 2 && bytes[at + 1] === MAJOR_VERSION;
    return bytes[at + 1] === MAJOR_VERSION && bytes[at + 2]! <= 4 && clientHelloLength(bytes, at + RECORD_HEADER) > 0;
  },
  read(bytes, start, end, packet, sink) {
    const cut = packet.payloadEnd - packet.payloadStart < packet.payloadLength;
    const hello = readRecords(bytes, start, end, cut, sink === NOBODY ? passOver : readClientHello);
    if (hello === NEED_MORE) return cut ? FINISHED : NEED_MORE;
    if (hello) sink(helloObservation(packet, 'tcp', hello));
    return FINISHED;
  },
  readCut(bytes, start, end, packet, sink) {
    const hello = readCutHello(bytes, start + RECORD_HEADER, end);
    if (hello) sink(helloObservation(packet, 'tcp', hello));
  },
};

export function helloObservation(packet: Packet, protocol: 'tcp' | 'udp', hello: ClientHello): HelloObservation {
  return {
    kind: 'hello',
    at: packet.at,
    client: sourceEndpoint(packet),
    server: destinationEndpoint(packet),
    protocol,
    clientPort: packet.sourcePort,
    serverPort: packet.destinationPort,
    ...hello,
  };
}

function readRecords(
  bytes: Uint8Array,
  start: number,
  end: number,
  cut: boolean,
  read: typeof readClientHello,
): ClientHello | typeof NEED_MORE | undefined {
  let length = 0;
  for (let at = start; at + RECORD_HEADER <= end; ) {
    if (bytes[at] !== HANDSHAKE || bytes[at + 1] !== MAJOR_VERSION) return undefined;
    const body = at + RECORD_HEADER;
    const next = body + u16(bytes, at + 3);
    const wanted = length === 0 ? wantedLength(bytes, body, Math.min(next, end)) : wantedLength(gathered, 0, length);
    if (wanted > MAX_STREAM_BYTES || wanted < 0 || next === body) return undefined;
    // The ordinary hello lies in one record: it is read where it is.
    if (length === 0 && wanted > 0 && body + wanted <= Math.min(next, end)) return read(bytes, body, body + wanted);
    if (length === 0 && cut && next > end) return readCutHello(bytes, body, end);
    if (next > end) return NEED_MORE;
    if (length + next - body > MAX_STREAM_BYTES) return undefined;
    gathered.set(bytes.subarray(body, next), length);
    length += next - body;
    const complete = wantedLength(gathered, 0, length);
    if (complete < 0) return undefined;
    if (complete > 0 && complete <= length) return read(gathered, 0, complete);
    at = next;
  }
  return NEED_MORE;
}

/** Octets that the message needs; 0 where its header is not yet there, −1 where it is no ClientHello. */
function wantedLength(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < HANDSHAKE_HEADER) return 0;
  return clientHelloLength(bytes, start) || -1;
}

/** From a capture that keeps only the beginning of packets, a hello is worth telling only with a name. */
function readCutHello(bytes: Uint8Array, start: number, end: number): ClientHello | undefined {
  const hello = readClientHello(bytes, start, end);
  return hello?.serverName === undefined ? undefined : hello;
}

/** In the place of reading a hello that nobody is told of: where it ends was found without it. */
function passOver(): undefined {
  return undefined;
}
