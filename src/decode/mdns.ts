import type { ServiceObservation } from '../model/observation.ts';
import { DnsReader, TYPE } from './dns-reader.ts';
import { sourceEndpoint, v4At, v6At } from './octets.ts';
import { isFromLink } from './on-link.ts';
import type { Packet } from './packet.ts';
import type { Protocol, Sink } from './protocol.ts';
import { displayText } from './text.ts';

const MDNS_PORT = 5353;
const RESPONSE = 0x8000;
const OPCODE = 0x7800;
const CLASS_INTERNET = 1;
/** The top bit of the class says "flush your cache" (RFC 6762 §10.2). */
const CLASS = 0x7fff;
/** Octets of an SRV record before its target: priority, weight, port (RFC 2782). */
const SRV_HEADER = 6;
const MAX_RECORDS = 256;
const MAX_QUESTIONS = 32;
/** Services told of one message; a busy printer or hub announces about a dozen. */
const MAX_SERVICES = 32;
/** Hosts of one message, and addresses kept of them. */
const MAX_HOSTS = 64;
const MAX_ATTRIBUTES = 16;
const LONGEST_VALUE = 128;

/** TXT keys that tell model or kind of a device, in lower case. */
const TELLING_KEYS = new Set(
  'md model am rpmd ty product usb_mfg usb_mdl mfg manufacturer vendor fn ci rpmf device name hw fw fv osxvers'.split(
    ' ',
  ),
);

type Service = { service: string; description: string; hostname?: string; attributes?: Record<string, string> };
/** What one message says; `addresses` are those of the sender's own family, by host name. */
type Announcement = { services: Map<string, Service>; hosts: Set<string>; addresses: Map<string, string[]> };

const reader = new DnsReader();

/**
 * Multicast DNS (RFC 6762) and the services that it announces (RFC 6763). Only responses tell of their sender: a query's
 * answer section lists what the asker heard from others, and its authority section what it would like to own.
 */
export const mdns: Protocol = {
  name: 'mdns',
  udpPorts: [MDNS_PORT],
  start: (sink) => (packet) => {
    if (packet.sourcePort !== MDNS_PORT || !isFromLink(packet)) return;
    if (!reader.open(packet.bytes, packet.payloadStart, packet.payloadEnd)) return;
    if ((reader.flags & RESPONSE) === 0 || (reader.flags & OPCODE) !== 0) return;
    const announcement: Announcement = { services: new Map(), hosts: new Set(), addresses: new Map() };
    readRecords(packet, announcement);
    tell(packet, announcement, sink);
  },
};

/** Reads as far as records are whole: a message may be longer than the capture kept. */
function readRecords(packet: Packet, announcement: Announcement): void {
  if (reader.questions > MAX_QUESTIONS) return;
  for (let i = 0; i < reader.questions; i++) {
    if (!reader.skipName()) return;
    reader.at += 4;
  }
  const count = Math.min(MAX_RECORDS, reader.answers + reader.authorities + reader.additionals);
  for (let i = 0; i < count; i++) {
    const owner = reader.labels();
    if (owner === undefined || !reader.record()) return;
    // TTL 0 is a goodbye (RFC 6762 §10.1).
    if ((reader.class & CLASS) === CLASS_INTERNET && reader.ttl > 0) readRecord(packet, owner, announcement);
  }
}

function readRecord(packet: Packet, owner: string[], announcement: Announcement): void {
  const { bytes, dataStart, dataEnd } = reader;
  switch (reader.type) {
    case TYPE.A:
      if (dataEnd - dataStart === 4)
        noteAddress(owner, packet.family === 4 ? v4At(bytes, dataStart) : undefined, announcement);
      return;
    case TYPE.AAAA:
      if (dataEnd - dataStart === 16)
        noteAddress(owner, packet.family === 6 ? v6At(bytes, dataStart) : undefined, announcement);
      return;
    case TYPE.PTR:
      notePointer(owner, reader.dataLabels(), announcement);
      return;
    case TYPE.SRV: {
      const service = serviceOf(owner, announcement);
      const hostname = hostnameOf(reader.dataLabels(SRV_HEADER));
      if (service && hostname !== undefined) service.hostname = hostname;
      return;
    }
    case TYPE.TXT: {
      const service = serviceOf(owner, announcement);
      if (service) service.attributes = readAttributes(bytes, dataStart, dataEnd);
    }
  }
}

