import { type Address, formatPrefix, type Mac, type Prefix, parsePrefix } from '../model/address.ts';
import type { LeaseObservation } from '../model/observation.ts';
import { clientIdText, mudUrl, wireName, withoutEmpty } from './dhcp-text.ts';
import { sourceEndpoint, stationMacAt, u32, v4At } from './octets.ts';
import type { Packet } from './packet.ts';
import type { Protocol } from './protocol.ts';
import { displayText } from './text.ts';

const SERVER_PORT = 67;
const CLIENT_PORT = 68;
const BOOT_REQUEST = 1;
const BOOT_REPLY = 2;
const HARDWARE_ETHERNET = 1;
const MAGIC_COOKIE = 0x63825363;

/** Fields by offset (RFC 2131 §2). */
const FIELD = {
  yourAddress: 16,
  relayAddress: 24,
  hardwareAddress: 28,
  server: 44,
  file: 108,
  cookie: 236,
  options: 240,
} as const;

const OPTION = {
  pad: 0,
  subnetMask: 1,
  routers: 3,
  resolvers: 6,
  hostname: 12,
  requestedAddress: 50,
  overload: 52,
  messageType: 53,
  serverId: 54,
  parameters: 55,
  vendorClass: 60,
  clientId: 61,
  fqdn: 81,
  mudUrl: 161,
  end: 255,
} as const;

/** By message type (RFC 2132 §9.6). */
const MESSAGES = ['', 'discover', 'offer', 'request', 'decline', 'ack', 'nak', 'release', 'inform'];
const ACK = 5;
const LONGEST_HOSTNAME = 253;
const LONGEST_CLASS = 255;
/** First octet of a client identifier that is a DUID behind an IAID of four octets (RFC 4361 §6.1). */
const IAID_AND_DUID = 255;
/** Addresses kept of one list. */
const MAX_ADDRESSES = 16;

/** Values by option; a repeated option continues the former (RFC 3396). */
type Options = Map<number, Uint8Array>;

/** DHCP for IPv4 (RFC 2131): what a device says of itself, and what an acknowledgement gives it. */
export const dhcp4: Protocol = {
  name: 'dhcp4',
  udpPorts: [SERVER_PORT, CLIENT_PORT],
  start: (sink) => (packet) => {
    const { bytes, payloadStart: at, payloadEnd: end } = packet;
    if (packet.family !== 4 || end - at < FIELD.options || u32(bytes, at + FIELD.cookie) !== MAGIC_COOKIE) return;
    const operation = bytes[at]!;
    if (bytes[at + 1] !== HARDWARE_ETHERNET || bytes[at + 2] !== 6) return;
    const mac = stationMacAt(bytes, at + FIELD.hardwareAddress);
    const options = readOptions(bytes, at, end);
    const type = options?.get(OPTION.messageType)?.[0] ?? 0;
    const message = MESSAGES[type];
    if (mac === undefined || !options || !message) return;
    const common = { kind: 'lease', at: packet.at, mac, source: 'dhcp4', message } as const;
    if (operation === BOOT_REQUEST)
      sink({ ...common, addresses: [], ...via(packet, mac), ...aboutDevice(options, mac) });
    else if (operation === BOOT_REPLY)
      sink({ ...common, ...(type === ACK ? granted(packet, options) : { addresses: [] }) });
  },
};

/** `undefined` where an option runs over the end of its field. */
function readOptions(bytes: Uint8Array, at: number, end: number): Options | undefined {
  const options: Options = new Map();
  if (!readField(bytes, at + FIELD.options, end, options)) return undefined;
  // RFC 2132 §9.3: bit 0 says that the file field holds options too, bit 1 the server name field; file comes first.
  const overload = options.get(OPTION.overload)?.[0] ?? 0;
  if ((overload & 1) !== 0 && !readField(bytes, at + FIELD.file, at + FIELD.cookie, options)) return undefined;
  if ((overload & 2) !== 0 && !readField(bytes, at + FIELD.server, at + FIELD.file, options)) return undefined;
  return options;
}

function readField(bytes: Uint8Array, start: number, end: number, options: Options): boolean {
  for (let at = start; at < end; ) {
    const code = bytes[at]!;
    if (code === OPTION.end) return true;
    if (code === OPTION.pad) {
      at++;
      continue;
    }
    if (at + 2 > end) return false;
    const next = at + 2 + bytes[at + 1]!;
    if (next > end) return false;
    const former = options.get(code);
    const value = bytes.subarray(at + 2, next);
    options.set(code, former ? joined(former, value) : value);
    at = next;
  }
  return true;
}

