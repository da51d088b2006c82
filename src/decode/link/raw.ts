import { decodeIpv4 } from '../network/ipv4.ts';
import { decodeIpv6 } from '../network/ipv6.ts';
import { BAD_IP, type FrameClass, type Packet, skip, TRUNCATED } from '../packet.ts';
import { ETHERTYPE, localPayload } from './payload.ts';

const AF_INET = 2;
/** AF_INET6 of Linux, Windows, NetBSD and OpenBSD, FreeBSD, Darwin. */
const AF_INET6: readonly number[] = [10, 23, 24, 28, 30];

/** An IP packet without a link header; its version says which. */
export function decodeRaw(p: Packet, offset: number): FrameClass {
  if (offset >= p.frameEnd) return skip(p, TRUNCATED);
  const version = p.bytes[offset]! >>> 4;
  if (version === 4) return decodeRaw4(p, offset);
  return version === 6 ? decodeRaw6(p, offset) : skip(p, BAD_IP);
}

export function decodeRaw4(p: Packet, offset: number): FrameClass {
  p.etherType = ETHERTYPE.ipv4;
  return decodeIpv4(p, offset);
}

export function decodeRaw6(p: Packet, offset: number): FrameClass {
  p.etherType = ETHERTYPE.ipv6;
  return decodeIpv6(p, offset);
}

/**
 * BSD loopback: an address family in the byte order of the recording host, or in network order (DLT_LOOP). Some write an
 * EtherType into its second half instead.
 */
export function decodeLoopback(p: Packet, offset: number): FrameClass {
  if (offset + 4 > p.frameEnd) return skip(p, TRUNCATED);
  const bigEndian = p.view.getUint32(offset);
  const family = bigEndian > 0xffff ? p.view.getUint32(offset, true) : bigEndian;
  if (family === AF_INET) return decodeRaw4(p, offset + 4);
  if (AF_INET6.includes(family)) return decodeRaw6(p, offset + 4);
  const type = bigEndian & 0xffff;
  if (type === ETHERTYPE.ipv4) return decodeRaw4(p, offset + 4);
  if (type === ETHERTYPE.ipv6) return decodeRaw6(p, offset + 4);
  return localPayload(p, offset + 4);
}
