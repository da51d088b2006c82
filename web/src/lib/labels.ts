import type { ConversationView, DeviceView, NodeView } from '../../../src/contract/api.ts';
import type { Texts } from '../text/en.ts';
import { plainName } from './format.ts';
import { kindOf } from './kinds.ts';

/** The words of a language that names are made of; plain data, so that the picture's thread can have them too. */
export type NameWords = Pick<Texts, 'kinds' | 'far'>;
type FarEnd = Pick<ConversationView['node'], 'key' | 'name' | 'role' | 'group'> & {
  addresses?: readonly string[];
  device?: string;
};

/** What to call a device: what somebody named it, else maker, kind and end of its hardware address. */
export function deviceLabel(device: DeviceView, words: NameWords): string {
  const mac = device.macs[0];
  if (isNamed(device) || mac === undefined) return plainName(device.label);
  const parts = [device.vendor && plainName(device.vendor), words.kinds[kindOf(device)], mac.slice(-5)];
  return parts.filter(Boolean).join(' ');
}

/** Whether the owner or the device itself gave a name. */
export function isNamed({ givenName, names }: Pick<DeviceView, 'givenName' | 'names'>): boolean {
  return givenName !== undefined || names.length > 0;
}

/** Whether a device hides who made it: its hardware address is locally administered (IEEE 802-2014 §8.2.2). */
export function hasPrivateAddress({ macs, vendor }: Pick<DeviceView, 'macs' | 'vendor'>): boolean {
  return vendor === undefined && macs.length > 0 && macs.every((mac) => /^.[2367abef]:/.test(mac));
}

/** What a device is and who made it. @param hidden what is said where its hardware address tells nobody */
export function kindAndMaker(kind: string, device: DeviceView, hidden: string): string {
  const isHidden = !isNamed(device) && hasPrivateAddress(device);
  const maker = device.vendor ? plainName(device.vendor) : isHidden && hidden;
  return [kind, maker].filter(Boolean).join(' · ');
}

/** What to call a far end: a device of this home, the router, a group, else its name or address. */
export function farLabel(node: FarEnd, devices: ReadonlyMap<string, DeviceView>, words: NameWords): string {
  const device = node.device === undefined ? undefined : devices.get(node.device);
  if (device) return deviceLabel(device, words);
  const address = node.addresses?.at(-1) ?? node.key;
  switch (node.role) {
    case 'router':
      return words.far.router;
    case 'broadcast':
      return words.far.broadcast;
    case 'multicast':
      return node.group ? (words.far.groups[node.group] ?? node.group) : `${words.far.group} ${plainName(address)}`;
    default:
      return plainName(node.name ?? address);
  }
}

/** The address that stands behind a far end with a name of its own kind. */
export function farDetail(node: Pick<NodeView, 'key' | 'role'>): string | undefined {
  return node.role === undefined ? undefined : plainName(node.key);
}
