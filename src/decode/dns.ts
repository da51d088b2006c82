import type { DnsAnswer } from '../model/observation.ts';
import { DnsReader, TYPE } from './dns-reader.ts';
import { destinationEndpoint, sourceEndpoint, u16, v4At, v6At } from './octets.ts';
import type { Packet } from './packet.ts';
import { FINISHED, type Protocol, type Sink, type StreamProtocol } from './protocol.ts';

const DNS_PORT = 53;
/** Answers kept of one message: resolvers send a handful, the largest round-robin sets a few dozen. */
const MAX_ANSWERS = 64;
/** Records looked at in one message, kept or not: bounds the work that a message of 64 kB can cause. */
const MAX_RECORDS = 256;

const RESPONSE = 0x8000;
const OPCODE = 0x7800;
const RCODE = 0x000f;
const CLASS_INTERNET = 1;
const LENGTH_PREFIX = 2;
const SHORTEST_MESSAGE = 17;

const reader = new DnsReader();

/** DNS over UDP (RFC 1035 §4.2.1). */
export const dns: Protocol = {
  name: 'dns',
  udpPorts: [DNS_PORT],
  start: (sink) => (packet) =>
    readMessage(packet.bytes, packet.payloadStart, packet.payloadEnd, packet.payloadLength, packet, sink),
};

/** DNS over TCP: messages behind a length of two octets (RFC 1035 §4.2.2, RFC 7766). */
export const dnsOverTcp: StreamProtocol = {
  name: 'dns-tcp',
  ports: [DNS_PORT],
  begins: () => true,
  read(bytes, start, end, packet, sink) {
    let at = start;
    while (at + LENGTH_PREFIX <= end) {
      const length = u16(bytes, at);
      if (length < SHORTEST_MESSAGE) return FINISHED;
      const messageEnd = at + LENGTH_PREFIX + length;
      if (messageEnd > end) break;
      if (!readMessage(bytes, at + LENGTH_PREFIX, messageEnd, length, packet, sink)) return FINISHED;
      at = messageEnd;
    }
    return at - start;
  },
};

/**
 * One message with one question. A message that the capture cut short tells the answers that are there; a whole message
 * that breaks a rule tells nothing.
 *
 * @param size octets of the message on the wire
 * @returns whether it was a message that can be told of
 */
function readMessage(bytes: Uint8Array, start: number, end: number, size: number, packet: Packet, sink: Sink): boolean {
  if (!reader.open(bytes, start, end)) return false;
  const flags = reader.flags;
  const response = (flags & RESPONSE) !== 0;
  if ((flags & OPCODE) !== 0 || reader.questions !== 1) return false;
  if ((response ? packet.sourcePort : packet.destinationPort) !== DNS_PORT) return false;
  const name = reader.name();
  if (name === undefined || reader.at + 4 > end) return false;
  const type = u16(bytes, reader.at);
  reader.at += 4;
  const answers: DnsAnswer[] = [];
  if (response && !readAnswers(answers) && end - start >= size && packet.fragment === 0) return false;
  sink({
    kind: 'dns',
    at: packet.at,
    client: response ? destinationEndpoint(packet) : sourceEndpoint(packet),
    server: response ? sourceEndpoint(packet) : destinationEndpoint(packet),
    response,
    name,
    type,
    rcode: response ? flags & RCODE : 0,
    size,
    answers,
  });
  return true;
}

/** False where the message ends or breaks a rule within its answers. */
function readAnswers(answers: DnsAnswer[]): boolean {
  const records = Math.min(reader.answers, MAX_RECORDS);
  for (let i = 0; i < records && answers.length < MAX_ANSWERS; i++) {
    const name = reader.name();
    if (name === undefined || !reader.record()) return false;
    if (reader.class !== CLASS_INTERNET) continue;
    const length = reader.dataEnd - reader.dataStart;
    if (reader.type === TYPE.A) {
      if (length !== 4) return false;
      answers.push({ type: 'A', name, ttl: reader.ttl, address: v4At(reader.bytes, reader.dataStart) });
    } else if (reader.type === TYPE.AAAA) {
      if (length !== 16) return false;
      answers.push({ type: 'AAAA', name, ttl: reader.ttl, address: v6At(reader.bytes, reader.dataStart) });
    } else if (reader.type === TYPE.CNAME) {
      const target = reader.dataName();
      if (target === undefined) return false;
      answers.push({ type: 'CNAME', name, ttl: reader.ttl, target });
    }
  }
  return true;
}
