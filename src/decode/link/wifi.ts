import { type FrameClass, type Packet, skip, TRUNCATED } from '../packet.ts';
import { decodeEthernet, decodeLlc } from './ethernet.ts';
import { localPayload } from './payload.ts';

const TYPE_DATA = 2;
const SUBTYPE_NO_DATA = 4;
const SUBTYPE_QOS = 8;
const TO_DS = 1;
const FROM_DS = 2;
const PROTECTED = 0x40;
const ORDER = 0x80;
const AMSDU = 0x80;

const RADIOTAP_TSFT = 1;
const RADIOTAP_FLAGS = 2;
const RADIOTAP_MORE = 0x80000000;
const FLAG_PADDED = 0x20;
const FLAG_BAD_FCS = 0x40;

/** IP in unencrypted 802.11 data frames (IEEE 802.11-2020 §9.2, §9.3.2); management and control frames stay local. */
export function decodeWifi(p: Packet, offset: number, padded = false): FrameClass {
  if (offset + 2 > p.frameEnd) return skip(p, TRUNCATED);
  const { bytes } = p;
  const control = bytes[offset]!;
  const flags = bytes[offset + 1]!;
  const subtype = control >>> 4;
  if ((control & 3) !== 0) return skip(p, 'bad-802.11-header');
  if (((control >>> 2) & 3) !== TYPE_DATA || (subtype & SUBTYPE_NO_DATA) !== 0) return localPayload(p, offset);
  if ((flags & PROTECTED) !== 0) return skip(p, 'encrypted-802.11');

  const fourAddresses = (flags & 3) === (TO_DS | FROM_DS);
  const qosAt = offset + (fourAddresses ? 30 : 24);
  const qos = (subtype & SUBTYPE_QOS) !== 0;
  let header = qosAt - offset + (qos ? 2 : 0) + (qos && (flags & ORDER) !== 0 ? 4 : 0);
  if (padded) header = (header + 3) & ~3;
  if (offset + header > p.frameEnd) return skip(p, TRUNCATED);
  readAddresses(p, offset, flags & 3);
  // The rest of a fragmented frame has no LLC header and may not be misread as one.
  if ((bytes[offset + 22]! & 15) !== 0) return skip(p, 'fragmented-802.11');
  // An aggregate goes to one receiver in one class of traffic: it is counted once, under its first subframe (§9.3.2.2),
  // which has the form of an 802.3 frame.
  if (qos && (bytes[qosAt]! & AMSDU) !== 0) return decodeEthernet(p, offset + header);
  return decodeLlc(p, offset + header);
}

/** Which of the addresses is source and destination depends on the way through the access point (table 9-30). */
function readAddresses(p: Packet, offset: number, ds: number): void {
  const destination = offset + ((ds & TO_DS) !== 0 ? 16 : 4);
  const source = offset + (ds === (TO_DS | FROM_DS) ? 24 : (ds & FROM_DS) !== 0 ? 16 : 10);
  p.destinationMacHigh = p.view.getUint16(destination);
  p.destinationMacLow = p.view.getInt32(destination + 2);
  p.sourceMacHigh = p.view.getUint16(source);
  p.sourceMacLow = p.view.getInt32(source + 2);
}

/** 802.11 behind a radiotap header (radiotap.org); of its fields only the frame's flags matter here. */
export function decodeRadiotap(p: Packet, offset: number): FrameClass {
  if (offset + 8 > p.frameEnd) return skip(p, TRUNCATED);
  const { view } = p;
  const length = view.getUint16(offset + 2, true);
  if (p.bytes[offset] !== 0 || length < 8) return skip(p, 'bad-radiotap-header');
  const end = offset + length;
  if (end > p.frameEnd) return skip(p, TRUNCATED);
  const present = view.getUint32(offset + 4, true);
  let at = offset + 8;
  for (let word = present; (word & RADIOTAP_MORE) !== 0 && at + 4 <= end; at += 4) word = view.getUint32(at, true);
  if ((present & RADIOTAP_TSFT) !== 0) at = offset + ((at - offset + 7) & ~7) + 8;
  const flags = (present & RADIOTAP_FLAGS) !== 0 && at < end ? p.bytes[at]! : 0;
  if ((flags & FLAG_BAD_FCS) !== 0) return skip(p, 'bad-fcs-802.11');
  return decodeWifi(p, end, (flags & FLAG_PADDED) !== 0);
}

/** 802.11 behind the monitor headers of Prism and AVS drivers: both say their own length. */
export function decodePrism(p: Packet, offset: number): FrameClass {
  if (offset + 8 > p.frameEnd) return skip(p, TRUNCATED);
  const isAvs = p.view.getUint32(offset) >>> 12 === 0x80211;
  // Prism's header is in the byte order of the recording host: its message code is small in the right one.
  const littleEndian = !isAvs && p.view.getUint32(offset) > 0xffff;
  const length = p.view.getUint32(offset + 4, littleEndian);
  if (length < 8 || offset + length > p.frameEnd) return skip(p, TRUNCATED);
  return decodeWifi(p, offset + length);
}
