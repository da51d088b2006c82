import { type FrameClass, type Packet, skip, TRUNCATED } from '../packet.ts';
import { decodeEtherType } from './ethernet.ts';
import { decodePppProtocol } from './pppoe.ts';

const CISCO_UNICAST = 0x0f;
const CISCO_MULTICAST = 0x8f;

/** PPP with or without its HDLC address and control bytes (RFC 1662 §3.1); Cisco's framing where the link may mix both. */
export function decodePpp(p: Packet, offset: number): FrameClass {
  if (offset + 2 > p.frameEnd) return skip(p, TRUNCATED);
  const first = p.bytes[offset]!;
  if (first === CISCO_UNICAST || first === CISCO_MULTICAST) return decodeCiscoHdlc(p, offset);
  return decodePppProtocol(p, first === 0xff && p.bytes[offset + 1] === 3 ? offset + 2 : offset);
}

/** Cisco HDLC: address, control, EtherType. */
export function decodeCiscoHdlc(p: Packet, offset: number): FrameClass {
  if (offset + 4 > p.frameEnd) return skip(p, TRUNCATED);
  return decodeEtherType(p, p.view.getUint16(offset + 2), offset + 4);
}