/** @param address `undefined` for one of the family in which the sender cannot be recognised */
function noteAddress(owner: string[], address: string | undefined, { hosts, addresses }: Announcement): void {
  const hostname = hostnameOf(owner);
  if (hostname === undefined || (hosts.size >= MAX_HOSTS && !hosts.has(hostname))) return;
  hosts.add(hostname);
  if (address === undefined) return;
  const list = addresses.get(hostname);
  if (!list) addresses.set(hostname, [address]);
  else if (list.length < MAX_HOSTS) list.push(address);
}

/** `host.local` without `.local`. */
function hostnameOf(labels: string[] | undefined): string | undefined {
  if (labels?.length !== 2 || labels[1]!.toLowerCase() !== 'local') return undefined;
  return labels[0] || undefined;
}

/** `_type._proto.local` → instance, or the list of all types (RFC 6763 §4, §7.1, §9). */
function notePointer(owner: string[], target: string[] | undefined, announcement: Announcement): void {
  if (!target) return;
  const isTypeList = owner[0]?.toLowerCase() === '_services' && owner[1]?.toLowerCase() === '_dns-sd';
  if (isTypeList) serviceOf(['', ...target], announcement);
  else if (owner[0]?.startsWith('_')) serviceOf(target, announcement);
}

/** The entry of `instance._type._proto.local`; an instance '' stands for the type alone. */
function serviceOf(labels: string[], { services }: Announcement): Service | undefined {
  const [instance = '', type = '', protocol = '', domain = ''] = labels;
  if (labels.length !== 4 || domain.toLowerCase() !== 'local') return undefined;
  const service = `${type}.${protocol}`.toLowerCase();
  if (!/^_[a-z0-9-]{1,63}\._(tcp|udp)$/.test(service)) return undefined;
  const key = `${service} ${instance}`;
  let entry = services.get(key);
  if (!entry && services.size < MAX_SERVICES) {
    entry = { service, description: instance };
    services.set(key, entry);
  }
  return entry;
}

/** `key=value` strings behind their lengths (RFC 6763 §6); the first of equal keys counts. */
function readAttributes(bytes: Uint8Array, start: number, end: number): Record<string, string> {
  const attributes: Record<string, string> = {};
  let count = 0;
  for (let at = start; at < end && count < MAX_ATTRIBUTES; ) {
    const next = Math.min(end, at + 1 + bytes[at]!);
    const equals = bytes.subarray(at + 1, next).indexOf(61);
    const key = equals > 0 ? displayText(bytes, at + 1, at + 1 + equals, 32)?.toLowerCase() : undefined;
    if (key !== undefined && TELLING_KEYS.has(key) && attributes[key] === undefined) {
      const value = displayText(bytes, at + 2 + equals, next, LONGEST_VALUE);
      if (value !== undefined) {
        attributes[key] = value;
        count++;
      }
    }
    at = next;
  }
  return attributes;
}

/** One observation a service; a host name without a service has one of its own. */
function tell(packet: Packet, { services, hosts, addresses }: Announcement, sink: Sink): void {
  const device = sourceEndpoint(packet);
  const base = { kind: 'service', at: packet.at, protocol: 'mdns' } as const;
  const isOwn = (hostname: string) => addresses.get(hostname)?.includes(device.address) ?? true;
  const told = new Set<string>();
  const named = new Set(
    [...services.values()].filter((entry) => entry.description !== '').map((entry) => entry.service),
  );
  for (const { service, description, hostname, attributes } of services.values()) {
    if (description === '' && named.has(service)) continue;
    // A host of another address: a reflector or sleep proxy speaks for it, and its services are not the sender's.
    if (hostname !== undefined && !isOwn(hostname)) continue;
    const observation: ServiceObservation = { ...base, device, service };
    if (description !== '') observation.description = description;
    if (hostname !== undefined) observation.hostname = hostname;
    if (attributes && Object.keys(attributes).length > 0) observation.attributes = attributes;
    if (hostname !== undefined) told.add(hostname);
    sink(observation);
  }
  for (const hostname of hosts) if (isOwn(hostname) && !told.has(hostname)) sink({ ...base, device, hostname });
}
