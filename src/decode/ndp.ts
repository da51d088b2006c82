import {
  type Address,
  type AddressScope,
  formatPrefix,
  type Mac,
  type Prefix,
  parsePrefix,
  scopeOf,
} from '../model/address.ts';
import { sourceAddress, stationMac, stationMacAt, u16, u32, v6At } from './octets.ts';
import type { Packet } from './packet.ts';
import type { Protocol, Sink } from './protocol.ts';

const ROUTER_SOLICITATION = 133;
const ROUTER_ADVERTISEMENT = 134;
const NEIGHBOUR_SOLICITATION = 135;
const NEIGHBOUR_ADVERTISEMENT = 136;

/** Octets between the ICMPv6 checksum, where the payload begins, and the options (RFC 4861 §4.1 to §4.4). */
function fixedPart(type: number): number {
  if (type === ROUTER_SOLICITATION) return 4;
  return type === ROUTER_ADVERTISEMENT ? 12 : 20;
}
const ROUTER_LIFETIME = 2;
const TARGET = 4;

const OPTION = { sourceLinkAddress: 1, targetLinkAddress: 2, prefix: 3, resolvers: 25 } as const;
const ON_LINK = 0x80;
/** Prefixes and resolvers kept of one advertisement. */
const MAX_LISTED = 16;

type Options = { sourceMac?: Mac; targetMac?: Mac; prefixes: Prefix[]; resolvers: Address[] };

/**
 * Neighbour Discovery (RFC 4861). A hop limit below 255 proves that a router forwarded the packet: it came from off the
 * link and must not be believed (§6.1, §7.1). Redirects tell nothing that the home needs.
 */
export const ndp: Protocol = {
  name: 'ndp',
  icmpv6Types: [ROUTER_SOLICITATION, ROUTER_ADVERTISEMENT, NEIGHBOUR_SOLICITATION, NEIGHBOUR_ADVERTISEMENT],
  start: (sink) => (packet) => {
    const type = packet.destinationPort >>> 8;
    const code = packet.destinationPort & 255;
    const firstOption = packet.payloadStart + fixedPart(type);
    if (packet.ttl !== 255 || code !== 0 || packet.fragment !== 0 || firstOption > packet.payloadEnd) return;
    const options = readOptions(packet, firstOption);
    if (options === undefined) return;
    if (type === ROUTER_ADVERTISEMENT) readRouter(packet, options, sink);
    else if (type === NEIGHBOUR_ADVERTISEMENT) readAdvertisement(packet, options, sink);
    else tellSource(packet, options.sourceMac, sink, type === NEIGHBOUR_SOLICITATION ? askedFor(packet) : undefined);
  },
};

/** `undefined` where an option is malformed: the whole packet must be dropped (RFC 4861 §6.1, §7.1). */
function readOptions(packet: Packet, firstOption: number): Options | undefined {
  const { bytes, payloadEnd: end } = packet;
  const options: Options = { prefixes: [], resolvers: [] };
  for (let at = firstOption; at < end; ) {
    if (at + 2 > end) return undefined;
    const length = bytes[at + 1]! * 8;
    if (length === 0 || at + length > end) return undefined;
    readOption(bytes, at, length, options);
    at += length;
  }
  return options;
}

function readOption(bytes: Uint8Array, at: number, length: number, options: Options): void {
  const type = bytes[at]!;
  if (type === OPTION.sourceLinkAddress || type === OPTION.targetLinkAddress) {
    const mac = length === 8 ? stationMacAt(bytes, at + 2) : undefined;
    if (mac === undefined) return;
    if (type === OPTION.sourceLinkAddress) options.sourceMac = mac;
    else options.targetMac = mac;
  } else if (type === OPTION.prefix && length === 32) readPrefix(bytes, at, options.prefixes);
  else if (type === OPTION.resolvers && length >= 24) readResolvers(bytes, at, length, options.resolvers);
}

