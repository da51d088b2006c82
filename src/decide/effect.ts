/** What a policy does to a conversation, told without a kernel: for previews, and for marks on what is shown. */
import {
  type Address,
  type AddressWords,
  inPrefix,
  type PrefixWords,
  parseAddress,
  parsePrefix,
  scopeOf,
} from '../model/address.ts';
import type { Initiator } from '../model/home.ts';
import type { DesiredPolicy, LadderStep, PolicyBlock, PolicyNode } from '../model/policy.ts';
import { PROTOCOL } from '../model/protocols.ts';

/** A conversation as far as a policy asks. `node` is a device of this home, or what is known of a far end. */
export type Asked = {
  device: string;
  node: { device: string } | { name?: string; addresses: readonly Address[] };
  protocol: number;
  port: number;
  initiator: Initiator;
};

/** Ids of the entries that decide; neither where it flows as if there were no policy. */
export type Effect = { cutBy?: string; allowedBy?: string };

const DNS = 53;
/** DHCP and DHCPv6, client and server. */
const DHCP: readonly number[] = [67, 68, 546, 547];

/** Built once for a policy, then asked for many conversations. */
export class Effects {
  readonly #policy: DesiredPolicy;
  readonly #home: PrefixWords[];
  readonly #allowedDevices = new Map<string, string>();
  readonly #allowedNodes = new NodeIndex<string>();
  readonly #ladders = new Map<string, LadderStep>();
  readonly #critical = new Map<string, ReadonlySet<Address>>();
  readonly #ofAll: PolicyBlock[] = [];
  readonly #ofDevice = new Map<string, PolicyBlock[]>();
  readonly #ofNode = new NodeIndex<PolicyBlock>();

  constructor(policy: DesiredPolicy) {
    this.#policy = policy;
    this.#home = policy.home.flatMap((prefix) => parsePrefix(prefix) ?? []);
    for (const { id, device, node } of policy.allows) {
      if (device !== undefined) this.#allowedDevices.set(device, id);
      if (node) this.#allowedNodes.add(node, id);
    }
    for (const { id, ladder, critical } of policy.devices) {
      if (ladder) this.#ladders.set(id, ladder);
      this.#critical.set(id, new Set(critical));
    }
    for (const block of policy.blocks) {
      if (block.device !== undefined) {
        const own = this.#ofDevice.get(block.device);
        if (own) own.push(block);
        else this.#ofDevice.set(block.device, [block]);
      } else if (block.node) this.#ofNode.add(block.node, block);
      else this.#ofAll.push(block);
    }
  }

  of(asked: Asked): Effect {
    const allowedBy = this.#allowing(asked);
    const cutBy = this.#cutting(asked);
    if (cutBy === undefined) return {};
    return allowedBy === undefined ? { cutBy } : { allowedBy };
  }

