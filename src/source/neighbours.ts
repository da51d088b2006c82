/**
 * Links, own addresses and neighbours as the kernel knows them: the whole state once, changes as they come. Only
 * neighbours on the home's interfaces are told.
 */
import {
  type Address,
  type AddressWords,
  formatPrefix,
  formatWords,
  isV4,
  type Mac,
  type Prefix,
  parsePrefix,
  scopeOf,
} from '../model/address.ts';
import type { NeighbourObservation } from '../model/observation.ts';
import { eachMessage } from './netlink/message.ts';
import {
  parseAddressMessage,
  parseLink,
  parseNeighbour,
  ROUTE,
  ROUTE_GROUPS,
  routeDumpRequest,
} from './netlink/route.ts';
import { NETLINK_ROUTE, NetlinkSocket, type Watch, whenReadable } from './netlink/socket.ts';

/** The kernel itself keeps at most 1,024 neighbours per family (gc_thresh3) unless told otherwise. */
const MAX_NEIGHBOURS = 4096;
const MAX_OWN_ADDRESSES = 1024;
const RECEIVE_BUFFER = 4 * 1024 * 1024;

export type Own = { macs: Mac[]; addresses: Address[] };
export type Link = { index: number; name: string; up: boolean; mac?: Mac };

export type NeighboursOptions = {
  /** Names of the interfaces towards the home. */
  lan: readonly string[];
  now: () => number;
  onNeighbour: (observation: NeighbourObservation) => void;
  /** Own addresses, prefixes or links changed; also after the first complete reading. */
  onLinks: () => void;
};

type OwnAddress = { index: number; address: Address; prefix: Prefix; linkLocal: boolean };

export class Neighbours {
  readonly #options: NeighboursOptions;
  readonly #socket: NetlinkSocket;
  readonly #watch: Watch;
  readonly #links = new Map<number, Link>();
  readonly #addresses = new Map<string, OwnAddress>();
  /** Hardware address by interface and address. */
  readonly #known = new Map<string, Mac>();
  #dumps: number[] = [];
  #changed = false;
  #overruns = 0;

