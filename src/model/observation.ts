import type { Address, Mac, Prefix } from './address.ts';
import type { FlowBatch } from './flow.ts';
import type { Habits } from './habits.ts';
import type { Traits } from './identity.ts';
import type { Kind } from './kinds.ts';
import type { MudProfile } from './mud.ts';
import type { TripMode, TripReason } from './policy.ts';

/**
 * The one door into the core. Everything that happens is an observation with its own time `at` (ms since the epoch,
 * fractions allowed); the core never asks for the time. All but `flows` are plain JSON.
 */
export type Observation =
  | FlowsObservation
  | TickObservation
  | DnsObservation
  | HelloObservation
  | WordsObservation
  | MappingObservation
  | LeaseObservation
  | NeighbourObservation
  | RouterObservation
  | ServiceObservation
  | SourceObservation
  | RestoreObservation
  | ProfileObservation
  | ListsObservation
  | CommandObservation
  | EnforcementObservation
  | StoppedObservation
  | TrippedObservation
  | TotalsObservation;

/** One end of a packet as the link showed it; no `mac` where the link has none. */
export type Endpoint = { mac?: Mac; address: Address };

/** What flows added since the last drain. The batch is only valid during `step`: copy what is kept. */
export type FlowsObservation = { kind: 'flows'; at: number; flows: FlowBatch };

/** Time passes, also in a silent home: at most every second of observed time. */
export type TickObservation = { kind: 'tick'; at: number };

/** A DNS message, over UDP or TCP. */
export type DnsObservation = {
  kind: 'dns';
  at: number;
  /** The end that asked. */
  client: Endpoint;
  /** The end that was asked. */
  server: Endpoint;
  response: boolean;
  /** Lower case, without the last dot; bytes that are no host name characters escaped as RFC 4343 §2.1 does (`\ddd`). */
  name: string;
  /** QTYPE number. */
  type: number;
  /** RCODE; 0 in queries. */
  rcode: number;
  /** Size of the message, bytes. */
  size: number;
  answers: DnsAnswer[];
};

export type DnsAnswer =
  | { type: 'A' | 'AAAA'; name: string; ttl: number; address: Address }
  | { type: 'CNAME'; name: string; ttl: number; target: string };

/** A client's first words to a server: TLS ClientHello or QUIC Initial. */
export type HelloObservation = {
  kind: 'hello';
  at: number;
  client: Endpoint;
  server: Endpoint;
  protocol: 'tcp' | 'udp';
  clientPort: number;
  serverPort: number;
  /** Server name (RFC 6066 §3), lower case. */
  serverName?: string;
  alpn: string[];
  /** The newest version that the client offers, where RFC 8996 forbids even that. */
  obsolete?: 'SSL 3.0' | 'TLS 1.0' | 'TLS 1.1';
};

/** A TCP connection speaks a language that is known by its first words, whatever the port. */
export type WordsObservation = {
  kind: 'words';
  at: number;
  client: Endpoint;
  server: Endpoint;
  clientPort: number;
  serverPort: number;
  language: 'stratum' | 'irc' | 'bittorrent';
};

/** Somebody in the home asked the gateway to let connections in from outside, or to stop doing so. */
export type MappingObservation = {
  kind: 'mapping';
  at: number;
  /** Who asked. */
  client: Endpoint;
  gateway: Endpoint;
  via: 'upnp' | 'nat-pmp' | 'pcp';
  /** Whether the gateway said so; else the device only asked for it. */
  granted: boolean;
  protocol: 'tcp' | 'udp';
  externalPort: number;
  internalPort: number;
  /** Where connections are led to, if another than the one who asks. */
  internalAddress?: Address;
  /** Seconds; 0: the mapping is removed. */
  lifetime: number;
};

/** What a device or a DHCP server said about an address or about the device. */
export type LeaseObservation = {
  kind: 'lease';
  at: number;
  mac: Mac;
  source: 'dhcp4' | 'dhcp6' | 'lease-file';
  /** Message type (RFC 2132 §9.6, RFC 8415 §7.3), where a message was seen. */
  message?: string;
  /** Addresses given to the device (acknowledged or in a lease file). */
  addresses: Address[];
  hostname?: string;
  vendorClass?: string;
  /** Option 55 / ORO, in the order sent. */
  parameters?: number[];
  /** Option 61 (RFC 2132 §9.14) or DUID (RFC 8415 §11), hex, where it does not just repeat the hardware address. */
  clientId?: string;
  /** Hardware address that sent the device's message, where it is another one: a repeater speaks for it. */
  via?: Mac;
  /** Address that it would like to have (RFC 2132 §9.1). */
  requested?: Address;
  /** RFC 8520 §10. */
  mudUrl?: string;
  /** What the server said of the network, for `acknowledged` messages. */
  network?: { prefix?: Prefix; routers: Address[]; resolvers: Address[]; server?: Endpoint };
};

/** An address on the link belongs to a hardware address. */
export type NeighbourObservation = {
  kind: 'neighbour';
  at: number;
  mac: Mac;
  address: Address;
  source: 'arp' | 'ndp' | 'kernel';
  /** It asked who has this address. */
  asks?: Address;
  /** The kernel gave the entry up, or the device left. */
  gone?: true;
};