  #allowing({ device, node }: Asked): string | undefined {
    const own = this.#allowedDevices.get(device);
    if (own !== undefined) return own;
    return 'device' in node ? this.#allowedDevices.get(node.device) : this.#allowedNodes.find(node)[0];
  }

  #cutting(asked: Asked): string | undefined {
    const isolated = [asked.device, 'device' in asked.node ? asked.node.device : '']
      .map((device) => this.#ladders.get(device))
      .find((ladder) => ladder?.step === 'isolated');
    if (isChore(asked)) return undefined;
    if (isolated) return isolated.id;
    if (this.#isResolving(asked)) return undefined;
    return this.#blocking(asked) ?? this.#stepping(asked);
  }

  #blocking(asked: Asked): string | undefined {
    const { device, node } = asked;
    const fits = (block: PolicyBlock) => this.#fits(block, asked);
    const mine = this.#ofDevice.get(device)?.find((block) => fits(block) && hits(block, asked));
    if (mine) return mine.id;
    if ('device' in node) {
      const turned = turnedRound(asked, node.device);
      const other = this.#ofDevice
        .get(node.device)
        ?.find((block) => this.#fits(block, turned) && hits(block, turned) && !block.internet);
      if (other) return other.id;
    } else {
      const far = this.#ofNode.find(node).find(fits);
      if (far) return far.id;
    }
    return this.#ofAll.find(fits)?.id;
  }

  /** All but the node. */
  #fits({ service, internet }: PolicyBlock, asked: Asked): boolean {
    if (internet && this.#isInside(asked)) return false;
    if (!service) return true;
    if (service.protocol !== asked.protocol || service.initiator !== asked.initiator) return false;
    return service.port === undefined || service.port === asked.port;
  }

  #stepping(asked: Asked): string | undefined {
    const ladder = this.#ladders.get(asked.device);
    if (!ladder || ladder.step === 'slow' || this.#isInside(asked) || 'device' in asked.node) return undefined;
    const critical = this.#critical.get(asked.device);
    const { addresses } = asked.node;
    if (addresses.some((address) => critical?.has(address))) return undefined;
    if (ladder.step === 'essential' && addresses.some((address) => ladder.essential.includes(address)))
      return undefined;
    return ladder.id;
  }

  #isResolving({ node, port }: Asked): boolean {
    return port === DNS && !('device' in node) && node.addresses.some((one) => this.#policy.resolvers.includes(one));
  }

  #isInside({ node }: Asked): boolean {
    if ('device' in node) return true;
    return node.addresses.some((address) => {
      const words = parseAddress(address);
      if (!words) return false;
      const scope = scopeOf(...words);
      if (scope === 'link-local' || scope === 'multicast' || scope === 'broadcast') return true;
      return this.#home.some((prefix) => inPrefix(words, prefix));
    });
  }
}

function isChore({ protocol, port }: Asked): boolean {
  return protocol === PROTOCOL.udp && DHCP.includes(port);
}

/** The same conversation as the device at its other end sees it. */
function turnedRound(asked: Asked, device: string): Asked {
  const initiator = asked.initiator === 'device' ? 'node' : 'device';
  return { ...asked, device, node: { device: asked.device }, initiator };
}

/** Whether a block of a device is for this far end. */
function hits({ node }: PolicyBlock, asked: Asked): boolean {
  if (!node) return true;
  if ('device' in asked.node) return node.device === asked.node.device;
  if (node.device !== undefined) return false;
  const { name, addresses } = asked.node;
  if (node.name !== undefined && node.name === name) return true;
  return addresses.some((address) => {
    if (node.addresses.includes(address)) return true;
    const words = node.prefixes.length > 0 ? parseAddress(address) : undefined;
    return words !== undefined && node.prefixes.some((prefix) => covers(prefix, words));
  });
}

function covers(prefix: string, words: AddressWords): boolean {
  const parsed = parsePrefix(prefix);
  return parsed !== undefined && inPrefix(words, parsed);
}

/** What is said of far ends, found by name, address or prefix. */
class NodeIndex<Value> {
  readonly #exact = new Map<string, Value[]>();
  readonly #prefixes: Array<[PrefixWords, Value]> = [];

  add({ name, addresses, prefixes }: PolicyNode, value: Value): void {
    for (const key of name === undefined ? addresses : [name, ...addresses]) {
      const list = this.#exact.get(key);
      if (list) list.push(value);
      else this.#exact.set(key, [value]);
    }
    for (const prefix of prefixes) {
      const parsed = parsePrefix(prefix);
      if (parsed) this.#prefixes.push([parsed, value]);
    }
  }

  find({ name, addresses }: { name?: string; addresses: readonly Address[] }): Value[] {
    const found = (name === undefined ? addresses : [name, ...addresses]).flatMap((key) => this.#exact.get(key) ?? []);
    if (this.#prefixes.length === 0) return found;
    for (const address of addresses) {
      const words = parseAddress(address);
      if (words) for (const [prefix, value] of this.#prefixes) if (inPrefix(words, prefix)) found.push(value);
    }
    return found;
  }
}