  /** @throws SystemCallError */
  constructor(options: NeighboursOptions) {
    this.#options = options;
    this.#socket = new NetlinkSocket(NETLINK_ROUTE, {
      groups: ROUTE_GROUPS,
      receiveBuffer: RECEIVE_BUFFER,
      datagrams: 8,
      datagramBytes: 65_536,
    });
    this.#watch = whenReadable(this.#socket.fd, () => this.#read());
    this.#readAll();
  }

  get links(): readonly Link[] {
    return [...this.#links.values()];
  }

  /** The guard's own addresses, on all interfaces. */
  own(): Own {
    const macs = this.links.flatMap((link) => (link.mac === undefined || link.mac === NO_MAC ? [] : [link.mac]));
    return { macs: [...new Set(macs)], addresses: [...this.#addresses.values()].map((own) => own.address) };
  }

  /** What is configured on the home's interfaces. */
  home(): { mac?: Mac; addresses: Address[]; prefixes: Prefix[] } {
    const own = [...this.#addresses.values()].filter((address) => this.#isLan(address.index));
    const mac = this.links.find((link) => this.#isLan(link.index))?.mac;
    return {
      ...(mac === undefined ? {} : { mac }),
      addresses: own.map((address) => address.address),
      prefixes: [...new Set(own.filter((address) => !address.linkLocal).map((address) => address.prefix))],
    };
  }

  close(): void {
    this.#watch.close();
    this.#socket.close();
  }

  #isLan(index: number): boolean {
    return this.#options.lan.includes(this.#links.get(index)?.name ?? '');
  }

  /** One dump at a time: the kernel refuses a second one. */
  #readAll(): void {
    this.#dumps = [ROUTE.getLink, ROUTE.getAddress, ROUTE.getNeighbour];
    this.#readNext();
  }

  #readNext(): void {
    const type = this.#dumps[0];
    if (type !== undefined) this.#socket.send(routeDumpRequest(type, this.#socket.nextSequence));
    else this.#changed = true;
  }

  #read(): void {
    const { view } = this.#socket;
    this.#socket.receive((start, end) =>
      eachMessage(view, start, end, (type, _flags, from, to) => this.#take(type, view, from, to), {
        done: () => this.#dumpEnded(),
        failed: () => this.#dumpEnded(),
      }),
    );
    if (this.#socket.overruns !== this.#overruns) {
      this.#overruns = this.#socket.overruns;
      if (this.#dumps.length === 0) this.#readAll();
    }
    if (this.#changed && this.#dumps.length === 0) {
      this.#changed = false;
      this.#options.onLinks();
    }
  }

  #dumpEnded(): void {
    if (this.#dumps.length === 0) return;
    this.#dumps.shift();
    this.#readNext();
  }

  #take(type: number, view: DataView, start: number, end: number): void {
    if (type === ROUTE.newLink || type === ROUTE.deleteLink) this.#takeLink(type, view, start, end);
    else if (type === ROUTE.newAddress || type === ROUTE.deleteAddress) this.#takeAddress(type, view, start, end);
    else if (type === ROUTE.newNeighbour || type === ROUTE.deleteNeighbour) this.#takeNeighbour(type, view, start, end);
  }

  #takeLink(type: number, view: DataView, start: number, end: number): void {
    const link = parseLink(view, start, end);
    if (!link) return;
    if (type === ROUTE.deleteLink) this.#links.delete(link.index);
    else this.#links.set(link.index, link);
    this.#changed = true;
  }

  #takeAddress(type: number, view: DataView, start: number, end: number): void {
    const message = parseAddressMessage(view, start, end);
    if (!message) return;
    const address = formatWords(message.address);
    const key = `${message.index} ${address}`;
    if (type === ROUTE.deleteAddress) this.#addresses.delete(key);
    else if (this.#addresses.size < MAX_OWN_ADDRESSES) {
      const prefix = parsePrefix(`${address}/${message.length}`);
      if (!prefix) return;
      const linkLocal = isLinkLocal(message.address);
      this.#addresses.set(key, { index: message.index, address, prefix: formatPrefix(prefix), linkLocal });
    }
    this.#changed = true;
  }

  #takeNeighbour(type: number, view: DataView, start: number, end: number): void {
    const message = parseNeighbour(view, start, end);
    if (!message || !this.#isLan(message.index) || isGroup(message.address)) return;
    const address = formatWords(message.address);
    const key = `${message.index} ${address}`;
    const before = this.#known.get(key);
    const { mac } = message;
    if (type === ROUTE.newNeighbour && message.usable && mac !== undefined) {
      if (mac === before || mac === NO_MAC) return;
      this.#remember(key, mac);
      this.#tell(mac, address, false);
    } else if (before !== undefined && (type === ROUTE.deleteNeighbour || !message.usable)) {
      this.#known.delete(key);
      this.#tell(before, address, true);
    }
  }

  #remember(key: string, mac: Mac): void {
    this.#known.delete(key);
    this.#known.set(key, mac);
    if (this.#known.size <= MAX_NEIGHBOURS) return;
    const oldest = this.#known.keys().next();
    if (!oldest.done) this.#known.delete(oldest.value);
  }

  #tell(mac: Mac, address: Address, gone: boolean): void {
    const observation = { kind: 'neighbour', at: this.#options.now(), mac, address, source: 'kernel' } as const;
    this.#options.onNeighbour(gone ? { ...observation, gone } : observation);
  }
}

const NO_MAC = '00:00:00:00:00:00';

function isGroup(words: AddressWords): boolean {
  const scope = scopeOf(...words);
  return scope === 'multicast' || scope === 'broadcast';
}

function isLinkLocal(words: AddressWords): boolean {
  const scope = scopeOf(...words);
  return scope === 'loopback' || scope === 'link-local' || (isV4(words) && scope === 'unspecified');
}
