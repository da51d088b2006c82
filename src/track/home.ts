import { type Address, type AddressWords, formatAddress, type Mac, parseAddress, parseMac } from '../model/address.ts';
import { type HomeEvent, type MinuteRow, OTHERS } from '../model/event.ts';
import type { Conversation, Counters, Device, Node } from '../model/home.ts';
import type { Resemblance } from '../model/identity.ts';
import type {
  Command,
  DnsObservation,
  Endpoint,
  HelloObservation,
  LeaseObservation,
  NeighbourObservation,
  Observation,
  RestoredDevice,
  RouterObservation,
  ServiceObservation,
  SourceObservation,
} from '../model/observation.ts';
import { PROTOCOL, protocolName } from '../model/protocols.ts';
import { answeredAddresses } from './answers.ts';
import { Attribution } from './attribution.ts';
import { carryOut, type Refusal } from './commands.ts';
import { COUNTERS, Conversations, Identity, NODE } from './conversations.ts';
import { Coverage, type SourceCoverage } from './coverage.ts';
import type { DeviceRecord } from './device-record.ts';
import { Devices } from './devices.ts';
import { Identities } from './identities.ts';
import { Lan, macNumber } from './lan.ts';
import { DEFAULT_LIMITS, type Limits } from './limits.ts';
import { Members } from './members.ts';
import { Memo } from './memo.ts';
import { Names } from './names.ts';
import { Stations } from './stations.ts';
import type { FlowWitness } from './witness.ts';

export type HomeOptions = {
  limits?: Partial<Limits>;
  /** Keep counters per minute and tell them as `minute` events. */
  history?: boolean;
  /** Organisation of a hardware address. */
  vendorOf?: (mac: Mac) => string | undefined;
  /** A secret of this run: who cannot know it cannot choose addresses that collide in the tables. */
  seed?: number;
  /** Looks on while flows are counted. */
  witness?: FlowWitness;
};

/** Packets (both ways) and bytes. */
export type Sum = { packets: number; bytes: number };

/** Texts of addresses whose meaning is remembered: what a home talks to within minutes. */
const REMEMBERED = 8192;
const SECOND = 1000;
const MINUTE = 60_000;
const HOUR = 3_600_000;
/** How often silent devices are looked for. */
const SILENCE_EVERY = 10_000;

/**
 * Everything that is known of the home now. Changed only by `apply`; what it hands out is plain data.
 */
export class Home {
  readonly #limits: Limits;
  readonly #vendorOf: (mac: Mac) => string | undefined;
  readonly #history: boolean;
  readonly #lan = new Lan();
  readonly #names: Names;
  readonly #devices: Devices;
  readonly #conversations: Conversations;
  readonly #members: Members;
  readonly #attribution: Attribution;
  readonly #identities: Identities;
  readonly #coverage = new Coverage();
  readonly #identity = new Identity();
  readonly #addresses = new Memo(parseAddress, REMEMBERED);
  readonly #macs = new Memo(parseMac, REMEMBERED);
  #second = Number.NEGATIVE_INFINITY;
  #minute = Number.NEGATIVE_INFINITY;
  #silenceSeen = Number.NEGATIVE_INFINITY;
  #addressesAged = Number.NEGATIVE_INFINITY;
  /** The question in hand, or its answer, and the device that asked. */
  #asked: DnsObservation | undefined;
  #asker = -1;
  /** Observed time, ms since the epoch. */
  at = 0;
  /** Why the command of the last step was not carried out; `undefined` if it was, or was none. */
  refusal: Refusal | undefined;

  constructor(options: HomeOptions = {}) {
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#vendorOf = options.vendorOf ?? (() => undefined);
    this.#history = options.history ?? false;
    const seed = options.seed ?? 0x5e1f;
    this.#names = new Names(this.#limits, seed);
    this.#devices = new Devices(this.#limits, seed);
    this.#conversations = new Conversations(this.#limits, this.#names, this.#history, seed);
    this.#members = new Members(
      this.#lan,
      this.#devices,
      new Stations(this.#limits.undecidedStations),
      this.#conversations,
      this.#names,
      (record) => this.#viewDevice(record),
    );
    this.#identities = new Identities(this.#devices, this.#members, this.#conversations, this.#vendorOf);
    this.#attribution = new Attribution(this.#members, this.#conversations, this.#limits, options.witness);
  }

