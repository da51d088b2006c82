import { type Address, formatPrefix, type Mac, type Prefix, parsePrefix, scopeOf } from '../model/address.ts';
import type { LeaseObservation } from '../model/observation.ts';
import { clientIdText, mudUrl, wireName, withoutEmpty } from './dhcp-text.ts';
import { sourceEndpoint, stationMac, stationMacAt, u16, u32, v6At } from './octets.ts';
import type { Packet } from './packet.ts';
import type { Protocol } from './protocol.ts';
import { displayText } from './text.ts';

const CLIENT_PORT = 546;
const SERVER_PORT = 547;

/** By message type (RFC 8415 §7.3). */
const MESSAGES = [
  '',
  'solicit',
  'advertise',
  'request',
  'confirm',
  'renew',
  'rebind',
  'reply',
  'release',
  'decline',
  'reconfigure',
  'information-request',
];
const ADVERTISE = 2;
const REPLY = 7;
const RECONFIGURE = 10;
const RELAY_FORWARD = 12;
const RELAY_REPLY = 13;

const OPTION = {
  clientId: 1,
  addresses: 3,
  temporaryAddresses: 4,
  address: 5,
  parameters: 6,
  relayed: 9,
  vendorClass: 16,
  resolvers: 23,
  prefixes: 25,
  prefix: 26,
  fqdn: 39,
  clientLinkAddress: 79,
  mudUrl: 112,
} as const;

const HEADER = 4;
const RELAY_HEADER = 34;
/** RFC 8415 §7.6: HOP_COUNT_LIMIT. */
const MAX_RELAYS = 8;
const MAX_ADDRESSES = 16;
const MAX_OPTIONS = 64;
const LONGEST_CLASS = 255;
const DUID = { linkLayerAndTime: 1, linkLayer: 3 } as const;

type Options = Map<number, Uint8Array[]>;
/** A client's or server's message out of its relays' envelopes. */
type Message = { type: number; options: Options; relayed: boolean; linkMac?: Mac };

/** DHCP for IPv6 (RFC 8415). */
export const dhcp6: Protocol = {
  name: 'dhcp6',
  udpPorts: [SERVER_PORT, CLIENT_PORT],
  start: (sink) => (packet) => {
    if (packet.family !== 6) return;
    const message = unwrap(packet.bytes.subarray(packet.payloadStart, packet.payloadEnd));
    const name = message && MESSAGES[message.type];
    if (!message || !name) return;
    const fromServer = message.type === ADVERTISE || message.type === REPLY || message.type === RECONFIGURE;
    const mac = clientMac(packet, message, fromServer);
    if (mac === undefined) return;
    const common = { kind: 'lease', at: packet.at, mac, source: 'dhcp6', message: name } as const;
    if (!fromServer) sink({ ...common, addresses: [], ...aboutDevice(message.options, mac) });
    else sink({ ...common, ...(message.type === REPLY ? granted(packet, message) : { addresses: [] }) });
  },
};

/** Takes a message out of Relay-forward and Relay-reply envelopes (RFC 8415 §9). */
function unwrap(envelope: Uint8Array): Message | undefined {
  let bytes = envelope;
  let linkMac: Mac | undefined;
  for (let relays = 0; relays <= MAX_RELAYS; relays++) {
    if (bytes.length < HEADER) return undefined;
    const type = bytes[0]!;
    const isRelay = type === RELAY_FORWARD || type === RELAY_REPLY;
    const options = readOptions(bytes, isRelay ? RELAY_HEADER : HEADER);
    if (!options) return undefined;
    if (!isRelay) return { type, options, relayed: relays > 0, ...(linkMac === undefined ? {} : { linkMac }) };
    linkMac = linkAddress(options) ?? linkMac;
    const inner = options.get(OPTION.relayed)?.[0];
    if (!inner) return undefined;
    bytes = inner;
  }
  return undefined;
}

/** `undefined` where an option runs over the end. */
function readOptions(bytes: Uint8Array, start: number): Options | undefined {
  const options: Options = new Map();
  let count = 0;
  for (let at = start; at < bytes.length && count < MAX_OPTIONS; count++) {
    if (at + 4 > bytes.length) return undefined;
    const code = u16(bytes, at);
    const next = at + 4 + u16(bytes, at + 2);
    if (next > bytes.length) return undefined;
    const values = options.get(code);
    const value = bytes.subarray(at + 4, next);
    if (values) values.push(value);
    else options.set(code, [value]);
    at = next;
  }
  return options;
}

