import type { Address, Mac, Prefix } from './address.ts';

/**
 * What the kernel shall do now, whole and as plain JSON. It holds no schedules: what is not to be enforced at this
 * moment is not in it. Ids say whom or what an entry is for, so that what it stopped can be told of by id.
 */
export type DesiredPolicy = {
  /** Interfaces that devices are reached through; a bridge by its own name, a VLAN by its interface's name. */
  lan: string[];
  /** Prefixes of the home, both families, delegated ones that were just replaced included. Empty: nothing is known. */
  home: Prefix[];
  /** Routers within the home: their frames carry everybody's addresses, so that no rule of a device fits them. */
  routers: Mac[];
  /** The home's resolvers, as devices address them. */
  resolvers: Address[];
  /** Where the household reaches SPIN's page. */
  page: { addresses: Address[]; ports: number[] };
  /** Devices the owner uses SPIN from now. */
  consoles: Array<{ mac: Mac; addresses: Address[] }>;
  /** Packets from the home with a source address that is not the home's. */
  spoofing: { mode: TripMode; exempt: Mac[] };
  /** All hardware addresses together that are no device yet. */
  strangers: { mode: TripMode; connections: Rate };
  /** How long a tripwire holds a device, s. */
  hold: number;
  devices: PolicyDevice[];
  /** Either end of an allowed conversation suffices; beats every block and every step of the ladder, no tripwire. */
  allows: PolicyAllow[];
  blocks: PolicyBlock[];
};

/** `watch` counts and never drops. */
export type TripMode = 'off' | 'watch' | 'enforce';

/** Why a tripwire acts. */
export const TRIP_REASONS = [
  'spoofing',
  'unneeded',
  'packets',
  'stateless',
  'connections',
  'destination4',
  'destination6',
  'dns',
] as const;
export type TripReason = (typeof TRIP_REASONS)[number];

/** A token bucket: `perSecond` on average, `burst` at once. Packets, or what the field says. */
export type Rate = { perSecond: number; burst: number };

export type PolicyDevice = {
  id: string;
  macs: Mac[];
  addresses: Address[];
  /** Mode of the device's own tripwires. */
  mode: TripMode;
  /** Mode of the limits of volume – all limits but `stateless` – where it is another. */
  volume?: TripMode;
  limits: DeviceLimits;
  /** What this device never needs beyond the home. A service without a port is a whole protocol. */
  unneeded: Service[];
  /** Nodes that stay within reach during a hold and on every step but `isolated`. */
  critical: Address[];
  ladder?: LadderStep;
};

/** An absent limit is not enforced. */
export type DeviceLimits = {
  /** Packets to the internet in all, and to one address of it; the second needs the first. */
  packets?: Rate;
  destination?: Rate;
  /** TCP packets that start a connection or have had no answer yet (conntrack's state `new`). */
  connections?: Rate;
  /** The same of all other protocols. Trips for the reason `connections`. */
  unanswered?: Rate;
  /** Packets that belong to no connection: no SYN came first. */
  stateless?: Rate;
  /** Packets to the home's resolver. */
  dns?: Rate;
};

/** Lowest first; each cuts what the one before it cuts, and more. Single conversations are cut by `blocks`. */
export type LadderStep = { id: string } & (
  | { step: 'slow'; bytesPerSecond: number }
  /** The internet only as far as `essential`. */
  | { step: 'essential'; essential: Address[] }
  | { step: 'local' }
  /** DHCP and neighbour discovery only. */
  | { step: 'isolated' }
);

/** A protocol by number, and its port. */
export type Service = { protocol: number; port?: number };

/** With `device` the far end is one of the home, and the addresses are its own. */
export type PolicyNode = { name?: string; device?: string; addresses: Address[]; prefixes: Prefix[] };

/** One of `device` and `node`. */
export type PolicyAllow = { id: string; device?: string; node?: PolicyNode };

/**
 * What is cut, both ways. Whatever is absent fits everything: a device alone is all of its traffic, a device with a
 * node a conversation; a service at a node needs a device. `internet` spares the home's own traffic: a pause.
 */
export type PolicyBlock = {
  id: string;
  device?: string;
  node?: PolicyNode;
  service?: Service & { initiator: 'device' | 'node' };
  internet?: true;
};
