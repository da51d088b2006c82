import { FRAME, type FrameClass, type Packet } from '../packet.ts';

export const PROTOCOL = {
  icmp: 1,
  tcp: 6,
  udp: 17,
  dccp: 33,
  icmp6: 58,
  sctp: 132,
  udpLite: 136,
} as const;

/**
 * Reads ports and flags of the transport header at `offset`. A packet too short for them still is a packet between two
 * hosts: it is counted without ports.
 *
 * @param end where the packet ends on the wire (beyond `frameEnd` where the capture cut it)
 */
export function decodeTransport(p: Packet, offset: number, end: number): FrameClass {
  const captured = Math.min(end, p.frameEnd);
  const length = captured - offset;
  p.sourcePort = 0;
  p.destinationPort = 0;
  p.tcpFlags = 0;
  p.tcpSequence = 0;
  p.portless = p.fragment === 2;
  let header = 0;
  if (p.fragment !== 2) {
    switch (p.protocol) {
      case PROTOCOL.tcp:
        header = decodeTcp(p, offset, length);
        break;
      case PROTOCOL.udp:
      case PROTOCOL.udpLite:
        readPorts(p, offset, length);
        header = 8;
        break;
      case PROTOCOL.sctp:
        readPorts(p, offset, length);
        header = 12;
        break;
      case PROTOCOL.dccp:
        readPorts(p, offset, length);
        header = length > 4 ? 4 * p.bytes[offset + 4]! : 0;
        break;
      case PROTOCOL.icmp:
      case PROTOCOL.icmp6:
        if (length >= 2) p.destinationPort = p.view.getUint16(offset);
        else p.portless = true;
        header = 4;
        break;
    }
  }
  p.payloadStart = Math.min(offset + header, captured);
  p.payloadEnd = captured;
  p.payloadLength = Math.max(0, end - offset - header);
  return FRAME.flow;
}

function readPorts(p: Packet, offset: number, length: number): void {
  if (length < 4) {
    p.portless = true;
    return;
  }
  p.sourcePort = p.view.getUint16(offset);
  p.destinationPort = p.view.getUint16(offset + 2);
}

/** RFC 9293 §3.1. Answers the header's length. */
function decodeTcp(p: Packet, offset: number, length: number): number {
  readPorts(p, offset, length);
  if (length >= 8) p.tcpSequence = p.view.getInt32(offset + 4);
  if (length < 14) return 20;
  p.tcpFlags = p.bytes[offset + 13]!;
  return Math.max(20, (p.bytes[offset + 12]! >>> 4) * 4);
}
