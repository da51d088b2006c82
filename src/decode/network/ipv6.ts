import { BAD_IP, type FrameClass, type Packet, skip, TRUNCATED } from '../packet.ts';
import { decodeTransport } from './transport.ts';

const HOP_BY_HOP = 0;
const ROUTING = 43;
const FRAGMENT = 44;
const DESTINATION = 60;
const MOBILITY = 135;
const HIP = 139;
const SHIM6 = 140;

/** A packet needs at most a handful (RFC 8200 §4.1 lists seven); a longer chain is an attack on its reader. */
const MAX_EXTENSION_HEADERS = 16;

/** IPv6 with its extension headers (RFC 8200 §3, §4). */
export function decodeIpv6(p: Packet, offset: number): FrameClass {
  if (offset + 40 > p.frameEnd) return skip(p, TRUNCATED);
  const { bytes, view } = p;
  if (bytes[offset]! >>> 4 !== 6) return skip(p, BAD_IP);
  const wireEnd = p.frameStart + p.wireLength;
  const payload = view.getUint16(offset + 4);

  p.family = 6;
  p.networkStart = offset;
  p.source0 = view.getInt32(offset + 8);
  p.source1 = view.getInt32(offset + 12);
  p.source2 = view.getInt32(offset + 16);
  p.source3 = view.getInt32(offset + 20);
  p.destination0 = view.getInt32(offset + 24);
  p.destination1 = view.getInt32(offset + 28);
  p.destination2 = view.getInt32(offset + 32);
  p.destination3 = view.getInt32(offset + 36);
  p.ttl = bytes[offset + 7]!;
  p.fragment = 0;
  p.fragmentId = 0;
  // Zero: a jumbogram (RFC 2675) or segmentation offload; the frame's own length is what is left.
  const end = payload === 0 ? Math.max(wireEnd, offset + 40) : offset + 40 + payload;
  return decodeExtensions(p, bytes[offset + 6]!, offset + 40, end);
}

function decodeExtensions(p: Packet, next: number, offset: number, end: number): FrameClass {
  const { bytes, view } = p;
  const captured = Math.min(end, p.frameEnd);
  for (let i = 0; isExtension(next); i++) {
    if (i === MAX_EXTENSION_HEADERS) return skip(p, 'too-many-extension-headers');
    if (offset + 8 > captured) return skip(p, TRUNCATED);
    const following = bytes[offset]!;
    if (next === FRAGMENT) {
      const field = view.getUint16(offset + 2);
      p.fragmentId = view.getInt32(offset + 4);
      // An atomic fragment (RFC 6946) is a whole packet.
      p.fragment = field >>> 3 !== 0 ? 2 : (field & 1) === 1 ? 1 : 0;
      offset += 8;
    } else offset += 8 + bytes[offset + 1]! * 8;
    next = following;
    if (p.fragment === 2) break;
  }
  p.protocol = next;
  if (offset > captured) return skip(p, TRUNCATED);
  return decodeTransport(p, offset, end);
}

function isExtension(next: number): boolean {
  switch (next) {
    case HOP_BY_HOP:
    case ROUTING:
    case FRAGMENT:
    case DESTINATION:
    case MOBILITY:
    case HIP:
    case SHIM6:
      return true;
    default:
      return false;
  }
}
