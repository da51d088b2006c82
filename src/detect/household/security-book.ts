import { formatAddress, parseAddress } from '../../model/address.ts';
import type { PortMapping } from '../../model/exposure.ts';
import type { HelloObservation, MappingObservation, ServiceObservation } from '../../model/observation.ts';
import { PROTOCOL, protocolName } from '../../model/protocols.ts';
import { isUpdateName } from '../../model/update-names.ts';
import type { Home } from '../../track/home.ts';
import { MARK } from '../../track/witness.ts';
import type { OpenedFlow } from '../evidence/opened-flow.ts';
import { announcedService, weaknessOf } from './services.ts';

/** Facts kept of one device, of each sort; a device that announces more is known well enough by these. */
const MAX_OPEN_SERVICES = 32;
const MAX_MAPPINGS = 32;
const MAX_PLAIN = 16;
const MAX_OBSOLETE = 16;

/** A service of the device that others used, or that it announces. */
export type OpenService = {
  protocol: number;
  port: number;
  /** Number of the conversation that shows it; -1 where it was only announced. */
  conversation: number;
  /** Reached from beyond the home. */
  outside: boolean;
  /** Address of the far end that used it last, or id of the device. */
  by: string;
  /** It answered with more than a refusal, or the device announces it. */
  confirmed: boolean;
  first: number;
  last: number;
};

export type Seen = { first: number; last: number };

/** A service without encryption that the device uses beyond the home. */
export type PlainUse = Seen & {
  port: number;
  node: string;
  conversation: number;
  /** It was answered with more than a refusal. */
  confirmed: boolean;
};

/** What is known of how well one device is secured. */
export class Security {
  readonly open = new Map<string, OpenService>();
  readonly mappings = new Map<string, PortMapping>();
  /** Services that it uses without encryption beyond the home, by `tcp/80` and the far end. */
  readonly plain = new Map<string, PlainUse>();
  /** Versions older than TLS 1.2, by the server's name. */
  readonly obsolete = new Map<string, Seen & { version: string }>();
  /** When it last contacted what looks like an update server, and which. */
  update: { at: number; name: string } | undefined;
}

const BOOKS = new WeakMap<Home, SecurityBook>();

export function securityBookOf(home: Home): SecurityBook {
  const known = BOOKS.get(home);
  if (known) return known;
  const book = new SecurityBook(home);
  BOOKS.set(home, book);
  return book;
}

/** Gathers, once for all who judge it, what traffic shows of how devices are secured. */
export class SecurityBook {
  readonly #home: Home;
  readonly #devices = new Map<number, Security>();

  constructor(home: Home) {
    this.#home = home;
  }

  of(device: number): Security {
    let security = this.#devices.get(device);
    if (!security) {
      security = new Security();
      this.#devices.set(device, security);
    }
    return security;
  }

  known(device: number): Security | undefined {
    return this.#devices.get(device);
  }

  devices(): Iterable<[number, Security]> {
    return this.#devices;
  }

  forget(device: number): void {
    this.#devices.delete(device);
  }

  /** A flow began: somebody uses a service of the device, or it uses one without encryption. */
  opened(flow: OpenedFlow): void {
    if (flow.conversation < 0 || (flow.marks & (MARK.theirsSpecial | MARK.oursSpecial)) !== 0) return;
    const inside = (flow.marks & (MARK.peer | MARK.theirsHome)) !== 0;
    if (!flow.byDevice) this.#served(flow, flow.device, !inside);
    else if ((flow.marks & MARK.peer) !== 0) this.#served(flow, this.#home.deviceAt(flow.far), false);
    else if (!inside && weaknessOf(flow.protocol, flow.port)?.weakness !== undefined) this.#used(flow);
  }

  announced(service: ServiceObservation, device: number): void {
    const known = device >= 0 && service.service !== undefined ? announcedService(service.service) : undefined;
    if (!known) return;
    const key = `${known.protocol}/${known.port}`;
    const { at } = service;
    const open = this.of(device).open.get(key);
    if (open) open.last = at;
    else
      put(this.of(device).open, key, MAX_OPEN_SERVICES, {
        ...known,
        ...{ conversation: -1, outside: false, by: '', confirmed: true, first: at, last: at },
      });
  }

  greeted(hello: HelloObservation, device: number): void {
    if (device < 0) return;
    const { serverName, at, obsolete, server } = hello;
    if (serverName !== undefined && isUpdateName(serverName)) this.of(device).update = { at, name: serverName };
    if (obsolete === undefined) return;
    const name = serverName ?? server.address;
    const known = this.of(device).obsolete.get(name);
    if (known) known.last = at;
    else put(this.of(device).obsolete, name, MAX_OBSOLETE, { version: obsolete, first: at, last: at });
  }

  lookedUp(name: string, device: number, at: number): void {
    if (device >= 0 && isUpdateName(name)) this.of(device).update = { at, name };
  }

  /** @returns the device that connections are led to, or -1 */
  mapped(mapping: MappingObservation, asker: number): number {
    const { at, client, internalAddress, protocol, externalPort, internalPort, via, granted, lifetime } = mapping;
    const words = internalAddress === undefined ? undefined : parseAddress(internalAddress);
    const device = words === undefined ? asker : this.#home.deviceAt(words);
    if (device < 0) return -1;
    const { mappings } = this.of(device);
    const key = `${protocol}/${externalPort}`;
    if (lifetime === 0) mappings.delete(key);
    else
      put(mappings, key, MAX_MAPPINGS, {
        ...{ protocol, externalPort, internalPort, via, granted, since: mappings.get(key)?.since ?? at },
        until: at + lifetime * 1000,
        ...(device === asker ? {} : { by: client.address }),
      });
    return device;
  }

  #served(flow: OpenedFlow, device: number, outside: boolean): void {
    const { protocol, port, at } = flow;
    if (device < 0 || (protocol !== PROTOCOL.tcp && protocol !== PROTOCOL.udp)) return;
    if (!outside && weaknessOf(protocol, port) === undefined) return;
    const { open } = this.of(device);
    const key = `${protocol}/${port}`;
    const known = open.get(key);
    const by = device === flow.device ? formatAddress(...flow.far) : (this.#home.deviceId(flow.device) ?? '');
    const conversation = this.#home.conversationId(flow.conversation);
    if (known) Object.assign(known, { conversation, last: at, by, outside: known.outside || outside });
    else {
      const ends = { protocol, port, conversation, outside, by };
      put(open, key, MAX_OPEN_SERVICES, { ...ends, confirmed: false, first: at, last: at });
    }
  }

  #used(flow: OpenedFlow): void {
    const { port, at, protocol } = flow;
    const { plain } = this.of(flow.device);
    const conversation = this.#home.conversationId(flow.conversation);
    const name = this.#home.nodeName(conversation);
    const node = name ?? formatAddress(...flow.far);
    const key = `${protocolName(protocol)}/${port} ${node}`;
    const known = plain.get(key);
    if (known) Object.assign(known, { conversation, last: at });
    else put(plain, key, MAX_PLAIN, { port, node, conversation, confirmed: false, first: at, last: at });
  }
}

/** Sets an entry; the oldest makes room, and one that is not confirmed before others: a scan knocks at every port. */
function put<T extends object>(map: Map<string, T>, key: string, most: number, value: T): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= most) return;
  let oldest: string | undefined;
  for (const [candidate, entry] of map) {
    oldest ??= candidate;
    if (!('confirmed' in entry) || entry.confirmed) continue;
    oldest = candidate;
    break;
  }
  map.delete(oldest!);
}