function joined(former: Uint8Array, value: Uint8Array): Uint8Array {
  const whole = new Uint8Array(former.length + value.length);
  whole.set(former);
  whole.set(value, former.length);
  return whole;
}

function aboutDevice(options: Options, mac: Mac): Partial<LeaseObservation> {
  const parameters = options.get(OPTION.parameters);
  return withoutEmpty({
    hostname: text(options.get(OPTION.hostname), LONGEST_HOSTNAME) ?? fqdn(options.get(OPTION.fqdn)),
    vendorClass: text(options.get(OPTION.vendorClass), LONGEST_CLASS),
    parameters: parameters && [...parameters.subarray(0, 255)],
    clientId: clientId(options.get(OPTION.clientId), mac),
    requested: requested(options.get(OPTION.requestedAddress)),
    mudUrl: mudUrl(options.get(OPTION.mudUrl)),
  });
}

/** Who carries the message of another thing; a relay agent (RFC 2131 §4.1) does so by its office. */
function via(packet: Packet, mac: Mac): { via?: Mac } {
  const sender = sourceEndpoint(packet).mac;
  const relayed = u32(packet.bytes, packet.payloadStart + FIELD.relayAddress) !== 0;
  return sender === undefined || sender === mac || relayed ? {} : { via: sender };
}

function clientId(value: Uint8Array | undefined, mac: Mac): string | undefined {
  if (!value || value.length < 2) return undefined;
  return clientIdText(value[0] === IAID_AND_DUID ? value.subarray(5) : value, mac);
}

function requested(value: Uint8Array | undefined): Address | undefined {
  return value?.length === 4 && u32(value, 0) !== 0 ? v4At(value, 0) : undefined;
}

function text(value: Uint8Array | undefined, limit: number): string | undefined {
  return value && displayText(value, 0, value.length, limit);
}

/** Client FQDN (RFC 4702 §2): flags, two obsolete octets, then a name as text or, with the E flag, in wire format. */
function fqdn(value: Uint8Array | undefined): string | undefined {
  if (!value || value.length < 4) return undefined;
  const wireFormat = (value[0]! & 0x04) !== 0;
  return wireFormat ? wireName(value, 3) : displayText(value, 3, value.length, LONGEST_HOSTNAME);
}

function granted(
  packet: Packet,
  options: Options,
): Pick<LeaseObservation, 'addresses' | 'network'> & Partial<LeaseObservation> {
  const { bytes, payloadStart: at } = packet;
  const yours = u32(bytes, at + FIELD.yourAddress);
  const prefix = onLink(yours, options.get(OPTION.subnetMask), v4At(bytes, at + FIELD.yourAddress));
  const serverId = options.get(OPTION.serverId);
  const relayed = u32(bytes, at + FIELD.relayAddress) !== 0;
  const sender = sourceEndpoint(packet);
  const address = serverId?.length === 4 ? v4At(serverId, 0) : sender.address;
  const server = relayed || sender.mac === undefined ? { address } : { mac: sender.mac, address };
  return {
    // The name under which the server keeps the device, which may be the household's own choice.
    ...withoutEmpty({ hostname: text(options.get(OPTION.hostname), LONGEST_HOSTNAME) }),
    addresses: yours === 0 ? [] : [v4At(bytes, at + FIELD.yourAddress)],
    network: {
      ...(prefix === undefined ? {} : { prefix }),
      routers: addressList(options.get(OPTION.routers)),
      resolvers: addressList(options.get(OPTION.resolvers)),
      server,
    },
  };
}

function onLink(yours: number, mask: Uint8Array | undefined, address: Address): Prefix | undefined {
  if (yours === 0 || mask?.length !== 4) return undefined;
  const inverted = ~u32(mask, 0) >>> 0;
  const isContiguous = (inverted & (inverted + 1)) === 0;
  const length = Math.clz32(inverted);
  // A mask of fewer than eight bits would call most of the internet home.
  if (!isContiguous || length < 8) return undefined;
  const prefix = parsePrefix(`${address}/${length}`);
  return prefix && formatPrefix(prefix);
}

function addressList(value: Uint8Array | undefined): Address[] {
  const addresses: Address[] = [];
  for (let at = 0; value && at + 4 <= value.length && addresses.length < MAX_ADDRESSES; at += 4) {
    if (u32(value, at) !== 0) addresses.push(v4At(value, at));
  }
  return addresses;
}
