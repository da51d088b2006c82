import { V4_MAPPED } from '../../model/address.ts';
import { BAD_IP, type FrameClass, type Packet, skip, TRUNCATED } from '../packet.ts';
import { decodeTransport } from './transport.ts';

/** IPv4 with options and fragments (RFC 791 §3.1). */
export function decodeIpv4(p: Packet, offset: number): FrameClass {
  if (offset + 20 > p.frameEnd) return skip(p, TRUNCATED);
  const { bytes, view } = p;
  const first = bytes[offset]!;
  const header = (first & 15) * 4;
  if (first >>> 4 !== 4 || header < 20) return skip(p, BAD_IP);
  const wireEnd = p.frameStart + p.wireLength;
  // Segmentation offload leaves the length zero in packets captured on the sending host.
  const total = view.getUint16(offset + 2) || wireEnd - offset;
  if (total < header) return skip(p, BAD_IP);

  p.family = 4;
  p.networkStart = offset;
  p.source0 = 0;
  p.source1 = 0;
  p.source2 = V4_MAPPED;
  p.source3 = view.getInt32(offset + 12);
  p.destination0 = 0;
  p.destination1 = 0;
  p.destination2 = V4_MAPPED;
  p.destination3 = view.getInt32(offset + 16);
  p.protocol = bytes[offset + 9]!;
  p.ttl = bytes[offset + 8]!;
  const fragment = view.getUint16(offset + 6) & 0x3fff;
  p.fragment = fragment === 0 ? 0 : (fragment & 0x1fff) === 0 ? 1 : 2;
  p.fragmentId = view.getUint16(offset + 4);
  return decodeTransport(p, offset + header, offset + total);
}
