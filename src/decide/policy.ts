/** The household's rules and what is known of the home → what the kernel shall do at a time. */
import { type Address, inPrefix, parseAddress, parsePrefix } from '../model/address.ts';
import type { DeviceFacts, GuardPreferences, HomeFacts, HouseholdRule, NodeTarget } from '../model/household.ts';
import type { DesiredPolicy, LadderStep, PolicyAllow, PolicyBlock, PolicyDevice, PolicyNode } from '../model/policy.ts';
import { ALL_DEVICES, type Rules } from './rules.ts';
import { isActive, nextChange } from './schedule.ts';

/** Highest first: of several steps asked for a device, by itself and by its groups, the highest counts. */
const LADDER = ['isolated', 'local', 'essential', 'slow'] as const;

/** The same rules and facts give the same policy, in whatever order they came. */
export function policyAt(rules: Rules, home: HomeFacts, preferences: GuardPreferences, at: number): DesiredPolicy {
  const active = [...rules.values()]
    .filter(({ when }) => isActive(when, at, home.utcOffset))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  const devices = home.devices.filter((device) => !isRouter(device, home));
  const facts = { ...home, devices };
  const allows = active.flatMap((rule) => (rule.action === 'allow' ? allowsOf(rule, facts) : []));
  const blocks = active.flatMap((rule) => blocksOf(rule, facts));
  return {
    lan: home.lan,
    home: home.prefixes,
    routers: home.routers.flatMap(({ macs }) => macs),
    resolvers: home.resolvers,
    page: home.page,
    consoles: devices
      .filter(({ id }) => home.consoles.includes(id))
      .flatMap(({ macs, addresses }) => macs.map((mac) => ({ mac, addresses }))),
    spoofing: preferences.spoofing,
    strangers: preferences.strangers,
    hold: preferences.hold,
    devices: devices.map((device) => policyDevice(device, active, facts, preferences)),
    allows,
    blocks,
  };
}

/** When the policy changes next by time alone; `undefined` when never. */
export function nextPolicyChange(rules: Rules, home: HomeFacts, at: number): number | undefined {
  const changes = [...rules.values()].flatMap(({ when }) => nextChange(when, at, home.utcOffset) ?? []);
  return changes.length === 0 ? undefined : Math.min(...changes);
}

function isRouter(device: DeviceFacts, home: HomeFacts): boolean {
  return home.routers.some(({ macs }) => macs.some((mac) => device.macs.includes(mac)));
}

function policyDevice(
  device: DeviceFacts,
  active: readonly HouseholdRule[],
  home: HomeFacts,
  preferences: GuardPreferences,
): PolicyDevice {
  const { id, macs, addresses, tripwires, critical } = device;
  const ladder = stepOf(device, active, home, preferences);
  return {
    id,
    macs,
    addresses,
    ...tripwires,
    critical: resolve(critical, home, home.names),
    ...(ladder ? { ladder } : {}),
  };
}

function stepOf(
  device: DeviceFacts,
  active: readonly HouseholdRule[],
  home: HomeFacts,
  { slowBytesPerSecond }: GuardPreferences,
): LadderStep | undefined {
  const mine = active.filter(({ target }) => fits(target, device));
  for (const step of LADDER) {
    // SPIN is used from it by now, whatever it was when the rule was made.
    if (step === 'isolated' && home.consoles.includes(device.id)) continue;
    const rule = mine.find(({ action }) => action === step);
    if (!rule) continue;
    const { id } = rule;
    if (step === 'slow') return { id, step, bytesPerSecond: slowBytesPerSecond };
    return step === 'essential' ? { id, step, essential: resolve(device.essential, home, home.names) } : { id, step };
  }
  return undefined;
}

function fits({ device, group }: HouseholdRule['target'], { id, groups }: DeviceFacts): boolean {
  return device === id || (group !== undefined && groups.includes(group));
}

function allowsOf({ id, target }: HouseholdRule, home: HomeFacts): PolicyAllow[] {
  if (target.node) return [{ id, node: nodeOf(target.node, home) }];
  return home.devices.filter((device) => fits(target, device)).map((device) => ({ id, device: device.id }));
}

function blocksOf({ id, action, target }: HouseholdRule, home: HomeFacts): PolicyBlock[] {
  if (action !== 'block' && action !== 'pause') return [];
  const what: PolicyBlock = { id };
  if (action === 'pause') what.internet = true;
  if (target.service) what.service = target.service;
  const { node } = target;
  const everyone = isEveryone(target, action);
  const other = node && 'device' in node ? node.device : undefined;
  const devices = home.devices.filter((device) => everyone || (fits(target, device) && device.id !== other));
  if (!node) return everyone ? [what] : devices.map(({ id }) => ({ ...what, device: id }));
  const known = nodeOf(node, home);
  const own = (device: string) => ('name' in node ? heardOf(node.name, device, known.addresses, home) : []);
  if (!everyone)
    return devices.map(({ id: device }) => ({
      ...what,
      device,
      node: { ...known, addresses: [...known.addresses, ...own(device)].sort() },
    }));
  const more = devices
    .map(({ id: device }) => ({ ...what, device, node: { ...known, addresses: own(device) } }))
    .filter(({ node: { addresses } }) => addresses.length > 0);
  return [{ ...what, node: known }, ...more];
}

/** All devices, one by one, would be many entries where one says the same; a service at a node can only be said of each. */
function isEveryone(
  { device, group, node, service }: HouseholdRule['target'],
  action: HouseholdRule['action'],
): boolean {
  if (device !== undefined) return false;
  if (node && 'device' in node) return false;
  if (group === undefined) return true;
  return group === ALL_DEVICES && (action === 'pause' || (node === undefined) !== (service === undefined));
}

function nodeOf(node: NodeTarget, home: HomeFacts): PolicyNode {
  if ('prefix' in node) return { addresses: [], prefixes: [node.prefix] };
  if ('address' in node) return { addresses: [node.address], prefixes: [] };
  if ('device' in node) {
    const other = home.devices.find(({ id }) => id === node.device);
    return { device: node.device, addresses: other?.addresses ?? [], prefixes: [] };
  }
  return { name: node.name, addresses: resolve([node.name], home, home.names), prefixes: [] };
}

/**
 * What a device alone means by a name: answers of other resolvers, and server names that it called. Only blocks go by it,
 * and only its own: whatever it says, it cuts nobody else, and frees nothing.
 */
function heardOf(name: string, device: string, known: readonly Address[], home: HomeFacts): Address[] {
  const heard = home.heard.get(device);
  return heard ? resolve([name], home, heard).filter((address) => !known.includes(address)) : [];
}

/**
 * Current addresses of names, and addresses themselves. What a name says of the home's own network is not believed:
 * whoever answers for it could have the home cut off from itself.
 */
function resolve(names: readonly string[], home: HomeFacts, by: HomeFacts['names']): Address[] {
  const own = home.prefixes.flatMap((prefix) => parsePrefix(prefix) ?? []);
  const routers = home.routers.flatMap(({ addresses }) => addresses);
  const kept = new Set([...home.resolvers, ...home.page.addresses, ...routers]);
  const found = names.flatMap((name) => {
    if (parseAddress(name)) return [name];
    return (by.get(name) ?? []).filter((address) => {
      const words = parseAddress(address);
      return words !== undefined && !kept.has(address) && !own.some((prefix) => inPrefix(words, prefix));
    });
  });
  return [...new Set(found)].sort();
}
