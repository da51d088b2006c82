/** How devices make themselves known on the link: multicast DNS (RFC 6762, RFC 6763) and SSDP (UPnP Device Architecture 2.0 §1). */
import { addressesOf } from '../addresses.ts';
import type { Family } from '../netns.ts';
import type { DevicePlan } from '../plan.ts';
import type { Device } from './device.ts';
import type { DnsRecord } from './dns-message.ts';
import { encodeAnnouncement, encodeName, encodeQuery, encodeService, encodeText, TYPE } from './dns-message.ts';

const MDNS_PORT = 5353;
const MDNS_GROUP = { 4: '224.0.0.251', 6: 'ff02::fb' } as const;
const SSDP_PORT = 1900;
const SSDP_GROUP = '239.255.255.250';
/** Multicast DNS packets carry it to show that no router passed them on (RFC 6762 §11). */
const MDNS_HOPS = 255;
const SSDP_HOPS = 2;
const HOST_TTL = 120;
const SERVICE_TTL = 4500;
const LOOKED_FOR = ['_googlecast._tcp.local', '_hap._tcp.local', '_ipp._tcp.local', '_raop._tcp.local'];

/** Tells the link its host name, addresses and service, over both families, and as UPnP device where it is one. */
export async function announce(device: Device): Promise<void> {
  const addresses = await addressesOf(device.place);
  const message = encodeAnnouncement(records(device.plan, addresses));
  await Promise.all([sendMdns(device, 4, message), sendMdns(device, 6, message)]);
  const own = addresses.find((address) => !address.includes(':'));
  if (device.plan.upnp !== undefined && own !== undefined)
    await sendSsdp(device, notify(device.plan, device.plan.upnp, own));
}

/** Asks the link who offers what. */
export async function discover(device: Device): Promise<void> {
  for (const service of LOOKED_FOR) await sendMdns(device, 4, encodeQuery(0, service, TYPE.PTR, false));
  await sendMdns(device, 6, encodeQuery(0, LOOKED_FOR[0]!, TYPE.PTR, false));
  await sendSsdp(device, headers('M-SEARCH * HTTP/1.1', { MAN: '"ssdp:discover"', MX: '2', ST: 'ssdp:all' }));
}

export function records(plan: DevicePlan, addresses: readonly string[]): DnsRecord[] {
  const host = `${plan.hostname}.local`;
  const found: DnsRecord[] = addresses.map((address) => ({
    name: host,
    type: address.includes(':') ? TYPE.AAAA : TYPE.A,
    ttl: HOST_TTL,
    shared: false,
    data: addressBytes(address),
  }));
  if (!plan.announces) return found;
  const { type, instance, port, text } = plan.announces;
  const service = `${type}.local`;
  const name = `${instance.replaceAll(/[.\\]/g, '\\$&')}.${service}`;
  found.push({ name: service, type: TYPE.PTR, ttl: SERVICE_TTL, shared: true, data: encodeName(name) });
  found.push({ name, type: TYPE.SRV, ttl: HOST_TTL, shared: false, data: encodeService(port, host) });
  found.push({ name, type: TYPE.TXT, ttl: SERVICE_TTL, shared: false, data: encodeText(text) });
  return found;
}

async function sendMdns(device: Device, family: Family, message: Buffer): Promise<void> {
  const socket = await device.udp(family, { port: MDNS_PORT, device: device.place.interface });
  socket.setMulticastTTL(MDNS_HOPS);
  await send(socket, message, MDNS_PORT, MDNS_GROUP[family]);
}

async function sendSsdp(device: Device, message: Buffer): Promise<void> {
  const socket = await device.udp(4, { device: device.place.interface });
  socket.setMulticastTTL(SSDP_HOPS);
  await send(socket, message, SSDP_PORT, SSDP_GROUP);
}

function send(socket: Awaited<ReturnType<Device['udp']>>, message: Buffer, port: number, group: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.send(message, port, group, (error) => {
      socket.close();
      if (error) reject(error);
      else resolve();
    });
  });
}

function notify(plan: DevicePlan, type: string, address: string): Buffer {
  const uuid = `uuid:00000000-0000-4000-8000-${plan.mac.replaceAll(':', '')}`;
  return headers('NOTIFY * HTTP/1.1', {
    'CACHE-CONTROL': 'max-age=1800',
    LOCATION: `http://${address}:8008/description.xml`,
    NT: type,
    NTS: 'ssdp:alive',
    SERVER: `Linux/5.10 UPnP/1.1 ${plan.hostname}/1.0`,
    USN: `${uuid}::${type}`,
  });
}

function headers(first: string, fields: Record<string, string>): Buffer {
  const all = { HOST: `${SSDP_GROUP}:${SSDP_PORT}`, ...fields };
  return Buffer.from(
    `${first}\r\n${Object.entries(all)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('')}\r\n`,
  );
}

function addressBytes(address: string): Buffer {
  if (!address.includes(':')) return Buffer.from(address.split('.').map(Number));
  const [head = '', tail] = address.split('::');
  const groups = (part: string | undefined) => (part ? part.split(':') : []);
  const before = groups(head);
  const after = groups(tail);
  const zeros = new Array<string>(8 - before.length - after.length).fill('0');
  return Buffer.from([...before, ...zeros, ...after].map((group) => group.padStart(4, '0')).join(''), 'hex');
}
