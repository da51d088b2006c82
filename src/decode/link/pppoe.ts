import { decodeIpv4 } from '../network/ipv4.ts';
import { decodeIpv6 } from '../network/ipv6.ts';
import { type FrameClass, type Packet, skip, TRUNCATED } from '../packet.ts';
import { ETHERTYPE, localPayload } from './payload.ts';

const PPP_IPV4 = 0x0021;
const PPP_IPV6 = 0x0057;

/** PPPoE session stage (RFC 2516 §4). */
export function decodePppoe(p: Packet, offset: number): FrameClass {
  if (offset + 8 > p.frameEnd) return skip(p, TRUNCATED);
  if (p.bytes[offset + 1] !== 0) return localPayload(p, offset);
  return decodePppProtocol(p, offset + 6);
}

/** The protocol field, one byte if compressed (RFC 1661 §2, §6.5), and what follows. */
export function decodePppProtocol(p: Packet, offset: number): FrameClass {
  if (offset >= p.frameEnd) return skip(p, TRUNCATED);
  let protocol = p.bytes[offset++]!;
  if ((protocol & 1) === 0) {
    if (offset >= p.frameEnd) return skip(p, TRUNCATED);
    protocol = protocol * 256 + p.bytes[offset++]!;
  }
  if (protocol === PPP_IPV4) {
    p.etherType = ETHERTYPE.ipv4;
    return decodeIpv4(p, offset);
  }
  if (protocol === PPP_IPV6) {
    p.etherType = ETHERTYPE.ipv6;
    return decodeIpv6(p, offset);
  }
  return localPayload(p, offset);
}
