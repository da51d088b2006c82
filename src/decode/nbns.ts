import { DnsReader } from './dns-reader.ts';
import { sourceEndpoint, u16, v4At } from './octets.ts';
import { isFromLink } from './on-link.ts';
import type { Packet } from './packet.ts';
import type { Protocol } from './protocol.ts';
import { displayText } from './text.ts';

const NBNS_PORT = 137;
const RESPONSE = 0x8000;
const RCODE = 0x000f;
/** Opcodes (RFC 1002 §4.2.1.1); 9 is the refresh that Windows sends. */
const QUERY = 0;
const REGISTRATION = 5;
const REFRESH = [8, 9];
const TYPE_NAME = 0x20;
const TYPE_STATUS = 0x21;
/** Of NB_FLAGS and NAME_FLAGS: the name belongs to a group. */
const GROUP = 0x8000;
/** The last octet of a name says what of: a workstation or its file server. */
const HOST_SUFFIXES = [0x00, 0x20];
const ENCODED_LENGTH = 32;
const NAME_LENGTH = 15;
/** A status response lists names of 18 octets each; a host has about six. */
const MAX_NAMES = 32;

const reader = new DnsReader();
const decoded = new Uint8Array(NAME_LENGTH + 1);

/** NetBIOS name service (RFC 1002 §4.2): names that hosts register, and answers about themselves. */
export const nbns: Protocol = {
  name: 'nbns',
  udpPorts: [NBNS_PORT],
  start: (sink) => (packet) => {
    if (packet.sourcePort !== NBNS_PORT || packet.family !== 4 || !isFromLink(packet)) return;
    if (!reader.open(packet.bytes, packet.payloadStart, packet.payloadEnd)) return;
    const device = sourceEndpoint(packet);
    const hostname = readHostname(packet, device.address);
    if (hostname !== undefined) sink({ kind: 'service', at: packet.at, device, protocol: 'nbns', hostname });
  },
};

function readHostname(packet: Packet, sender: string): string | undefined {
  const opcode = (reader.flags >> 11) & 15;
  const response = (reader.flags & RESPONSE) !== 0;
  if (response) return opcode === QUERY && (reader.flags & RCODE) === 0 ? readResponse(packet, sender) : undefined;
  if (opcode !== REGISTRATION && !REFRESH.includes(opcode)) return undefined;
  if (reader.questions !== 1 || reader.additionals !== 1) return undefined;
  const name = readName();
  reader.at += 4;
  return name !== undefined && reader.skipName() && ownsAddress(sender) ? name : undefined;
}

function readResponse(packet: Packet, sender: string): string | undefined {
  if (reader.questions !== 0 || reader.answers === 0) return undefined;
  const isStatus = isStatusRecord(packet);
  const name = isStatus ? undefined : readName();
  if (isStatus) return reader.skipName() && reader.record() ? readStatus() : undefined;
  return name !== undefined && ownsAddress(sender) ? name : undefined;
}

/** A status record's owner is often `*`, which is no host's name. */
function isStatusRecord(packet: Packet): boolean {
  const at = reader.at;
  const typed = reader.skipName() && reader.at + 2 <= packet.payloadEnd && u16(packet.bytes, reader.at) === TYPE_STATUS;
  reader.at = at;
  return typed;
}

/** The record at the cursor says that a host, not a group, has the address. */
function ownsAddress(sender: string): boolean {
  if (!reader.record() || reader.type !== TYPE_NAME) return false;
  const { bytes, dataStart, dataEnd } = reader;
  for (let at = dataStart; at + 6 <= dataEnd && at < dataStart + 6 * MAX_NAMES; at += 6) {
    if ((u16(bytes, at) & GROUP) === 0 && v4At(bytes, at + 2) === sender) return true;
  }
  return false;
}

/** RFC 1002 §4.2.18: the first workstation name that is no group's. */
function readStatus(): string | undefined {
  const { bytes, dataStart, dataEnd } = reader;
  const count = Math.min(bytes[dataStart] ?? 0, MAX_NAMES);
  for (let i = 0, at = dataStart + 1; i < count && at + 18 <= dataEnd; i++, at += 18) {
    if (bytes[at + NAME_LENGTH] === HOST_SUFFIXES[0] && (u16(bytes, at + 16) & GROUP) === 0) {
      return displayText(bytes, at, at + NAME_LENGTH, NAME_LENGTH);
    }
  }
  return undefined;
}

/** First-level encoding (RFC 1001 §14.1): half an octet in each letter from A to P. The cursor moves behind the name. */
function readName(): string | undefined {
  const { bytes, at, end } = reader;
  if (at + 1 + ENCODED_LENGTH > end || bytes[at] !== ENCODED_LENGTH || !reader.skipName()) return undefined;
  for (let i = 0; i <= NAME_LENGTH; i++) {
    const high = bytes[at + 1 + 2 * i]! - 65;
    const low = bytes[at + 2 + 2 * i]! - 65;
    if ((high & ~15) !== 0 || (low & ~15) !== 0) return undefined;
    decoded[i] = (high << 4) | low;
  }
  return HOST_SUFFIXES.includes(decoded[NAME_LENGTH]!) ? displayText(decoded, 0, NAME_LENGTH, NAME_LENGTH) : undefined;
}
