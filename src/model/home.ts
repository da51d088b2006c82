import type { Address, Mac } from './address.ts';
import type { RuleTarget } from './household.ts';
import type { Identity, Traits } from './identity.ts';
import type { Kind } from './kinds.ts';

/** A thing in the home, as everything outside the core sees it: plain JSON, no live references. */
export type Device = {
  /** Stable for the device's life: `d-` and the first hardware address, or `a-` and the first address where the link has none. */
  id: string;
  macs: Mac[];
  /** Current addresses, the most recently used last. */
  addresses: Address[];
  /** All names, best first: given by the owner, DHCP, mDNS, others. */
  names: string[];
  /** The owner's own name for it. */
  givenName?: string;
  /** Organisation of the hardware address (IEEE registry); `undefined` for private addresses. */
  vendor?: string;
  /** The owner's answer, else what is believed. */
  kind?: Kind;
  /** What the owner says it is. */
  givenKind?: Kind;
  identity?: Identity;
  traits?: Traits;
  /** Ids of devices of which the owner said that they are others. */
  notSame?: string[];
  vendorClass?: string;
  mudUrl?: string;
  /** Service types it announced. */
  services: string[];
  firstSeen: number;
  lastSeen: number;
};

/** Counters of anything, both ways; `Up` leaves the device. */
export type Counters = { packetsUp: number; packetsDown: number; bytesUp: number; bytesDown: number };

/** A far end: known by the name that this device looked up, else by its address. */
export type Node = {
  name?: string;
  /** How the name is known. */
  nameSource?: 'dns' | 'hello' | 'device';
  /** The addresses it was reached at, most recent last. */
  addresses: Address[];
  /** Id of the device, where the far end is in this home. */
  device?: string;
};

export type Initiator = 'device' | 'node';

/** A device, a node, protocol, service port and who started it, with counters both ways. */
export type Conversation = Counters & {
  /** Number within this run; not reused while anyone may hold it. */
  id: number;
  device: string;
  node: Node;
  /** `tcp`, `udp`, `icmp`, `ipv6-icmp`, `gre` …, or the protocol number as text. */
  protocol: string;
  /** Service port; 0 where the protocol has none. */
  port: number;
  initiator: Initiator;
  first: number;
  last: number;
};

/** A detector's claim about a device. */
export type Finding = {
  id: string;
  detector: string;
  device: string;
  subject: string;
  /**
   * What to cut so that it stops, as narrow as the evidence allows: the service that is scanned (`tcp/23`, from the
   * device), the node that is flooded. Absent where only the whole device can be named.
   */
  target?: Pick<RuleTarget, 'node' | 'service'>;
  evidence: Record<string, string | number | boolean>;
  confidence: number;
  first: number;
  last: number;
  until: number;
};
