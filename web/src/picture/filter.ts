import type { ConversationView, DeviceView } from '../../../src/contract/api.ts';
import { serviceName } from '../lib/format.ts';

/**
 * Empty strings mean any. `search` is text in a name or address of either end, or in the service's name; `hidden` shows
 * what the household wants hidden, too.
 */
export type Filter = { search: string; device: string; service: string; hidden: boolean };

/** Decides for the picture and for the table alike. */
export class Matcher {
  private readonly filter: Filter;
  private readonly search: string;
  private readonly devices: ReadonlyMap<string, DeviceView>;
  private readonly byDevice = new Map<string, boolean>();

  constructor(filter: Filter, devices: ReadonlyMap<string, DeviceView>) {
    this.filter = filter;
    this.search = filter.search.trim().toLowerCase();
    this.devices = devices;
  }

  conversation(conversation: ConversationView): boolean {
    const { node } = conversation;
    const { device, service } = this.filter;
    if (!this.filter.hidden && this.isHidden(conversation)) return false;
    if (device && conversation.device !== device && node.device !== device) return false;
    if (service && serviceName(conversation) !== service) return false;
    if (!this.search) return true;
    return (
      this.deviceText(conversation.device) ||
      (node.device !== undefined && this.deviceText(node.device)) ||
      contains(node.name ?? node.key, this.search) ||
      contains(node.group ?? node.role ?? '', this.search) ||
      node.addresses.some((address) => contains(address, this.search)) ||
      contains(serviceName(conversation), this.search)
    );
  }

  /** Whether a device is shown although none of its conversations match. */
  device(device: DeviceView): boolean {
    if (this.filter.service || (device.hidden && !this.filter.hidden)) return false;
    if (this.filter.device && this.filter.device !== device.id) return false;
    return !this.search || this.deviceText(device.id);
  }

  private isHidden({ hidden, device, node }: ConversationView): boolean {
    const ends = [device, node.device ?? ''];
    return hidden === true || ends.some((id) => this.devices.get(id)?.hidden);
  }

  private deviceText(id: string): boolean {
    let known = this.byDevice.get(id);
    if (known === undefined) {
      const device = this.devices.get(id);
      const texts = device
        ? [device.label, device.vendor ?? '', ...device.names, ...device.addresses, ...device.macs]
        : [];
      known = texts.some((text) => contains(text, this.search));
      this.byDevice.set(id, known);
    }
    return known;
  }
}

function contains(text: string, lowerCase: string): boolean {
  return text.toLowerCase().includes(lowerCase);
}
