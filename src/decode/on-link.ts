import { scopeOf } from '../model/address.ts';
import type { Packet } from './packet.ts';

/**
 * Whether the sender can be a neighbour: protocols that announce names must not be believed from elsewhere (RFC 6762 §11).
 * A group or broadcast frame was sent on this link; a frame to one station must come from an address that is no stranger's.
 */
export function isFromLink(packet: Packet): boolean {
  if ((packet.destinationMacHigh & 0x0100) !== 0) return true;
  const scope = scopeOf(packet.source0 >>> 0, packet.source1 >>> 0, packet.source2 >>> 0, packet.source3 >>> 0);
  if (scope === 'private' || scope === 'link-local') return true;
  if (packet.family === 4) return packet.source3 >>> 8 === packet.destination3 >>> 8;
  return packet.source0 === packet.destination0 && packet.source1 === packet.destination1;
}
