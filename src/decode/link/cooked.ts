import { type FrameClass, type Packet, skip, TRUNCATED } from '../packet.ts';
import { decodeEtherType, decodeLlc } from './ethernet.ts';

/** Instead of an EtherType: an 802.2 frame (linux/if_ether.h, ETH_P_802_2). */
const ETH_P_802_2 = 4;

/** Linux "any" device, version 1: only the sender's hardware address is known. */
export function decodeCooked1(p: Packet, offset: number): FrameClass {
  if (offset + 16 > p.frameEnd) return skip(p, TRUNCATED);
  if (p.view.getUint16(offset + 4) === 6) readSender(p, offset + 6);
  return decodeProtocol(p, p.view.getUint16(offset + 14), offset + 16);
}

/** Version 2, with the interface and the protocol first. */
export function decodeCooked2(p: Packet, offset: number): FrameClass {
  if (offset + 20 > p.frameEnd) return skip(p, TRUNCATED);
  if (p.bytes[offset + 11] === 6) readSender(p, offset + 12);
  return decodeProtocol(p, p.view.getUint16(offset), offset + 20);
}

function decodeProtocol(p: Packet, protocol: number, offset: number): FrameClass {
  return protocol === ETH_P_802_2 ? decodeLlc(p, offset) : decodeEtherType(p, protocol, offset);
}

function readSender(p: Packet, offset: number): void {
  p.sourceMacHigh = p.view.getUint16(offset);
  p.sourceMacLow = p.view.getInt32(offset + 2);
}
