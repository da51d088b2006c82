import { STRANGERS } from '../../decide/limits.ts';
import { tripwiresFor } from '../../decide/tripwires.ts';
import { type Address, formatMac } from '../../model/address.ts';
import type { Group } from '../../model/audit.ts';
import type { Device } from '../../model/home.ts';
import type { DeviceFacts, GuardPreferences, HomeFacts, HouseholdRule } from '../../model/household.ts';
import type { OwnLimit } from '../../model/verdict.ts';
import { allGroups, groupsOf } from './groups.ts';
import { HOME, type NameBook } from './name-book.ts';
import type { Network } from './network.ts';

/** A tripwire holds a device for so long, s: most bots try again within it, a person hardly notices. */
const HOLD = 10;
/** Of the step `slow`: a call and a web page go through, a flood does not. */
const SLOW_BYTES_PER_SECOND = 32_000;
/** Addresses of names in one policy: half of what a set of the kernel holds. Each name has the same share. */
export const MAX_NAMED_ADDRESSES = 32_768;
/** … that single devices heard elsewhere. A policy that devices made too large would be refused as a whole. */
export const MAX_HEARD_ADDRESSES = 16_384;
/** An id made of a hardware address. */
const BY_MAC = /^d-([0-9a-f]{4})([0-9a-f]{8})$/;

/** What facts are gathered from. */
export type Sources = {
  at: number;
  network: Network;
  names: NameBook;
  devices: readonly Device[];
  groups: ReadonlyMap<string, Group>;
  rules: readonly HouseholdRule[];
  lan: string[];
  page: HomeFacts['page'];
  /** Addresses that SPIN is used from. */
  consoles: readonly Address[];
  criticalOf: (device: string) => string[];
  guardOf: (device: string) => Guard;
  essentialOf: (device: Device) => string[];
};

/** How a device is guarded by SPIN's own decision: tighter limits, and whether its tripwires may act. */
export type Guard = { limit?: OwnLimit; mayAct: boolean };

/** What is known of the home, as far as the rules ask. */
export function factsOf(sources: Sources): HomeFacts {
  const { network, at, lan, page } = sources;
  const devices = sources.devices.map((device) => deviceFacts(device, sources));
  const known = [...devices, ...forgotten(sources)];
  const needed = namesNeeded(sources.rules, known);
  const each = Math.max(1, Math.floor(MAX_NAMED_ADDRESSES / Math.max(1, needed.size)));
  const names = new Map(
    [...needed].map((name) => [name, sources.names.addresses(HOME, name, at).reverse().slice(0, each)] as const),
  );
  return {
    utcOffset: -new Date(at).getTimezoneOffset(),
    midnight: new Date(at).setHours(24, 0, 0, 0),
    lan,
    prefixes: network.prefixes(),
    routers: [{ macs: [...network.routers.macs], addresses: [...network.routers.addresses] }],
    resolvers: network.resolvers(),
    page,
    consoles: known
      .filter(({ addresses }) => addresses.some((address) => sources.consoles.includes(address)))
      .map(({ id }) => id),
    devices: known,
    groups: allGroups(sources.groups.values()),
    names,
    heard: sources.names.heard(namesOf(sources.rules), at, MAX_HEARD_ADDRESSES),
  };
}

/** What the household has not been asked yet, as it protects one that is never asked. */
export function guardPreferences(network: Network, mayAct: boolean): GuardPreferences {
  return {
    // What is home must be known before anything can be said not to be.
    spoofing: { mode: network.isSettled ? (mayAct ? 'enforce' : 'watch') : 'off', exempt: [] },
    strangers: { mode: 'watch', connections: STRANGERS },
    hold: HOLD,
    slowBytesPerSecond: SLOW_BYTES_PER_SECOND,
  };
}

function deviceFacts(device: Device, { groups, rules, criticalOf, essentialOf, guardOf }: Sources): DeviceFacts {
  const { id, macs, addresses, kind } = device;
  const mine = groupsOf(device, groups.values());
  const guard = guardOf(id);
  const isKept = rules.some(
    ({ action, target }) =>
      action === 'essential' && (target.device === id || (target.group !== undefined && mine.includes(target.group))),
  );
  return {
    id,
    macs,
    addresses,
    groups: mine,
    tripwires: tripwiresFor(kind, guard.limit, guard.mayAct),
    critical: criticalOf(id),
    essential: isKept ? essentialOf(device) : [],
  };
}

/** Devices of rules that the home no longer holds, by the hardware address in their id: a rule is not lost in a crowd. */
function forgotten({ rules, devices, groups, guardOf }: Sources): DeviceFacts[] {
  const here = new Set(devices.map(({ id }) => id));
  const missing = new Set(rules.flatMap(({ target: { device } }) => device ?? []).filter((id) => !here.has(id)));
  return [...missing].flatMap((id) => {
    const [, high, low] = BY_MAC.exec(id) ?? [];
    if (high === undefined || low === undefined) return [];
    const mac = formatMac(Number.parseInt(high, 16), Number.parseInt(low, 16));
    const { limit, mayAct } = guardOf(id);
    const tripwires = { ...tripwiresFor(undefined, limit, mayAct), unneeded: [] };
    const own = groupsOf({ id }, groups.values());
    return [{ id, macs: [mac], addresses: [], groups: own, tripwires, critical: [], essential: [] }];
  });
}

/** All names that facts hold the addresses of. */
export function namesNeeded(rules: readonly HouseholdRule[], devices: readonly DeviceFacts[]): Set<string> {
  return new Set([...namesOf(rules), ...devices.flatMap(({ critical, essential }) => [...critical, ...essential])]);
}

function namesOf(rules: readonly HouseholdRule[]): Set<string> {
  return new Set(rules.flatMap(({ target: { node } }) => (node !== undefined && 'name' in node ? [node.name] : [])));
}
