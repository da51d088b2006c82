import type { MappingObservation } from '../model/observation.ts';
import { destinationEndpoint, sourceEndpoint, u16, u32 } from './octets.ts';
import { isFromLink } from './on-link.ts';
import type { Packet } from './packet.ts';
import type { Protocol } from './protocol.ts';

const PORT = 5351;
const NAT_PMP = 0;
const PCP = 2;
const RESPONSE = 0x80;
const SUCCESS = 0;
const TCP = 6;
const UDP = 17;

/** NAT-PMP's opcodes (RFC 6886 §3.3), and PCP's for MAP (RFC 6887 §11). */
const MAP_UDP = 1;
const MAP_TCP = 2;
const PCP_MAP = 1;

/** Lengths of responses: NAT-PMP's mapping, PCP's header and its MAP body. */
const NAT_PMP_LENGTH = 16;
const PCP_HEADER = 24;
const PCP_LENGTH = 60;

/**
 * What a gateway grants to those who ask it for a way in: NAT-PMP (RFC 6886) and PCP (RFC 6887), told from the gateway's
 * answers, so that what it refused is not told. An answer from beyond the home is none (RFC 6886 §3.1).
 */
export const portMapping: Protocol = {
  name: 'port-mapping',
  udpPorts: [PORT],
  start: (sink) => (packet) => {
    const { bytes, payloadStart: at, payloadEnd: end } = packet;
    if (packet.sourcePort !== PORT || end - at < NAT_PMP_LENGTH || !isFromLink(packet)) return;
    if (bytes[at] === NAT_PMP) natPmp(bytes, at, packet, sink);
    else if (bytes[at] === PCP && end - at >= PCP_LENGTH) pcp(bytes, at, packet, sink);
  },
};

type Tell = (observation: MappingObservation) => void;

function natPmp(bytes: Uint8Array, at: number, packet: Packet, tell: Tell): void {
  const opcode = bytes[at + 1]! - RESPONSE;
  if ((opcode !== MAP_UDP && opcode !== MAP_TCP) || u16(bytes, at + 2) !== SUCCESS) return;
  tell({
    ...ends(packet, 'nat-pmp'),
    protocol: opcode === MAP_TCP ? 'tcp' : 'udp',
    internalPort: u16(bytes, at + 8),
    externalPort: u16(bytes, at + 10),
    lifetime: u32(bytes, at + 12),
  });
}

function pcp(bytes: Uint8Array, at: number, packet: Packet, tell: Tell): void {
  if (bytes[at + 1] !== RESPONSE + PCP_MAP || bytes[at + 3] !== SUCCESS) return;
  const map = at + PCP_HEADER;
  const protocol = bytes[map + 12]!;
  if (protocol !== TCP && protocol !== UDP) return;
  tell({
    ...ends(packet, 'pcp'),
    protocol: protocol === TCP ? 'tcp' : 'udp',
    internalPort: u16(bytes, map + 16),
    externalPort: u16(bytes, map + 18),
    lifetime: u32(bytes, at + 4),
  });
}

function ends(packet: Packet, via: MappingObservation['via']) {
  const [client, gateway] = [destinationEndpoint(packet), sourceEndpoint(packet)];
  return { kind: 'mapping', at: packet.at, client, gateway, via, granted: true } as const;
}