/** A router told of itself (RFC 4861 §4.2), or the host's own configuration did. */
export type RouterObservation = {
  kind: 'router';
  at: number;
  mac?: Mac;
  addresses: Address[];
  /** On-link prefixes. */
  prefixes: Prefix[];
  resolvers: Address[];
};

/** A device announced a name or a service on the link. */
export type ServiceObservation = {
  kind: 'service';
  at: number;
  device: Endpoint;
  protocol: 'mdns' | 'llmnr' | 'nbns' | 'ssdp';
  /** Host name announced for the device, without `.local`. */
  hostname?: string;
  /** Service type such as `_hap._tcp` or a UPnP device type URN. */
  service?: string;
  /** Instance name, or UPnP server string. */
  description?: string;
  /** TXT keys that tell model or kind (`md`, `model`, `am`, `ty` …), values as sent, cut at 128 characters. */
  attributes?: Record<string, string>;
  /** Where a UPnP description can be had. */
  location?: string;
};

/** What a source is, what it cannot see, and what it lost. Sent at start and at every change. */
export type SourceObservation = {
  kind: 'source';
  at: number;
  source: string;
  /** Prefixes and hardware addresses that are home by configuration. */
  home?: { prefixes: Prefix[]; macs: Mac[] };
  /** The guard's own hardware and network addresses. */
  own?: { macs: Mac[]; addresses: Address[] };
  coverage: CoverageNote[];
  /** It tells by a hello of every connection that begins as TLS does, whether or not it shows look-ups. */
  greetings?: boolean;
  /** Totals since the source started. */
  lost: { events: number; packets: number };
};

/** Something that the household should know SPIN cannot see, by code; texts belong to the interfaces. */
export type CoverageNote = { code: CoverageCode; detail?: string };
export type CoverageCode =
  | 'flow-offload'
  | 'hardware-offload'
  | 'no-accounting'
  | 'no-conntrack'
  | 'no-capture'
  | 'no-neighbours'
  | 'no-right'
  | 'headers-not-seen'
  | 'flow-log'
  | 'look-ups-not-seen'
  | 'connections-from-before'
  | 'events-lost'
  | 'packets-lost'
  | 'mirror-one-way'
  | 'recorded'
  | 'agent-gone'
  | 'store-failing'
  | 'detector-failing'
  | 'detector-blind'
  | 'file-left-out'
  | 'lines-left-out';

/** What the store knew before this start. */
export type RestoreObservation = {
  kind: 'restore';
  at: number;
  devices: RestoredDevice[];
  /** What devices were known to need. */
  habits?: Habits[];
};
export type RestoredDevice = {
  id: string;
  macs: Mac[];
  addresses: Address[];
  hostnames: string[];
  givenName?: string;
  givenKind?: Kind;
  /** What it was believed to be. */
  kind?: Kind;
  traits?: Traits;
  notSame?: string[];
  vendorClass?: string;
  mudUrl?: string;
  firstSeen: number;
  lastSeen: number;
};

/** What a maker says that a device of this home needs, as an installed file tells; without a profile it is no longer so. */
export type ProfileObservation = { kind: 'profile'; at: number; device: string; profile?: MudProfile };

/** The lists of bad places that the owner installed, all of them; what was installed before counts no more. */
export type ListsObservation = { kind: 'lists'; at: number; lists: readonly { name: string; text: string }[] };

/** What a person asked for. */
export type CommandObservation = { kind: 'command'; at: number; by: string; command: Command };
export type Command =
  /** An empty name gives the device its own name back. */
  | { name: 'rename-device'; device: string; to: string }
  /** An empty kind leaves it to SPIN again. */
  | { name: 'set-kind'; device: string; to: Kind | '' }
  /** Whether `device` is the one known before as `as`: then the two are one from now on, else it is not asked again. */
  | { name: 'same-device'; device: string; as: string; same: boolean };

/** What became of a desired policy. `passive`: this agent never touches the firewall. */
export type EnforcementObservation = {
  kind: 'enforcement';
  at: number;
  /** Of the policy that is spoken of, as the controller numbered it; -1 for one adopted from before. */
  revision: number;
  result: 'in-force' | 'refused' | 'passive';
  /** Why it was refused; what had to be brought back because somebody else had changed it. */
  message?: string;
};

/** What the policy's entries stopped since each is in force, by id; a device's id stands for its tripwires. */
export type StoppedObservation = { kind: 'stopped'; at: number; entries: StoppedEntry[] };
export type StoppedEntry = { id: string; packets: number; bytes: number };

/** A tripwire in the kernel acted, or would have where it only watches: at most once a second for each device and reason. */
export type TrippedObservation = {
  kind: 'tripped';
  at: number;
  mac: Mac;
  reason: TripReason;
  mode: TripMode;
  /** Where the packet that tripped it was going; port 0 where its protocol has none. */
  to?: { protocol: number; address: Address; port: number };
};

/**
 * What passed in each direction since the last such observation, told every second while there are more connections
 * than can be read every second. It feeds rates alone: exact counters still come with `flows`, later.
 */
export type TotalsObservation = { kind: 'totals'; at: number; sent: SentTotal[]; received: ReceivedTotal[] };
export type SentTotal = { mac: Mac; packets: number; bytes: number };
export type ReceivedTotal = { address: Address; packets: number; bytes: number };