/** Prefix Information (RFC 4861 §4.6.2): only valid prefixes whose hosts are on this link. */
function readPrefix(bytes: Uint8Array, at: number, prefixes: Prefix[]): void {
  const bits = bytes[at + 2]!;
  const validLifetime = u32(bytes, at + 4);
  if ((bytes[at + 3]! & ON_LINK) === 0 || validLifetime === 0 || bits > 128 || prefixes.length === MAX_LISTED) return;
  const prefix = parsePrefix(`${v6At(bytes, at + 16)}/${bits}`);
  const scope = prefix && scopeOf(...prefix.words);
  if (prefix && (scope === 'global' || scope === 'private')) prefixes.push(formatPrefix(prefix));
}

/** Recursive DNS servers (RFC 8106 §5.1). */
function readResolvers(bytes: Uint8Array, at: number, length: number, resolvers: Address[]): void {
  if (u32(bytes, at + 4) === 0) return;
  for (let i = at + 8; i + 16 <= at + length && resolvers.length < MAX_LISTED; i += 16) resolvers.push(v6At(bytes, i));
}

/**
 * A router with lifetime zero is no way out of the home (RFC 4861 §4.2; Thread border routers do this): only its prefixes
 * are told of.
 */
function readRouter(packet: Packet, options: Options, sink: Sink): void {
  if (sourceScope(packet) !== 'link-local') return;
  const { prefixes, resolvers } = options;
  const isDefault = u16(packet.bytes, packet.payloadStart + ROUTER_LIFETIME) > 0;
  const mac = options.sourceMac ?? stationMac(packet.sourceMacHigh, packet.sourceMacLow);
  const addresses = isDefault ? [sourceAddress(packet)] : [];
  if (isDefault && mac !== undefined) sink({ kind: 'router', at: packet.at, mac, addresses, prefixes, resolvers });
  else if (isDefault || prefixes.length > 0) sink({ kind: 'router', at: packet.at, addresses, prefixes, resolvers });
  tellSource(packet, options.sourceMac, sink);
}

/** @param asks whom it asks for */
function tellSource(packet: Packet, mac: Mac | undefined, sink: Sink, asks?: Address): void {
  if (mac === undefined || !isStation(sourceScope(packet))) return;
  const address = sourceAddress(packet);
  sink({ kind: 'neighbour', at: packet.at, mac, address, source: 'ndp', ...(asks !== undefined && { asks }) });
}

function askedFor({ bytes, payloadStart }: Packet): Address | undefined {
  const at = payloadStart + TARGET;
  const scope = scopeOf(u32(bytes, at), u32(bytes, at + 4), u32(bytes, at + 8), u32(bytes, at + 12));
  return isStation(scope) ? v6At(bytes, at) : undefined;
}

/** An answer to one asker may leave its option out (RFC 4861 §7.2.4); then it comes from the target's own interface. */
function readAdvertisement(packet: Packet, options: Options, sink: Sink): void {
  const { bytes } = packet;
  const at = packet.payloadStart + TARGET;
  const own = v6At(bytes, at) === sourceAddress(packet);
  const mac = options.targetMac ?? (own ? stationMac(packet.sourceMacHigh, packet.sourceMacLow) : undefined);
  if (mac === undefined) return;
  const scope = scopeOf(u32(bytes, at), u32(bytes, at + 4), u32(bytes, at + 8), u32(bytes, at + 12));
  if (isStation(scope)) sink({ kind: 'neighbour', at: packet.at, mac, address: v6At(bytes, at), source: 'ndp' });
}

function sourceScope(packet: Packet): AddressScope {
  return scopeOf(packet.source0 >>> 0, packet.source1 >>> 0, packet.source2 >>> 0, packet.source3 >>> 0);
}

function isStation(scope: AddressScope): boolean {
  return scope === 'link-local' || scope === 'private' || scope === 'global';
}
