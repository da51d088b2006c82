import { type AddressWords, formatMac, formatWords, isV4, type Mac, scopeOf } from '../model/address.ts';
import type { HomeEvent } from '../model/event.ts';
import type { Device } from '../model/home.ts';
import { type Conversations, Identity, NODE } from './conversations.ts';
import { type DeviceRecord, idByAddress, idByMac } from './device-record.ts';
import type { Devices } from './devices.ts';
import type { Lan } from './lan.ts';
import { GONE_AFTER } from './limits.ts';
import type { Names } from './names.ts';
import { FAR_NETWORKS, NEXT_HOP_PROVEN, noteFar, type Station, type Stations } from './stations.ts';

/** Global IPv6 addresses that a device may claim while no prefix says what is home. */
const OPEN_ADDRESSES = 4;

/**
 * Who is a member of the home and who only carries its traffic. Decides from what little is known at first and puts the
 * books right when better evidence comes.
 */
export class Members {
  readonly lan: Lan;
  readonly devices: Devices;
  readonly #stations: Stations;
  readonly #conversations: Conversations;
  readonly #names: Names;
  readonly #view: (record: DeviceRecord) => Device;
  /** Events of the step under way. */
  events: HomeEvent[] = [];
  at = 0;
  gatewayChanged = false;
  /** Far ends may now be known as devices: conversations want another look. */
  relink = false;
  #gateways = 0;

  constructor(
    lan: Lan,
    devices: Devices,
    stations: Stations,
    conversations: Conversations,
    names: Names,
    view: (record: DeviceRecord) => Device,
  ) {
    this.lan = lan;
    this.devices = devices;
    this.#stations = stations;
    this.#conversations = conversations;
    this.#names = names;
    this.#view = view;
  }

  station(high: number, low: number): Station {
    return this.#stations.get(high, low);
  }

  /** A hardware address of the guard itself, as `lan` keeps them. */
  ownStation(high: number, low: number): void {
    const station = this.#stations.get(high, low);
    if (this.lan.ownMacs.has(station.mac)) this.becomeGateway(station);
  }

