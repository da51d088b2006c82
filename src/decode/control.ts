import { arp } from './arp.ts';
import { dhcp4 } from './dhcp4.ts';
import { dhcp6 } from './dhcp6.ts';
import { dns } from './dns.ts';
import { llmnr } from './llmnr.ts';
import { mdns } from './mdns.ts';
import { nbns } from './nbns.ts';
import { ndp } from './ndp.ts';
import type { Packet } from './packet.ts';
import { portMapping } from './port-mapping.ts';
import type { DecoderOptions, PacketDecoder, Protocol, Sink } from './protocol.ts';
import { isQuicInitial, QuicReader } from './quic.ts';
import { ssdp } from './ssdp.ts';
import { TcpReader } from './tcp.ts';

/** The control protocols recognised by header fields. To add one: a file, its test, a line here. */
export const PROTOCOLS: readonly Protocol[] = [dns, arp, ndp, dhcp4, dhcp6, mdns, llmnr, nbns, ssdp, portMapping];

const TCP = 6;
const UDP = 17;
const ICMPV6 = 58;
const SYN = 2;

/** Which protocol of the list claims a number: its index plus one, 0 for none. */
const BY_UDP_PORT = new Uint8Array(65_536);
const BY_ICMPV6_TYPE = new Uint8Array(256);
const BY_ETHERTYPE = new Uint8Array(65_536);
PROTOCOLS.forEach((protocol, i) => {
  for (const port of protocol.udpPorts ?? []) BY_UDP_PORT[port] = i + 1;
  for (const type of protocol.icmpv6Types ?? []) BY_ICMPV6_TYPE[type] = i + 1;
  for (const type of protocol.etherTypes ?? []) BY_ETHERTYPE[type] = i + 1;
});

/** Index of the protocol that claims the packet, plus one. The service's port is looked at before the client's. */
function claimant(packet: Packet): number {
  if (packet.family === 0) return BY_ETHERTYPE[packet.etherType]!;
  if (packet.fragment === 2) return 0;
  if (packet.protocol === UDP) return BY_UDP_PORT[packet.destinationPort] || BY_UDP_PORT[packet.sourcePort]!;
  if (packet.protocol === ICMPV6) return BY_ICMPV6_TYPE[packet.destinationPort >>> 8]!;
  return 0;
}

/**
 * Whether a `ControlDecoder` may have something to do with the packet: a few comparisons, without state. True for every TCP
 * segment with data, since any may continue a hello; `ControlDecoder.wants` is exact there.
 */
export function wantsControl(packet: Packet): boolean {
  if (packet.protocol === TCP && packet.family !== 0) {
    return packet.payloadEnd > packet.payloadStart || (packet.tcpFlags & SYN) !== 0;
  }
  return claimant(packet) !== 0 || isQuicInitial(packet);
}

/**
 * Control packets into observations. Hostile octets are ordinary: what breaks a rule tells nothing. Keeps nothing of a
 * packet's buffer; all state is bounded (reassembly.ts, recent.ts, quic.ts).
 */
export class ControlDecoder {
  /** Exceptions by protocol: mistakes in a decoder, never a peer's doing. */
  readonly faults: Record<string, number> = {};
  private readonly decoders: readonly PacketDecoder[];
  private readonly tcp: TcpReader;
  private readonly quic: QuicReader | undefined;

  constructor(sink: Sink, options: DecoderOptions = {}) {
    this.decoders = PROTOCOLS.map((protocol) => protocol.start(sink, options));
    this.tcp = new TcpReader(sink, options.filtered);
    this.quic = options.crypto && new QuicReader(sink, options.crypto);
  }

  /** Whether `packet` would do anything with this packet now; depends on what came before. */
  wants(packet: Packet): boolean {
    if (packet.protocol === TCP && packet.family !== 0) return this.tcp.wants(packet);
    return claimant(packet) !== 0 || (this.quic !== undefined && isQuicInitial(packet));
  }

  /** Tells what the packet says to the sink, at once. Never throws. */
  packet(packet: Packet): void {
    const isTcp = packet.protocol === TCP && packet.family !== 0;
    const claimed = isTcp ? 0 : claimant(packet);
    try {
      if (isTcp) this.tcp.packet(packet);
      else if (claimed !== 0) this.decoders[claimed - 1]!(packet);
      else if (isQuicInitial(packet)) this.quic?.packet(packet);
    } catch {
      const name = isTcp ? 'tcp' : (PROTOCOLS[claimed - 1]?.name ?? 'quic');
      this.faults[name] = (this.faults[name] ?? 0) + 1;
    }
  }

  /** Streams given up before they told anything: hellos and messages that never came to their end, or too many at once. */
  get abandoned(): number {
    return this.tcp.streams.evicted + (this.quic?.streams.evicted ?? 0);
  }
}