/** Client link-layer address as the relay next to the client saw it (RFC 6939 §4). */
function linkAddress(options: Options): Mac | undefined {
  const value = options.get(OPTION.clientLinkAddress)?.[0];
  return value?.length === 8 && u16(value, 0) === 1 ? stationMacAt(value, 2) : undefined;
}

/** The frame's address where the client itself is on this link, else what the relay saw, else the client's identifier. */
function clientMac(packet: Packet, message: Message, fromServer: boolean): Mac | undefined {
  const seen = fromServer
    ? stationMac(packet.destinationMacHigh, packet.destinationMacLow)
    : stationMac(packet.sourceMacHigh, packet.sourceMacLow);
  const duid = duidMac(message.options.get(OPTION.clientId)?.[0]);
  return message.relayed ? (message.linkMac ?? duid) : (seen ?? duid);
}

/** DUID-LLT and DUID-LL (RFC 8415 §11.2, §11.4) over Ethernet. */
function duidMac(duid: Uint8Array | undefined): Mac | undefined {
  if (!duid || duid.length < 4 || u16(duid, 2) !== 1) return undefined;
  const type = u16(duid, 0);
  if (type === DUID.linkLayerAndTime && duid.length === 14) return stationMacAt(duid, 8);
  return type === DUID.linkLayer && duid.length === 10 ? stationMacAt(duid, 4) : undefined;
}

function aboutDevice(options: Options, mac: Mac): Partial<LeaseObservation> {
  const fqdn = options.get(OPTION.fqdn)?.[0];
  const parameters = options.get(OPTION.parameters)?.[0];
  return withoutEmpty({
    hostname: fqdn && wireName(fqdn, 1),
    vendorClass: vendorClass(options.get(OPTION.vendorClass)?.[0]),
    parameters: parameters && numbers(parameters),
    clientId: clientIdText(options.get(OPTION.clientId)?.[0], mac),
    mudUrl: mudUrl(options.get(OPTION.mudUrl)?.[0]),
  });
}

/** RFC 8415 §21.16: an enterprise number, then strings behind their lengths; the first is told. */
function vendorClass(value: Uint8Array | undefined): string | undefined {
  if (!value || value.length < 6) return undefined;
  const end = 6 + u16(value, 4);
  return end > value.length ? undefined : displayText(value, 6, end, LONGEST_CLASS);
}

function numbers(value: Uint8Array): number[] {
  const codes: number[] = [];
  for (let at = 0; at + 2 <= value.length && codes.length < 255; at += 2) codes.push(u16(value, at));
  return codes;
}

function granted(packet: Packet, message: Message): Pick<LeaseObservation, 'addresses' | 'network'> {
  const { options } = message;
  const addresses: Address[] = [];
  for (const value of options.get(OPTION.addresses) ?? []) leasedAddresses(value, 12, addresses);
  for (const value of options.get(OPTION.temporaryAddresses) ?? []) leasedAddresses(value, 4, addresses);
  const prefix = delegatedPrefix(options.get(OPTION.prefixes) ?? []);
  const resolvers: Address[] = [];
  const list = options.get(OPTION.resolvers)?.[0];
  for (let at = 0; list && at + 16 <= list.length && resolvers.length < MAX_ADDRESSES; at += 16)
    resolvers.push(v6At(list, at));
  const server = message.relayed ? {} : { server: sourceEndpoint(packet) };
  return { addresses, network: { ...(prefix === undefined ? {} : { prefix }), routers: [], resolvers, ...server } };
}

/** Addresses of an IA_NA or IA_TA (RFC 8415 §21.4 to §21.6) that are valid for any time. */
function leasedAddresses(association: Uint8Array, header: number, addresses: Address[]): void {
  for (const value of readOptions(association, header)?.get(OPTION.address) ?? []) {
    if (value.length < 24 || u32(value, 20) === 0 || addresses.length === MAX_ADDRESSES) continue;
    const scope = scopeOf(u32(value, 0), u32(value, 4), u32(value, 8), u32(value, 12));
    if (scope === 'global' || scope === 'private') addresses.push(v6At(value, 0));
  }
}

/** The first valid prefix of an IA_PD (RFC 8415 §21.21, §21.22): what the asking router may use as home. */
function delegatedPrefix(associations: readonly Uint8Array[]): Prefix | undefined {
  for (const association of associations) {
    for (const value of readOptions(association, 12)?.get(OPTION.prefix) ?? []) {
      const prefix =
        value.length < 25 || u32(value, 4) === 0 ? undefined : parsePrefix(`${v6At(value, 9)}/${value[8]}`);
      if (prefix && prefix.length > 0) return formatPrefix(prefix);
    }
  }
  return undefined;
}