  gatewayMacs(): Mac[] {
    return [...this.#stations.all()].filter((station) => station.gateway).map((station) => macText(station.mac));
  }

  get hasGateway(): boolean {
    return this.#gateways > 0;
  }

  /** The device at a station, found now if it is new; -1 for a gateway or where no more devices may come. */
  deviceAt(station: Station, silent = false): number {
    if (station.gateway) return -1;
    if (station.device >= 0) return station.device;
    const mac = macText(station.mac);
    const record = this.#found(idByMac(mac), false, silent);
    if (!record) return -1;
    record.addMac(mac);
    station.device = record.index;
    this.#stations.decided(station);
    this.#tell(record, 'found');
    return record.index;
  }

  /** The device of an end of a control message, or -1; found now if it sent the message. */
  deviceOf(station: Station | undefined, words: AddressWords, sent: boolean): number {
    const known = this.devices.withAddress(words[0], words[1], words[2], words[3]);
    if (!station || station.gateway) {
      if (known >= 0 || !sent || station || !this.lan.isHome(words) || this.isGatewayAddress(words)) return known;
      return this.deviceByAddress(words);
    }
    if (station.device >= 0) {
      if (sent) this.claim(station.device, words);
      return station.device;
    }
    const home = this.lan.isHome(words) || this.lan.homeMacs.has(station.mac);
    if (!home || !sent || this.isGatewayAddress(words)) return known;
    const device = this.deviceAt(station);
    if (device >= 0) this.claim(device, words);
    return device;
  }

  /** The station of a device, where it has one. */
  stationOf(device: number): Station | undefined {
    for (const station of this.#stations.all()) if (station.device === device) return station;
    return undefined;
  }

  /** A station belongs to a device that was known before. */
  adopt(station: Station, record: DeviceRecord): void {
    if (station.gateway || station.device >= 0) return;
    station.device = record.index;
    this.#stations.decided(station);
  }

  /** The device known by an address alone, found now if it is new. */
  deviceByAddress(words: AddressWords, silent = false): number {
    const known = this.devices.withAddress(words[0], words[1], words[2], words[3]);
    if (known >= 0) return known;
    const record = this.#found(idByAddress(formatWords(words)), true, silent);
    if (!record) return -1;
    this.devices.assign(record.index, words, this.at, false);
    this.devices.changed.delete(record);
    this.relink = true;
    this.#tell(record, 'found');
    return record.index;
  }

  /** A device sent from an address: it is the device's own, if it can be an address of this home. */
  claim(device: number, words: AddressWords): void {
    const owner = this.devices.withAddress(words[0], words[1], words[2], words[3]);
    if (owner !== device) {
      if (!this.#mayOwn(device, words)) return;
      if (owner >= 0 && this.devices.at(owner).provisional) this.merge(owner, device);
      this.relink = true;
    }
    this.devices.claim(device, words, this.at);
  }

  /** The link said that an address belongs to a hardware address. */
  neighbour(station: Station, words: AddressWords): void {
    const scope = scopeOf(words[0], words[1], words[2], words[3]);
    if (scope === 'multicast' || scope === 'broadcast' || scope === 'unspecified' || scope === 'loopback') return;
    if (this.lan.gatewayAddresses.has(formatWords(words)) && !station.leased) this.becomeGateway(station);
    if (station.gateway) {
      if (this.lan.isHome(words) && this.devices.withAddress(words[0], words[1], words[2], words[3]) < 0)
        this.addGatewayAddress(words);
      return;
    }
    station.onLink = true;
    const device = this.deviceAt(station);
    if (device < 0) return;
    const owner = this.devices.withAddress(words[0], words[1], words[2], words[3]);
    if (owner >= 0 && owner !== device && this.devices.at(owner).provisional) this.merge(owner, device);
    if (owner !== device) this.relink = true;
    this.devices.assign(device, words, this.at, true);
    this.heard(device);
  }

  /** A sign of life that is no traffic. */
  heard(device: number): void {
    const record = this.devices.at(device);
    record.lastHeard = Math.max(record.lastHeard, this.at);
    this.devices.spoke(record);
  }

  /** A device of this home handed a packet for a far end to this station. */
  usedAsNextHop(station: Station, bothWays: boolean): void {
    if (station.gateway) return;
    if (station.device >= 0 && (station.leased || this.#hasName(station.device)) && this.hasGateway) return;
    station.nextHop += bothWays || station.device < 0 ? NEXT_HOP_PROVEN : 1;
    if (station.nextHop >= NEXT_HOP_PROVEN) this.becomeGateway(station);
  }

  /** A far address was met at a station whose place is not proven; several networks make it a next hop. */
  metFar(station: Station, words: AddressWords, bothWays: boolean): void {
    if (station.gateway || (station.onLink && !bothWays)) return;
    const networks = noteFar(station, words);
    if (station.leased) return;
    if (networks >= (station.onLink ? FAR_NETWORKS : 2)) this.becomeGateway(station);
  }

  isGatewayAddress(words: AddressWords): boolean {
    const { gatewayAddresses } = this.lan;
    return gatewayAddresses.size > 0 && gatewayAddresses.has(formatWords(words));
  }

  addGatewayAddress(words: AddressWords): void {
    if (this.lan.addGatewayAddress(formatWords(words))) this.gatewayChanged = true;
  }

  /** The station routes; if it was taken for a device, its conversations are those of the devices behind or before it. */
  becomeGateway(station: Station): void {
    if (station.gateway) return;
    const device = station.device;
    station.gateway = true;
    this.#gateways++;
    this.#stations.decided(station);
    this.gatewayChanged = true;
    if (device < 0) return;
    const record = this.devices.at(device);
    record.leaving = true;
    for (const words of this.devices.releaseAddresses(device))
      if (this.lan.isHome(words)) this.addGatewayAddress(words);
    for (const other of this.#stations.all()) if (other.device === device) this.#stations.release(other);
    station.device = -1;
    this.#handOver(device);
    this.#conversations.disownEvicted(device);
    this.#drop(record);
  }

  /** Two records were one device all the time. */
  merge(from: number, into: number): void {
    const old = this.devices.at(from);
    const kept = this.devices.at(into);
    const table = this.#conversations.table;
    const identity = new Identity();
    for (let entry = table.first(from); entry >= 0; entry = table.first(from)) {
      this.#conversations.identify(entry, identity);
      identity.device = into;
      this.#conversations.rekey(entry, identity, false);
    }
    this.#conversations.mergeTotals(from, into);
    this.#renameNode(from, into);
    this.#names.merge(from, into);
    this.devices.moveAddresses(from, into);
    kept.absorb(old);
    for (const station of this.#stations.all()) if (station.device === from) station.device = into;
    this.devices.remove(old);
    this.devices.changed.add(kept);
    this.events.push({ kind: 'merged', at: this.at, device: old.id, into: kept.id });
  }

  /** Looks again at far ends inside the home whose device was not known when they were first met. */
  relinkNodes(): void {
    this.relink = false;
    const { table } = this.#conversations;
    const identity = new Identity();
    for (let entry = 0; entry < table.used; entry++) {
      if (table.owner(entry) < 0) continue;
      this.#conversations.identify(entry, identity);
      if (identity.kind !== NODE.address) continue;
      const owner = this.devices.withAddress(identity.node0, identity.node1, identity.node2, identity.node3);
      if (owner < 0 || owner === identity.device) continue;
      identity.kind = NODE.device;
      identity.node0 = owner;
      identity.node1 = identity.node2 = identity.node3 = 0;
      this.#conversations.rekey(entry, identity, false);
    }
  }

  lastSeen(record: DeviceRecord): number {
    return Math.max(record.lastHeard, this.#conversations.lastSent(record.index));
  }

  /** Tells which devices fell silent and which are back. */
  watchSilence(): void {
    for (const record of this.devices.all()) {
      const gone = this.at - this.lastSeen(record) >= GONE_AFTER;
      if (gone === record.gone) continue;
      record.gone = gone;
      this.#tell(record, gone ? 'gone' : 'found');
    }
  }

  tellChanged(): void {
    for (const record of this.devices.changed) this.#tell(record, 'changed');
    this.devices.changed.clear();
  }

  #found(id: string, provisional: boolean, silent: boolean): DeviceRecord | undefined {
    const record = this.devices.create(id, this.at, provisional, silent);
    if (record) return record;
    const idle = this.devices.forgettable(this.at - GONE_AFTER, (candidate) => this.lastSeen(candidate));
    if (!idle || !this.devices.isFull) return undefined;
    this.#forget(idle);
    return this.devices.create(id, this.at, provisional, silent);
  }

  /** Makes room: what the device did stays counted among the evicted. */
  #forget(record: DeviceRecord): void {
    this.#conversations.foldAll(record.index);
    this.#conversations.forgetDevice(record.index);
    this.#drop(record);
  }

  #drop(record: DeviceRecord): void {
    for (const station of this.#stations.all()) if (station.device === record.index) this.#stations.release(station);
    this.#renameNode(record.index, -1);
    this.#names.forget(record.index);
    this.devices.remove(record);
    record.gone = true;
    this.#tell(record, 'gone');
  }

  /** The conversations of what was no device go to the device at their other end, or are nobody's. */
  #handOver(device: number): void {
    const { table } = this.#conversations;
    for (let entry = table.first(device); entry >= 0; entry = table.first(device)) {
      const was = this.#conversations.identify(entry, new Identity());
      const ours = this.#endWords(entry, 0);
      const generation = this.#conversations.generation(entry);
      const isBehind = this.lan.isConfigured(ours) && !this.isGatewayAddress(ours);
      const behind = isBehind ? this.deviceByAddress(ours) : -1;
      // A device that had to be forgotten to make room may have changed this very conversation: it comes up again.
      if (this.#conversations.generation(entry) !== generation) continue;
      if (behind >= 0) {
        was.device = behind;
        this.#conversations.rekey(entry, was, false);
        continue;
      }
      const other = this.#otherDevice(entry, was);
      if (this.#conversations.generation(entry) !== generation) continue;
      if (other < 0 || other === device) {
        this.#conversations.disown(entry);
        continue;
      }
      const now = new Identity();
      now.device = other;
      now.protocol = was.protocol;
      now.port = was.port;
      now.byNode = was.byNode === 1 ? 0 : 1;
      this.nameNode(now, ours);
      this.#conversations.rekey(entry, now, true);
    }
  }

  #otherDevice(entry: number, identity: Identity): number {
    if (identity.kind === NODE.device) return identity.node0;
    const words = this.#endWords(entry, 4);
    const known = this.devices.withAddress(words[0], words[1], words[2], words[3]);
    if (known >= 0) return known;
    const station = this.#stations.withAddress(words);
    if (!station) return -1;
    const device = this.deviceAt(station);
    if (device >= 0) this.claim(device, words);
    return device;
  }

  /** Fills in the far end of an identity by its address: a name that the device looked up, else the address. */
  nameNode(identity: Identity, words: AddressWords): 'dns' | 'hello' | undefined {
    const entry = this.#names.find(identity.device, words[0], words[1], words[2], words[3], this.at);
    if (entry < 0) {
      identity.kind = NODE.address;
      identity.node0 = words[0];
      identity.node1 = words[1];
      identity.node2 = words[2];
      identity.node3 = words[3];
      return undefined;
    }
    identity.kind = NODE.name;
    identity.node0 = this.#names.nameOf(entry);
    identity.node1 = identity.node2 = identity.node3 = 0;
    return this.#names.isHello(entry) ? 'hello' : 'dns';
  }

  /** Far ends that were device `from` are device `into`, or (-1) plain addresses again. */
  #renameNode(from: number, into: number): void {
    const { table } = this.#conversations;
    const identity = new Identity();
    for (let entry = 0; entry < table.used; entry++) {
      if (table.owner(entry) < 0) continue;
      this.#conversations.identify(entry, identity);
      if (identity.kind !== NODE.device || identity.node0 !== from) continue;
      if (into >= 0) identity.node0 = into;
      else this.nameNode(identity, this.#endWords(entry, 4));
      this.#conversations.rekey(entry, identity, false);
    }
  }

  #endWords(entry: number, first: 0 | 4): AddressWords {
    const word = (i: number) => this.#conversations.end(entry, first + i);
    return [word(0), word(1), word(2), word(3)];
  }

  /** Whether an address that a device sends from can be its own: not where it is spoofed or forwarded. */
  #mayOwn(device: number, words: AddressWords): boolean {
    if (this.lan.gatewayAddresses.has(formatWords(words))) return false;
    if (this.lan.isHome(words)) return true;
    if (scopeOf(...words) !== 'global' || !this.lan.isOpen(words)) return false;
    return this.devices.addressCount(device) < (isV4(words) ? 1 : OPEN_ADDRESSES);
  }

  #hasName(device: number): boolean {
    return this.devices.at(device).names.length > 0;
  }

  #tell(record: DeviceRecord, change: 'found' | 'changed' | 'gone'): void {
    this.events.push({ kind: 'device', at: this.at, change, device: this.#view(record) });
  }
}

function macText(mac: number): Mac {
  return formatMac(Math.floor(mac / 0x1_0000_0000), mac % 0x1_0000_0000);
}
