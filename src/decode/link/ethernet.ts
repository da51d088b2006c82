import { decodeIpv4 } from '../network/ipv4.ts';
import { decodeIpv6 } from '../network/ipv6.ts';
import { type FrameClass, type Packet, skip, TRUNCATED } from '../packet.ts';
import { ETHERTYPE, localPayload } from './payload.ts';
import { decodePppoe } from './pppoe.ts';

const SNAP = 0xaaaa;
/** Below this the field is a length, and an LLC header follows (IEEE 802.3 §3.2.6). */
const SMALLEST_ETHERTYPE = 0x600;

/** IEEE 802.3 and DIX frames. */
export function decodeEthernet(p: Packet, offset: number): FrameClass {
  if (offset + 14 > p.frameEnd) return skip(p, TRUNCATED);
  const { view } = p;
  p.destinationMacHigh = view.getUint16(offset);
  p.destinationMacLow = view.getInt32(offset + 2);
  p.sourceMacHigh = view.getUint16(offset + 6);
  p.sourceMacLow = view.getInt32(offset + 8);
  const type = view.getUint16(offset + 12);
  return type < SMALLEST_ETHERTYPE ? decodeLlc(p, offset + 14) : decodeEtherType(p, type, offset + 14);
}

/** What follows an EtherType, through VLAN tags of any depth that the frame holds (IEEE 802.1Q, 802.1ad). */
export function decodeEtherType(p: Packet, type: number, offset: number): FrameClass {
  while (isVlanTag(type)) {
    if (offset + 4 > p.frameEnd) return skip(p, TRUNCATED);
    type = p.view.getUint16(offset + 2);
    offset += 4;
  }
  p.etherType = type;
  if (type === ETHERTYPE.ipv4) return decodeIpv4(p, offset);
  if (type === ETHERTYPE.ipv6) return decodeIpv6(p, offset);
  if (type === ETHERTYPE.pppoeSession) return decodePppoe(p, offset);
  if (type < SMALLEST_ETHERTYPE && type > 0) return decodeLlc(p, offset);
  return localPayload(p, offset);
}

/** IEEE 802.2 LLC; with a SNAP header the EtherType is in it (RFC 1042). */
export function decodeLlc(p: Packet, offset: number): FrameClass {
  p.etherType = 0;
  if (offset + 8 > p.frameEnd || p.view.getUint16(offset) !== SNAP) return localPayload(p, offset);
  const type = p.view.getUint16(offset + 6);
  return type < SMALLEST_ETHERTYPE ? localPayload(p, offset + 8) : decodeEtherType(p, type, offset + 8);
}

function isVlanTag(type: number): boolean {
  return type === 0x8100 || type === 0x88a8 || type === 0x9100 || type === 0x9200;
}
