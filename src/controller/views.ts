import type { ConversationView, DeviceView, NodeView } from '../contract/api.ts';
import { parseAddress } from '../model/address.ts';
import type { Conversation, Counters, Device } from '../model/home.ts';
import { serviceName } from '../model/protocols.ts';

type Rate = { rateUp: number; rateDown: number };

export function deviceView(device: Device, counters: Counters, rate: Rate): DeviceView {
  const { id, givenName, names, macs, addresses, vendor, kind, services, firstSeen, lastSeen } = device;
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
  };
}

/** What to call a device: the owner's name, its own, or maker and end of its address. */
export function labelOf({ id, givenName, names, vendor, macs, addresses }: Device): string {
  const own = givenName ?? names[0];
  if (own !== undefined) return own;
  const mac = macs[0];
  if (mac === undefined) return addresses.at(-1) ?? id;
  return vendor === undefined ? mac : `${vendor} ${mac.slice(-5)}`;
}

export function conversationView(conversation: Conversation, rate: Rate): ConversationView {
  const { id, device, node, protocol, port, initiator, first, last } = conversation;
  const { packetsUp, packetsDown, bytesUp, bytesDown } = conversation;
  const service = serviceName(protocol, port);
  return {
    id,
    device,
    node: { key: nodeKey(node), ...node },
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

function nodeKey({ name, addresses, device }: Conversation['node']): string {
  if (device !== undefined) return `device:${device}`;
  return name ?? addresses.at(-1) ?? '';
}

/** What the store knows of a far end; `services` as `protocol/port`. */
type Known = Counters & { name: string; services: string[]; firstSeen: number; lastSeen: number };

export function nodeView({ name, services, firstSeen, lastSeen, ...counters }: Known): NodeView {
  const { packetsUp, packetsDown, bytesUp, bytesDown } = counters;
  return {
    key: name,
    ...(parseAddress(name) === undefined && { name }),
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