  /** Takes in one observation. @returns what follows from it, in order */
  apply(observation: Observation): HomeEvent[] {
    this.refusal = undefined;
    if (observation.at > this.at) this.at = observation.at;
    this.#members.at = this.at;
    this.#members.events = [];
    this.#asked = undefined;
    // A batch holds what happened before its time: one at a full minute still belongs to the minute before.
    this.#passTime(observation.kind === 'flows' ? this.at - 1 : this.at);
    this.#take(observation);
    this.#tellGateway();
    return this.#members.events;
  }

  devices(): Device[] {
    return [...this.#devices.all()].map((record) => this.#viewDevice(record));
  }

  device(id: string): Device | undefined {
    const record = this.#devices.get(id);
    return record && this.#viewDevice(record);
  }

  /** Id of the device that an index stands for now. */
  deviceId(index: number): string | undefined {
    return this.#devices.has(index) ? this.#devices.at(index).id : undefined;
  }

  /** Index of a device by its id, or -1. */
  indexOf(id: string): number {
    return this.#devices.get(id)?.index ?? -1;
  }

  /** What the device of an index is, where it is known. */
  kindAt(index: number): string | undefined {
    return this.#devices.has(index) ? this.#devices.at(index).kind : undefined;
  }

  /** When the device of an index was first seen, ms since the epoch. */
  firstSeenAt(index: number): number {
    return this.#devices.has(index) ? this.#devices.at(index).firstSeen : this.at;
  }

  /** Number of the conversation that a witness was told of by its entry, valid now. */
  conversationId(entry: number): number {
    return this.#conversations.id(entry);
  }

  /** Packets that the far end of a conversation has sent; 0 where it is no longer known. */
  packetsDown(conversation: number): number {
    const entry = this.#conversations.entry(conversation);
    return entry < 0 ? 0 : this.#conversations.counters(entry).packetsDown;
  }

  /** Index of the device at an address, or -1. */
  deviceAt(words: AddressWords): number {
    return this.#devices.withAddress(words[0], words[1], words[2], words[3]);
  }

  isHome(words: AddressWords): boolean {
    return this.#lan.isHome(words);
  }

  /** Whether nothing said yet which addresses of that family are home. */
  isOpen(words: AddressWords): boolean {
    return this.#lan.isOpen(words);
  }

  isGateway(words: AddressWords): boolean {
    return this.#members.isGatewayAddress(words);
  }

  /** Index of the device whose doing an observation is: who asked, announced, was leased or tripped; or -1. */
  actorOf(observation: Observation): number {
    const { kind } = observation;
    if (observation === this.#asked && this.#members.events.length === 0) return this.#asker;
    if (kind === 'dns' || kind === 'hello' || kind === 'words' || kind === 'mapping')
      return this.#deviceAt(observation.client, false);
    if (kind === 'service') return this.#deviceAt(observation.device, false);
    return 'mac' in observation && observation.mac !== undefined ? this.deviceWith(observation.mac) : -1;
  }

  /** Index of the device of a hardware address, or -1. */
  deviceWith(text: Mac): number {
    const mac = this.#macs.of(text);
    return mac === undefined ? -1 : this.#members.station(mac.hi, mac.lo).device;
  }

  /** Open questions whether a new device is one known before. */
  resemblances(): Resemblance[] {
    return this.#identities.resemblances();
  }

  /** All that a device ever sent and received in the conversations it is counted in. */
  counters(device: string): Counters {
    const record = this.#devices.get(device);
    return record ? this.#conversations.totals(record.index) : zero();
  }

  /** The part of `counters` whose conversations had to make room for others. */
  evicted(device: string): Counters {
    const record = this.#devices.get(device);
    return record ? this.#conversations.evicted(record.index) : zero();
  }

  conversation(id: number): Conversation | undefined {
    const entry = this.#conversations.entry(id);
    return entry < 0 ? undefined : this.#viewConversation(entry);
  }

  /** Reads the counters of a conversation, without all else that `conversation` tells. @returns whether it is known */
  readCounters(conversation: number, into: Counters): boolean {
    const entry = this.#conversations.entry(conversation);
    if (entry >= 0) this.#conversations.readCounters(entry, into);
    return entry >= 0;
  }

  /** Bytes that the device of a conversation has sent in it; 0 where it is no longer known. */
  bytesUp(conversation: number): number {
    const entry = this.#conversations.entry(conversation);
    return entry < 0 ? 0 : this.#conversations.counters(entry).bytesUp;
  }

  /** Name of a conversation's far end: what `conversation` tells as `node.name`. */
  nodeName(conversation: number): string | undefined {
    const entry = this.#conversations.entry(conversation);
    if (entry < 0) return undefined;
    const { kind, node0 } = this.#conversations.identify(entry, this.#identity);
    if (kind === NODE.name) return this.#names.text(node0);
    return kind === NODE.device ? this.#devices.at(node0).names[0] : undefined;
  }

  /** Ids of all conversations, or of one device's, oldest first by device. */
  conversationIds(device?: string): number[] {
    const records = device === undefined ? [...this.#devices.all()] : [this.#devices.get(device)];
    const ids: number[] = [];
    const { table } = this.#conversations;
    for (const record of records) {
      if (!record) continue;
      for (let entry = table.first(record.index); entry >= 0; entry = table.next(entry))
        ids.push(this.#conversations.id(entry));
    }
    return ids;
  }

  /** Who routes for this home. */
  gateway(): { macs: Mac[]; addresses: Address[] } {
    return { macs: this.#members.gatewayMacs(), addresses: [...this.#lan.gatewayAddresses] };
  }

  /** Sums of everything counted: their total is what the sources counted. */
  totals(): { conversations: Sum; evicted: Sum; noConversation: Sum } {
    const counted = { packets: 0, bytes: 0 };
    const evicted = sumOf(this.#conversations.forgotten());
    for (const record of this.#devices.all()) {
      addTo(counted, sumOf(this.#conversations.totals(record.index)));
      const folded = sumOf(this.#conversations.evicted(record.index));
      addTo(evicted, folded);
      counted.packets -= folded.packets;
      counted.bytes -= folded.bytes;
    }
    const { nobodysPackets, nobodysBytes } = this.#conversations;
    return { conversations: counted, evicted, noConversation: { packets: nobodysPackets, bytes: nobodysBytes } };
  }

  coverage(): SourceCoverage[] {
    return this.#coverage.all();
  }

  #take(observation: Observation): void {
    const { kind } = observation;
    if (kind === 'flows') this.#attribution.count(observation.flows);
    else if (kind === 'dns') this.#dns(observation);
    else if (kind === 'hello') this.#hello(observation);
    else if (kind === 'lease') this.#lease(observation);
    else if (kind === 'neighbour') this.#neighbour(observation);
    else if (kind === 'router') this.#router(observation);
    else if (kind === 'service') this.#service(observation);
    else if (kind === 'source') this.#source(observation);
    else if (kind === 'restore') for (const device of observation.devices) this.#restore(device);
    else if (kind === 'command') this.#command(observation.command);
  }

  #dns(dns: DnsObservation): void {
    const isAnswer = dns.response && dns.rcode === 0 && dns.answers.length > 0 && dns.name !== '';
    const known = this.#deviceAt(dns.client, false);
    if (known >= 0) this.#asked = dns;
    this.#asker = known;
    // Who is answered has asked, although its flows may not have been told of yet.
    const device = known >= 0 || !isAnswer ? known : this.#deviceAt(dns.client, true);
    if (device < 0) return;
    this.#identities.lookedUp(device, dns.name);
    if (!isAnswer) return;
    answeredAddresses(dns.name, dns.answers, (text, ttl) => {
      const address = this.#addresses.of(text);
      if (address) this.#names.lookedUp(device, address, dns.name, ttl, this.at);
    });
  }

  #hello(hello: HelloObservation): void {
    const address = this.#addresses.of(hello.server.address);
    if (!hello.serverName || !address) return;
    const device = this.#deviceAt(hello.client, true);
    if (device < 0) return;
    this.#names.greeted(device, address, hello.serverName, this.at);
    this.#identities.lookedUp(device, hello.serverName);
    this.#nameByHello(device, address, hello.protocol === 'tcp' ? PROTOCOL.tcp : PROTOCOL.udp, hello.serverPort);
  }

  /** The conversation that began before its first words named the far end gets that name. */
  #nameByHello(device: number, address: AddressWords, protocol: number, port: number): void {
    const identity = this.#identity;
    identity.device = device;
    identity.kind = NODE.address;
    [identity.node0, identity.node1, identity.node2, identity.node3] = address;
    identity.protocol = protocol;
    identity.port = port;
    identity.byNode = 0;
    const entry = this.#conversations.find(identity);
    if (entry < 0) return;
    const named = this.#members.nameNode(identity, address);
    if (named === undefined) return;
    this.#conversations.setByHello(this.#conversations.rekey(entry, identity, false), named === 'hello');
  }

  #lease(lease: LeaseObservation): void {
    this.#network(lease);
    const mac = parseMac(lease.mac);
    if (!mac) return;
    const station = this.#members.station(mac.hi, mac.lo);
    if (!station.gateway) station.leased = true;
    const device = this.#members.deviceAt(station);
    if (device < 0) return;
    station.onLink = true;
    for (const text of lease.addresses) {
      const address = parseAddress(text);
      if (address) this.#members.neighbour(station, address);
    }
    this.#members.heard(device);
    const record = this.#devices.at(device);
    this.#identities.leased(record, lease);
    if (record.lease(lease)) this.#devices.changed.add(record);
  }

  #network(lease: LeaseObservation): void {
    const { network } = lease;
    if (!network) return;
    if (network.prefix) this.#lan.learn(network.prefix);
    for (const text of network.routers) this.#routerAddress(text);
  }

  #routerAddress(text: Address): void {
    const address = parseAddress(text);
    if (!address) return;
    const holder = this.#devices.withAddress(...address);
    const station = holder < 0 ? undefined : this.#members.stationOf(holder);
    // A thing that gets its own address from a DHCP server does not become the router by hearsay.
    if (station?.leased) return;
    this.#members.addGatewayAddress(address);
    if (station) this.#members.becomeGateway(station);
  }

  #neighbour(neighbour: NeighbourObservation): void {
    const mac = parseMac(neighbour.mac);
    const address = parseAddress(neighbour.address);
    if (!mac || !address || (mac.hi & 0x0100) !== 0 || macNumber(mac.hi, mac.lo) === 0) return;
    if (neighbour.gone) this.#devices.unconfirm(address);
    else this.#members.neighbour(this.#members.station(mac.hi, mac.lo), address);
  }

  #router(router: RouterObservation): void {
    for (const prefix of router.prefixes) this.#lan.learn(prefix);
    const mac = router.mac === undefined ? undefined : parseMac(router.mac);
    if (!mac) return;
    const station = this.#members.station(mac.hi, mac.lo);
    // Border routers of other networks (Thread) advertise routes too, but are devices with leases of this link.
    if (station.leased) return;
    for (const text of router.addresses) {
      const address = parseAddress(text);
      if (address) this.#members.addGatewayAddress(address);
    }
    this.#members.becomeGateway(station);
  }

