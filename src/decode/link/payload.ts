import { FRAME, type FrameClass, type Packet } from '../packet.ts';

export const ETHERTYPE = {
  ipv4: 0x0800,
  arp: 0x0806,
  ipv6: 0x86dd,
  pppoeSession: 0x8864,
} as const;

/** A frame that holds no IP: its payload is what follows the link header. */
export function localPayload(p: Packet, offset: number): FrameClass {
  p.networkStart = Math.min(offset, p.frameEnd);
  p.payloadStart = p.networkStart;
  p.payloadEnd = p.frameEnd;
  p.payloadLength = Math.max(0, p.frameStart + p.wireLength - offset);
  return FRAME.local;
}
