import { dnsOverTcp } from './dns.ts';
import type { Packet } from './packet.ts';
import { FINISHED, type Sink, type StreamProtocol } from './protocol.ts';
import { directionHash, MAX_STREAM_BYTES, type Stream, StreamTable } from './reassembly.ts';
import { Recent } from './recent.ts';
import { tls } from './tls.ts';
import { upnpMapping } from './upnp-mapping.ts';
import { bittorrent, irc, stratum } from './words.ts';

/** Protocols over TCP. To add one: a file, its test, a name here. */
const STREAM_PROTOCOLS: readonly StreamProtocol[] = [dnsOverTcp, tls, stratum, irc, bittorrent, upnpMapping];

/** Which protocol of the list a port or first octet speaks for: its index plus one, 0 for none. */
const BY_PORT = new Uint8Array(65_536);
const BY_FIRST_OCTET = new Uint8Array(256);
STREAM_PROTOCOLS.forEach((protocol, i) => {
  for (const port of protocol.ports ?? []) BY_PORT[port] = i + 1;
  for (const octet of protocol.firstOctets ?? []) BY_FIRST_OCTET[octet] = i + 1;
});

const SYN = 2;
/** Connections whose first octets are awaited; direct-mapped, a newer one takes an older one's place. A power of two. */
const AWAITED = 8192;
/** A segment sent again within this time tells nothing new, ms. */
const RETRANSMISSION = 60_000;

/** Octets by which every protocol here can be recognised. */
const ENOUGH_TO_TELL = 6;

type Reading = { protocol?: StreamProtocol | undefined; base: number };

/**
 * Messages out of TCP segments. A message that begins and ends in one segment is read where it lies. Only what continues in
 * the next segment is kept, and what arrives before the first segment of a connection whose SYN was seen.
 */
export class TcpReader {
  readonly streams = new StreamTable<Reading>();
  private readonly told = new Recent(RETRANSMISSION);
  private readonly awaitedHash = new Uint32Array(AWAITED);
  private readonly awaitedSequence = new Int32Array(AWAITED);
  private readonly sink: Sink;
  private readonly filtered: boolean;

  /** @param filtered a segment that others overtook never comes */
  constructor(sink: Sink, filtered = false) {
    this.sink = sink;
    this.filtered = filtered;
  }

  /** Whether the segment could begin or continue a message: a few comparisons. */
  wants(packet: Packet): boolean {
    if ((packet.tcpFlags & SYN) !== 0) return true;
    if (packet.payloadStart === packet.payloadEnd) return false;
    const hash = directionHash(packet);
    return this.isAwaited(hash) || this.streams.mayHold(hash) || startsMessage(packet) !== undefined;
  }

  packet(packet: Packet): void {
    const hash = directionHash(packet);
    if ((packet.tcpFlags & SYN) !== 0) this.await(hash, packet.tcpSequence + 1);
    else if (packet.payloadStart < packet.payloadEnd && packet.fragment === 0) this.segment(hash, packet);
  }

  private segment(hash: number, packet: Packet): void {
    const stream = this.streams.find(hash, packet) ?? this.openForEarly(hash, packet);
    if (stream) {
      this.resume(stream, packet);
      return;
    }
    const protocol = startsMessage(packet);
    if (protocol) this.begin(protocol, hash, packet);
  }

  /** A stream for a segment that overtook the first one of its connection. */
  private openForEarly(hash: number, packet: Packet): Stream<Reading> | undefined {
    if (!this.isAwaited(hash)) return undefined;
    const slot = hash & (AWAITED - 1);
    const first = this.awaitedSequence[slot]!;
    const early = (packet.tcpSequence - first) | 0;
    this.awaitedHash[slot] = 0;
    return early > 0 && early < MAX_STREAM_BYTES ? this.streams.open(hash, packet, { base: first }) : undefined;
  }

  private await(hash: number, sequence: number): void {
    this.awaitedHash[hash & (AWAITED - 1)] = hash;
    this.awaitedSequence[hash & (AWAITED - 1)] = sequence;
  }

  private isAwaited(hash: number): boolean {
    return hash !== 0 && this.awaitedHash[hash & (AWAITED - 1)] === hash;
  }

  private begin(protocol: StreamProtocol, hash: number, packet: Packet): void {
    if (this.isRepeated(hash, packet)) return;
    const { bytes, payloadStart, payloadEnd } = packet;
    const done = protocol.read(bytes, payloadStart, payloadEnd, packet, this.sink);
    const rest = payloadStart + done;
    if (done === FINISHED || rest >= payloadEnd) return;
    const stream = this.streams.open(hash, packet, { protocol, base: packet.tcpSequence + done });
    if (!stream.add(0, bytes, rest, payloadEnd)) this.streams.close(stream);
  }

  private isRepeated(hash: number, packet: Packet): boolean {
    const tag = hash ^ packet.tcpSequence;
    if (this.told.has(tag, packet.at)) return true;
    this.told.note(tag, packet.at);
    return false;
  }

  private resume(stream: Stream<Reading>, packet: Packet): void {
    const offset = (packet.tcpSequence - stream.extra.base) | 0;
    const { bytes, payloadStart, payloadEnd } = packet;
    // Octets before the stream's begin were read already; a segment that only repeats them is no harm.
    const skipped = Math.max(0, -offset);
    if (skipped >= payloadEnd - payloadStart) return;
    const fits = stream.add(Math.max(0, offset), bytes, payloadStart + skipped, payloadEnd);
    if (!fits) this.streams.close(stream);
    else if (stream.length > 0) this.read(stream, packet);
  }

  private read(stream: Stream<Reading>, packet: Packet): void {
    const { extra } = stream;
    // A hello's first six octets decide; a stream that early segments opened may still lack them.
    if (stream.length < ENOUGH_TO_TELL) return;
    extra.protocol ??= protocolOf(stream.bytes, 0, stream.length, packet);
    const done = extra.protocol ? extra.protocol.read(stream.bytes, 0, stream.length, packet, this.sink) : FINISHED;
    if (done === FINISHED || done === stream.length) this.streams.close(stream);
    else if (done === 0 && this.filtered && stream.hasGap && extra.protocol?.readCut) {
      extra.protocol.readCut(stream.bytes, 0, stream.length, packet, this.sink);
      this.streams.close(stream);
    } else {
      stream.discard(done);
      extra.base += done;
    }
  }
}

function startsMessage(packet: Packet): StreamProtocol | undefined {
  return protocolOf(packet.bytes, packet.payloadStart, packet.payloadEnd, packet);
}

function protocolOf(bytes: Uint8Array, start: number, end: number, packet: Packet): StreamProtocol | undefined {
  const spoken = BY_PORT[packet.destinationPort] || BY_PORT[packet.sourcePort] || BY_FIRST_OCTET[bytes[start]!]!;
  if (spoken === 0) return undefined;
  const protocol = STREAM_PROTOCOLS[spoken - 1]!;
  return protocol.begins(bytes, start, end) ? protocol : undefined;
}