  #service(service: ServiceObservation): void {
    const device = this.#deviceAt(service.device, true);
    if (device < 0) return;
    this.#members.heard(device);
    const record = this.#devices.at(device);
    if (record.announced(service)) this.#devices.changed.add(record);
  }

  #source(source: SourceObservation): void {
    if (source.own) {
      this.#lan.own(source.own.macs, source.own.addresses);
      for (const text of source.own.macs) {
        const mac = parseMac(text);
        if (mac) this.#members.ownStation(mac.hi, mac.lo);
      }
      this.#members.gatewayChanged = true;
    }
    if (source.home) this.#lan.configure(source.home.prefixes, source.home.macs);
    const event = this.#coverage.update(source);
    if (event) this.#members.events.push(event);
  }

  #restore(known: RestoredDevice): void {
    if (this.#devices.get(known.id)) return;
    const record = this.#devices.add(known.id, known.firstSeen, known.macs.length === 0);
    if (!record) return;
    record.restore(known);
    // Known, but not yet seen in this run.
    record.gone = true;
    for (const text of known.macs) {
      const mac = parseMac(text);
      if (mac) this.#members.adopt(this.#members.station(mac.hi, mac.lo), record);
    }
    for (const text of known.addresses) {
      const address = parseAddress(text);
      if (address && this.#devices.withAddress(...address) < 0)
        this.#devices.assign(record.index, address, known.lastSeen, false);
    }
    this.#devices.changed.add(record);
  }

  #command(command: Command): void {
    const done = carryOut(command, this.#devices, this.#members);
    if (typeof done === 'string') this.refusal = { command, reason: done };
    else {
      this.#identities.touched(done);
      this.#identities.answered();
      this.#devices.changed.delete(done);
      this.#members.events.push({ kind: 'device', at: this.at, change: 'changed', device: this.#viewDevice(done) });
    }
  }

  #deviceAt(end: Endpoint, sent: boolean): number {
    const address = this.#addresses.of(end.address);
    if (!address) return -1;
    const mac = end.mac === undefined ? undefined : this.#macs.of(end.mac);
    const station = mac && this.#members.station(mac.hi, mac.lo);
    return this.#members.deviceOf(station, address, sent);
  }

  #tellGateway(): void {
    if (!this.#members.gatewayChanged) return;
    this.#members.gatewayChanged = false;
    this.#members.events.push({ kind: 'gateway', at: this.at, ...this.gateway() });
  }

  #passTime(until: number): void {
    const second = Math.floor(until / SECOND);
    if (second > this.#second) {
      if (this.#second === Number.NEGATIVE_INFINITY) this.#start(until);
      this.#second = second;
      this.#passSecond();
    }
    const minute = Math.floor(until / MINUTE);
    if (minute > this.#minute) {
      if (this.#history) this.#tellMinute(this.#minute * MINUTE);
      this.#minute = minute;
    }
  }

  #start(until: number): void {
    this.#minute = Math.floor(until / MINUTE);
    this.#silenceSeen = this.at;
    this.#addressesAged = this.at;
  }

  #passSecond(): void {
    const members = this.#members;
    if (members.relink) members.relinkNodes();
    if (this.at - this.#addressesAged >= HOUR) {
      this.#addressesAged = this.at;
      this.#devices.ageAddresses();
    }
    if (this.at - this.#silenceSeen >= SILENCE_EVERY) {
      this.#silenceSeen = this.at;
      members.watchSilence();
    }
    const anyTraffic = this.#conversations.anyChanged;
    const worked = anyTraffic ? this.#conversations.takeChangedDevices() : [];
    this.#identities.worked(worked);
    this.#identities.passSecond();
    members.tellChanged();
    if (!anyTraffic) return;
    const conversations = this.#conversations.takeChanged();
    const devices = worked.map((index) => this.#devices.at(index).id);
    members.events.push({ kind: 'traffic', at: this.at, conversations, devices });
  }

  #tellMinute(start: number): void {
    const rows: MinuteRow[] = [];
    this.#conversations.takeMinute((device, entry, added) => {
      rows.push({ device: this.#devices.at(device).id, ...this.#minuteNode(entry), ...countersOf(added) });
    });
    if (rows.length > 0) this.#members.events.push({ kind: 'minute', at: this.at, start, rows });
  }

  #minuteNode(entry: number): Pick<MinuteRow, 'node' | 'protocol' | 'port' | 'initiator'> {
    if (entry < 0) return { node: OTHERS, protocol: '', port: 0, initiator: 'device' };
    const identity = this.#conversations.identify(entry, this.#identity);
    return {
      node: this.#nodeKey(identity),
      protocol: protocolName(identity.protocol),
      port: identity.port,
      initiator: identity.byNode === 1 ? 'node' : 'device',
    };
  }

  #nodeKey(identity: Identity): string {
    if (identity.kind === NODE.name) return this.#names.text(identity.node0);
    if (identity.kind === NODE.device) return `device:${this.#devices.at(identity.node0).id}`;
    return formatAddress(identity.node0, identity.node1, identity.node2, identity.node3);
  }

  #viewDevice(record: DeviceRecord): Device {
    const vendor = record.macs.map(this.#vendorOf).find((name) => name !== undefined);
    const identity = this.#identities.of(record);
    return {
      id: record.id,
      macs: [...record.macs],
      addresses: this.#devices.addresses(record.index),
      names: record.names,
      ...given('givenName', record.givenName),
      ...given('vendor', vendor),
      ...given('kind', record.givenKind ?? identity.kind?.value),
      ...given('givenKind', record.givenKind),
      identity,
      traits: record.traits.toJSON(),
      ...(record.notSame.length > 0 && { notSame: [...record.notSame] }),
      ...given('vendorClass', record.vendorClass),
      ...given('mudUrl', record.mudUrl),
      services: record.services,
      firstSeen: record.firstSeen,
      lastSeen: this.#members.lastSeen(record),
    };
  }

  #viewConversation(entry: number): Conversation {
    const identity = this.#conversations.identify(entry, this.#identity);
    const { device, protocol, port, byNode } = identity;
    return {
      id: this.#conversations.id(entry),
      device: this.#devices.at(device).id,
      node: this.#viewNode(entry, identity),
      protocol: protocolName(protocol),
      port,
      initiator: byNode === 1 ? 'node' : 'device',
      ...this.#conversations.counters(entry),
      first: this.#conversations.first(entry),
      last: this.#conversations.last(entry),
    };
  }

  #viewNode(entry: number, identity: Identity): Node {
    const addresses = this.#nodeAddresses(entry);
    if (identity.kind === NODE.name) {
      const nameSource = this.#conversations.isByHello(entry) ? 'hello' : 'dns';
      return { name: this.#names.text(identity.node0), nameSource, addresses };
    }
    if (identity.kind === NODE.address) return { addresses };
    const record = this.#devices.at(identity.node0);
    const name = record.names[0];
    return { ...(name === undefined ? {} : { name, nameSource: 'device' as const }), addresses, device: record.id };
  }

  #nodeAddresses(entry: number): Address[] {
    const end = (i: number) => this.#conversations.end(entry, 4 + i);
    const earlier = this.#conversations.moreEnds(entry);
    return [...earlier, [end(0), end(1), end(2), end(3)]].map((w) => formatAddress(w[0]!, w[1]!, w[2]!, w[3]!));
  }
}

function given<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  return value === undefined ? {} : ({ [key]: value } as Partial<Record<K, V>>);
}

function countersOf(columns: Float64Array): Counters {
  return { packetsUp: columns[0]!, packetsDown: columns[1]!, bytesUp: columns[2]!, bytesDown: columns[3]! };
}

function zero(): Counters {
  return countersOf(new Float64Array(COUNTERS));
}

function sumOf(counters: Counters): Sum {
  return {
    packets: counters.packetsUp + counters.packetsDown,
    bytes: counters.bytesUp + counters.bytesDown,
  };
}

function addTo(sum: Sum, more: Sum): void {
  sum.packets += more.packets;
  sum.bytes += more.bytes;
}
