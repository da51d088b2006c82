import type { ConversationView, DeviceView, FarRole, NodeView } from '../contract/api.ts';
import { type Address, parseAddress, scopeOf } from '../model/address.ts';
import { groupName } from '../model/groups.ts';
import type { Conversation, Counters, Device } from '../model/home.ts';
import { serviceName } from '../model/protocols.ts';

type Rate = { rateUp: number; rateDown: number };

export function deviceView(device: Device, counters: Counters, rate: Rate): DeviceView {
  const { id, givenName, names, macs, addresses, vendor, kind, services, firstSeen, lastSeen } = device;
  const { givenKind, identity } = device;
  const { packetsUp, packetsDown, bytesUp, bytesDown } = counters;
  return {
    id,
    label: labelOf(device),
    names,
    macs,
    addresses,
    services,
    firstSeen,
    lastSeen,
    packetsUp,
    packetsDown,
    bytesUp,
    bytesDown,
    ...rate,
    ...(givenName !== undefined && { givenName }),
    ...(vendor !== undefined && { vendor }),
    ...(kind !== undefined && { kind }),
    ...(givenKind !== undefined && { givenKind }),
    ...(identity && { identity }),
  };
}

/** What to call a device: the owner's name, its own, or maker, kind and end of its hardware address. */
export function labelOf({ id, givenName, names, vendor, kind, macs, addresses }: Device): string {
  const own = givenName ?? names[0];
  if (own !== undefined) return own;
  const mac = macs[0];
  if (mac === undefined) return addresses.at(-1) ?? id;
  return [vendor, kind ?? 'device', mac.slice(-5)].filter((part) => part !== undefined).join(' ');
}

/** @param isRouter whether an address is the gateway's own */
export function conversationView(
  conversation: Conversation,
  rate: Rate,
  isRouter: (address: Address) => boolean,
): ConversationView {
  const { id, device, node, protocol, port, initiator, first, last } = conversation;
  const { packetsUp, packetsDown, bytesUp, bytesDown } = conversation;
  const service = serviceName(protocol, port);
  return {
    id,
    device,
    node: farEnd(node, isRouter),
    protocol,
    port,
    initiator,
    packetsUp,
    packetsDown,
    bytesUp,
    bytesDown,
    ...rate,
    first,
    last,
    ...(service !== undefined && { service }),
  };
}

function farEnd(node: Conversation['node'], isRouter: (address: Address) => boolean): ConversationView['node'] {
  if (node.device !== undefined) return { key: `device:${node.device}`, ...node };
  const address = node.addresses.at(-1) ?? '';
  const what = whatIs(address, isRouter);
  const key = what.role === undefined ? (node.name ?? address) : `role:${what.group ?? what.role}`;
  return { ...node, ...what, key: what.role === 'multicast' && !what.group ? address : key };
}

/** What an address is by itself, where it is neither a device nor outside. */
function whatIs(address: Address, isRouter: (address: Address) => boolean): { role?: FarRole; group?: string } {
  if (isRouter(address)) return { role: 'router' };
  const words = parseAddress(address);
  const scope = words && scopeOf(...words);
  if (scope === 'broadcast') return { role: 'broadcast' };
  if (scope !== 'multicast') return {};
  const group = groupName(address);
  return { role: 'multicast', ...(group !== undefined && { group }) };
}

/** What the store knows of a far end; `services` as `protocol/port`. */
type Known = Counters & { name: string; services: string[]; firstSeen: number; lastSeen: number };

export function nodeView(
  { name, services, firstSeen, lastSeen, ...counters }: Known,
  isRouter: (address: Address) => boolean,
): NodeView {
  const { packetsUp, packetsDown, bytesUp, bytesDown } = counters;
  return {
    key: name,
    ...(parseAddress(name) === undefined ? { name } : whatIs(name, isRouter)),
    services: services.map(serviceLabel),
    firstSeen,
    lastSeen,
    packetsUp,
    packetsDown,
    bytesUp,
    bytesDown,
  };
}

function serviceLabel(service: string): string {
  const [protocol = '', port = '0'] = service.split('/');
  return serviceName(protocol, Number(port)) ?? (port === '0' ? protocol : service);
}
