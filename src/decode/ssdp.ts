import type { ServiceObservation } from '../model/observation.ts';
import { sourceEndpoint } from './octets.ts';
import { isFromLink } from './on-link.ts';
import type { Packet } from './packet.ts';
import type { Protocol } from './protocol.ts';
import { displayText } from './text.ts';

const SSDP_PORT = 1900;
/** Lines looked at, and octets of them: announcements have about ten lines in 500 octets. */
const MAX_LINES = 32;
const MAX_OCTETS = 2048;
const LONGEST_VALUE = 256;
const COLON = 58;
const LINE_FEED = 10;

const FIELDS = ['nt', 'st', 'nts', 'usn', 'server', 'location'] as const;
type Field = (typeof FIELDS)[number];

/**
 * SSDP (UPnP Device Architecture 2.0 §1): announcements and answers of devices. A search tells only that somebody searches,
 * a `byebye` only that a device goes.
 */
export const ssdp: Protocol = {
  name: 'ssdp',
  udpPorts: [SSDP_PORT],
  start: (sink) => (packet) => {
    if (!isFromLink(packet)) return;
    const { bytes, payloadStart, payloadEnd } = packet;
    const isNotify = startsWith(bytes, payloadStart, payloadEnd, 'NOTIFY * HTTP/1.');
    if (!isNotify && !startsWith(bytes, payloadStart, payloadEnd, 'HTTP/1.')) return;
    const fields = readFields(bytes, payloadStart, Math.min(payloadEnd, payloadStart + MAX_OCTETS));
    const observation = announcement(packet, fields, isNotify);
    if (observation) sink(observation);
  },
};

function announcement(packet: Packet, fields: Map<Field, string>, isNotify: boolean): ServiceObservation | undefined {
  if (isNotify && fields.get('nts') === 'ssdp:byebye') return undefined;
  const service = targetOf(fields, isNotify);
  const description = fields.get('server');
  const location = fields.get('location');
  if (service === undefined && description === undefined) return undefined;
  return {
    kind: 'service',
    at: packet.at,
    device: sourceEndpoint(packet),
    protocol: 'ssdp',
    ...(service === undefined ? {} : { service }),
    ...(description === undefined ? {} : { description }),
    ...(location !== undefined && isWebAddress(location) ? { location } : {}),
  };
}

/** The target, or what the unique service name says after `::`; a bare `uuid:` names one thing and no kind of things. */
function targetOf(fields: Map<Field, string>, isNotify: boolean): string | undefined {
  const name = fields.get('usn') ?? '';
  const at = name.indexOf('::');
  const target = fields.get(isNotify ? 'nt' : 'st') ?? (at < 0 ? undefined : name.slice(at + 2));
  return target?.startsWith('uuid:') ? undefined : target;
}

function startsWith(bytes: Uint8Array, start: number, end: number, text: string): boolean {
  if (end - start < text.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[start + i] !== text.charCodeAt(i)) return false;
  return true;
}

/** Header fields of interest; the first of equal ones counts, an empty line ends them. */
function readFields(bytes: Uint8Array, start: number, end: number): Map<Field, string> {
  const fields = new Map<Field, string>();
  let at = indexOf(bytes, LINE_FEED, start, end) + 1;
  for (let lines = 0; lines < MAX_LINES && at < end; lines++) {
    const next = indexOf(bytes, LINE_FEED, at, end);
    if (next - at <= 1) break;
    const colon = indexOf(bytes, COLON, at, next);
    const name = fieldName(bytes, at, colon);
    const value = name && displayText(bytes, colon + 1, trimmedEnd(bytes, colon + 1, next), LONGEST_VALUE);
    if (name && value && !fields.has(name)) fields.set(name, value);
    at = next + 1;
  }
  return fields;
}

function fieldName(bytes: Uint8Array, start: number, end: number): Field | undefined {
  if (end - start > 8) return undefined;
  const name = displayText(bytes, start, end, 8)?.toLowerCase();
  return FIELDS.find((field) => field === name);
}

/** `end` where the octet does not occur. */
function indexOf(bytes: Uint8Array, octet: number, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] !== octet) at++;
  return at;
}

/** Without the carriage return at the line's end. */
function trimmedEnd(bytes: Uint8Array, start: number, end: number): number {
  return end > start && bytes[end - 1] === 13 ? end - 1 : end;
}

function isWebAddress(text: string): boolean {
  const lower = text.slice(0, 8).toLowerCase();
  return lower.startsWith('http://') || lower.startsWith('https://');
}
