import { decodeCooked1, decodeCooked2 } from './link/cooked.ts';
import { decodeEthernet } from './link/ethernet.ts';
import { linkTypeReason } from './link/names.ts';
import { decodeCiscoHdlc, decodePpp } from './link/ppp.ts';
import { decodePppoe } from './link/pppoe.ts';
import { decodeLoopback, decodeRaw, decodeRaw4, decodeRaw6 } from './link/raw.ts';
import { decodePrism, decodeRadiotap, decodeWifi } from './link/wifi.ts';
import { type FrameClass, type Packet, skip, TRUNCATED } from './packet.ts';

export const LINKTYPE_ETHERNET = 1;
const LINKTYPE_PPI = 192;

/**
 * Decodes the frame that `p` points at (`bytes`, `view`, `frameStart`, `frameEnd`, `wireLength`, `at` are set) into the
 * rest of `p`. Reads nothing outside [frameStart, frameEnd) and never throws, whatever the bytes are.
 *
 * @param linkType number of www.tcpdump.org/linktypes.html
 */
export function decodeFrame(p: Packet, linkType: number): FrameClass {
  p.family = 0;
  if (linkType === LINKTYPE_ETHERNET) return decodeEthernet(p, p.frameStart);
  p.sourceMacHigh = 0;
  p.sourceMacLow = 0;
  p.destinationMacHigh = 0;
  p.destinationMacLow = 0;
  p.etherType = 0;
  if (linkType === LINKTYPE_PPI) return decodePpi(p);
  return decodeLink(p, linkType, p.frameStart);
}

function decodeLink(p: Packet, linkType: number, offset: number): FrameClass {
  switch (linkType) {
    case LINKTYPE_ETHERNET:
      return decodeEthernet(p, offset);
    case 0:
    case 108:
      return decodeLoopback(p, offset);
    case 9:
    case 50:
      return decodePpp(p, offset);
    case 51:
      return decodePppoe(p, offset);
    case 104:
      return decodeCiscoHdlc(p, offset);
    case 12:
    case 14:
    case 101:
      return decodeRaw(p, offset);
    case 228:
      return decodeRaw4(p, offset);
    case 229:
      return decodeRaw6(p, offset);
    case 113:
      return decodeCooked1(p, offset);
    case 276:
      return decodeCooked2(p, offset);
    case 105:
      return decodeWifi(p, offset);
    case 127:
      return decodeRadiotap(p, offset);
    case 119:
    case 163:
      return decodePrism(p, offset);
    default:
      return skip(p, linkTypeReason(linkType));
  }
}

/** Per-packet information (CACE PPI): a header that names the link type of what follows it. */
function decodePpi(p: Packet): FrameClass {
  const offset = p.frameStart;
  if (offset + 8 > p.frameEnd) return skip(p, TRUNCATED);
  const length = p.view.getUint16(offset + 2, true);
  if (length < 8 || offset + length > p.frameEnd) return skip(p, TRUNCATED);
  return decodeLink(p, p.view.getUint32(offset + 4, true), offset + length);
}
