import type { Address, Mac, Prefix } from './address.ts';
import type { DeviceLimits, LadderStep, Service, TripMode } from './policy.ts';

/** What the household wants of a device, a group, a node or a service, and when. Plain JSON, kept by the store. */
export type HouseholdRule = {
  /** Of what it does and to what: the same wish twice is one rule. */
  id: string;
  action: RuleAction;
  target: RuleTarget;
  when: RuleTime;
  by: string;
  since: number;
};

/** `ignore` only hides. */
export type RuleAction = 'block' | 'allow' | 'ignore' | 'pause' | 'slow' | LadderStep['step'];

/** What is absent fits everything. */
export type RuleTarget = {
  device?: string;
  group?: string;
  node?: NodeTarget;
  service?: Service & { initiator: 'device' | 'node' };
};
/** By name: all addresses it has now and later. Another device of the home: the same, as far as this box is between them. */
export type NodeTarget = { name: string } | { address: Address } | { prefix: Prefix } | { device: string };

/** Nothing lasts for ever by default: who wants that says so. */
export type RuleTime = { always: true } | { until: number } | { weekly: WeeklySlot[] };

/** In the home's time. An end that is not after the beginning is on the next day. */
export type WeeklySlot = {
  /** 1 Monday … 7 Sunday (ISO 8601): days it begins on. */
  days: number[];
  /** `HH:MM`. */
  from: string;
  to: string;
};

/** As a person asks for it; `for` in ms, `tomorrow` is the home's next midnight. */
export type AskedTime = RuleTime | { for: number } | { tomorrow: true };

export type RuleCommand =
  | { name: 'set-rule'; action: RuleAction; target: RuleTarget; when: AskedTime }
  | { name: 'remove-rule'; id: string };

/** What is known of the home when a policy is made. */
export type HomeFacts = {
  /** Minutes that the home's time is ahead of UTC now. */
  utcOffset: number;
  /** When the home's day ends, ms: its clock may be put forward or back until then. */
  midnight: number;
  lan: string[];
  prefixes: Prefix[];
  routers: Array<{ macs: Mac[]; addresses: Address[] }>;
  resolvers: Address[];
  page: { addresses: Address[]; ports: number[] };
  /** Ids of the devices that SPIN is used from now. */
  consoles: string[];
  devices: DeviceFacts[];
  /** Ids of all groups, those without a device included. */
  groups: readonly string[];
  /** Current addresses of a name, as the home's resolvers say. */
  names: ReadonlyMap<string, readonly Address[]>;
  /** What a device heard of names elsewhere, or called an address by, by its id: it binds that device alone. */
  heard: ReadonlyMap<string, ReadonlyMap<string, readonly Address[]>>;
};

export type DeviceFacts = {
  id: string;
  macs: Mac[];
  addresses: Address[];
  groups: string[];
  tripwires: { mode: TripMode; volume?: TripMode; limits: DeviceLimits; unneeded: Service[] };
  /** Names and addresses that must stay within reach, and what is essential for it. */
  critical: string[];
  essential: string[];
};

export type GuardPreferences = {
  spoofing: { mode: TripMode; exempt: Mac[] };
  strangers: { mode: TripMode; connections: { perSecond: number; burst: number } };
  /** s */
  hold: number;
  /** Of the step `slow`. */
  slowBytesPerSecond: number;
};
