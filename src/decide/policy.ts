/** The household's rules and what is known of the home → what the kernel shall do at a time. */
import { type Address, inPrefix, parseAddress, parsePrefix } from '../model/address.ts';
import type { DeviceFacts, GuardPreferences, HomeFacts, HouseholdRule, NodeTarget } from '../model/household.ts';
import type { DesiredPolicy, LadderStep, PolicyAllow, PolicyBlock, PolicyDevice, PolicyNode } from '../model/policy.ts';
import type { Rules } from './rules.ts';
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
    critical: resolve(critical, home),
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
    return step === 'essential' ? { id, step, essential: resolve(device.essential, home) } : { id, step };
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
  if (target.node) what.node = nodeOf(target.node, home);
  if (target.service) what.service = target.service;
  if (target.device === undefined && target.group === undefined) return [what];
  return home.devices.filter((device) => fits(target, device)).map((device) => ({ ...what, device: device.id }));
}

function nodeOf(node: NodeTarget, home: HomeFacts): PolicyNode {
  if ('prefix' in node) return { addresses: [], prefixes: [node.prefix] };
  if ('address' in node) return { addresses: [node.address], prefixes: [] };
  return { name: node.name, addresses: resolve([node.name], home), prefixes: [] };
}

/**
 * Current addresses of names, and addresses themselves. What a name says of the home's own network is not believed:
 * whoever answers for it could have the home cut off from itself.
 */
function resolve(names: readonly string[], home: HomeFacts): Address[] {
  const own = home.prefixes.flatMap((prefix) => parsePrefix(prefix) ?? []);
  const kept = new Set([...home.resolvers, ...home.page.addresses]);
  const found = names.flatMap((name) => {
    if (parseAddress(name)) return [name];
    return (home.names.get(name) ?? []).filter((address) => {
      const words = parseAddress(address);
      return words !== undefined && !kept.has(address) && !own.some((prefix) => inPrefix(words, prefix));
    });
  });
  return [...new Set(found)].sort();
}
