/** The household's rules, changed by commands. Pure: each command gives new rules or a refusal. */
import {
  formatPrefix,
  formatWords,
  inPrefix,
  isV4,
  type PrefixWords,
  parseAddress,
  parsePrefix,
} from '../model/address.ts';
import type {
  HomeFacts,
  HouseholdRule,
  NodeTarget,
  RuleAction,
  RuleCommand,
  RuleTarget,
  RuleTime,
} from '../model/household.ts';
import { Refusal } from './refusal.ts';
import { isOver, readTime } from './schedule.ts';

export type Rules = ReadonlyMap<string, HouseholdRule>;

type Asked = NonNullable<RuleTarget['service']>;

/** Wishes of one household; each is some hundred bytes and some entries of the kernel's sets. */
export const MAX_RULES = 4096;
/** The group of every device, those to come included. */
export const ALL_DEVICES = 'all';
/** RFC 1035 §2.3.4. */
const MAX_NAME = 253;
const NAME = /^(?=.*[a-z])[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*$/;
/** Steps that a device can be on; one at a time. */
const STEPS: ReadonlySet<RuleAction> = new Set<RuleAction>(['slow', 'essential', 'local', 'isolated']);
const MAX_PORT = 65_535;

/**
 * The rules after a command; the same object where it changes nothing.
 * @throws Refusal, with the field of the command; nothing is changed then
 */
export function command(rules: Rules, order: RuleCommand, by: string, at: number, home: HomeFacts): Rules {
  const next = new Map(rules);
  if (order.name === 'remove-rule') {
    if (!next.delete(order.id)) throw new Refusal('id', 'unknown-rule', 'no such rule');
    return next;
  }
  const target = readTarget(order.action, order.target, home);
  const when = readTime(order.when, at, home.midnight);
  if (order.action !== 'allow' && order.action !== 'ignore') refuseCuttingOff(target, home, order.action);
  const id = ruleId(order.action, target, when);
  const before = next.get(id);
  if (before?.action === order.action && JSON.stringify(before.when) === JSON.stringify(when)) return rules;
  if (!before && next.size >= MAX_RULES) throw new Refusal('target', 'too-many', `more than ${MAX_RULES} rules`);
  next.set(id, { id, action: order.action, target, when, by, since: at });
  return next;
}

/** Without the rules that are over; the same object where none is. */
export function expire(rules: Rules, at: number): Rules {
  if (![...rules.values()].some(({ when }) => isOver(when, at))) return rules;
  return new Map([...rules].filter(([, { when }]) => !isOver(when, at)));
}

/** The rules after two devices turned out to be one; of two rules that become one, the later word counts. */
export function merge(rules: Rules, device: string, into: string): Rules {
  const moved = [...rules.values()].filter(({ target }) => target.device === device || otherOf(target) === device);
  if (moved.length === 0) return rules;
  const next = new Map(rules);
  for (const rule of moved) {
    const target = mergedTarget(rule.target, device, into);
    const id = ruleId(rule.action, target, rule.when);
    const other = next.get(id);
    next.delete(rule.id);
    // Of a device with itself there is nothing to decide.
    if (target.device !== undefined && target.device === otherOf(target)) continue;
    if (!other || other.since < rule.since) next.set(id, { ...rule, id, target });
  }
  return next;
}

function otherOf({ node }: RuleTarget): string | undefined {
  return node && 'device' in node ? node.device : undefined;
}

function mergedTarget(target: RuleTarget, device: string, into: string): RuleTarget {
  return {
    ...target,
    ...(target.device === device && { device: into }),
    ...(otherOf(target) === device && { node: { device: into } }),
  };
}

/**
 * A device is on one step of the ladder, whichever: the last word counts. What holds by a schedule stands beside what
 * holds now, so that an hour's pause does not end the pause of every night.
 */
function ruleId(action: RuleAction, { device, group, node, service }: RuleTarget, when: RuleTime): string {
  const parts = [STEPS.has(action) ? 'step' : action];
  if ('weekly' in when) parts.push('weekly');
  if (device !== undefined) parts.push(`device=${device}`);
  if (group !== undefined) parts.push(`group=${group}`);
  if (node) parts.push(`node=${Object.values(node)[0] as string}`);
  if (service) parts.push(`service=${service.protocol}/${service.port ?? 'any'}/${service.initiator}`);
  return parts.join(' ');
}

function readTarget(action: RuleAction, asked: RuleTarget, home: HomeFacts): RuleTarget {
  const target: RuleTarget = {};
  if (asked.device !== undefined) {
    if (!home.devices.some(({ id }) => id === asked.device))
      throw new Refusal('target.device', 'unknown-device', 'no such device');
    target.device = asked.device;
  }
  if (asked.group !== undefined) {
    if (!home.groups.includes(asked.group)) throw new Refusal('target.group', 'unknown-group', 'no such group');
    target.group = asked.group;
  }
  if (asked.node) target.node = readNode(asked.node, home);
  if (asked.service) target.service = readService(asked.service);
  refuseShape(action, target);
  return target;
}

function refuseShape(action: RuleAction, { device, group, node, service }: RuleTarget): void {
  const who = device !== undefined || group !== undefined;
  if (device !== undefined && group !== undefined)
    throw new Refusal('target.group', 'bad-target', 'either a device or a group');
  if (STEPS.has(action) && !who) throw new Refusal('target.device', 'bad-target', 'whom?');
  if ((STEPS.has(action) || action === 'pause') && (node || service))
    throw new Refusal('target.node', 'bad-target', 'is for devices as a whole');
  if (action === 'block' && !who && !node && !service)
    throw new Refusal('target', 'bad-target', 'to block everything, pause the home');
  if (service && node && !who) throw new Refusal('target.device', 'bad-target', 'a service at a node needs a device');
  if ((action === 'allow' || action === 'ignore') && (service || who === (node !== undefined)))
    throw new Refusal('target', 'bad-target', 'either devices or a node');
  const other = otherOf({ ...(node && { node }) });
  if (other === undefined) return;
  if (action !== 'block' || !who) throw new Refusal('target.node', 'bad-target', 'is a device itself');
  if (other === device) throw new Refusal('target.node.device', 'bad-target', 'is the same device');
}

function readNode(node: NodeTarget, home: HomeFacts): NodeTarget {
  if ('device' in node) {
    if (!home.devices.some(({ id }) => id === node.device))
      throw new Refusal('target.node.device', 'unknown-device', 'no such device');
    return { device: node.device };
  }
  if ('address' in node) {
    const words = parseAddress(node.address);
    if (!words) throw new Refusal('target.node.address', 'bad-address', 'no address');
    return { address: formatWords(words) };
  }
  if ('prefix' in node) {
    const prefix = parsePrefix(node.prefix);
    if (!prefix || prefix.length === 0) throw new Refusal('target.node.prefix', 'bad-prefix', 'no prefix of nodes');
    return { prefix: formatPrefix(prefix) };
  }
  const name = node.name.toLowerCase().replace(/\.$/, '');
  if (name.length > MAX_NAME || !NAME.test(name)) throw new Refusal('target.node.name', 'bad-name', 'no host name');
  return { name };
}

function readService({ protocol, port, initiator }: Asked): Asked {
  const fits = (value: number, most: number) => Number.isInteger(value) && value >= 0 && value <= most;
  if (!fits(protocol, 255)) throw new Refusal('target.service.protocol', 'bad-service', 'protocols are 0 to 255');
  if (port === undefined) return { protocol, initiator };
  if (!fits(port, MAX_PORT)) throw new Refusal('target.service.port', 'bad-service', `ports are 0 to ${MAX_PORT}`);
  return { protocol, port, initiator };
}

/**
 * The kernel never cuts the way to the page; a rule that means to is a mistake all the same, and so is one that takes
 * the household's own console, router or resolver from it.
 */
function refuseCuttingOff(target: RuleTarget, home: HomeFacts, action: RuleAction): void {
  const whole = !target.node && !target.service && action !== 'slow';
  const hit = home.devices.filter(({ id, groups }) => id === target.device || groups.includes(target.group ?? ''));
  const who = target.device === undefined ? 'target.group' : 'target.device';
  if (whole && action !== 'pause' && hit.some(({ id }) => home.consoles.includes(id)))
    throw new Refusal(who, 'cuts-owner-off', 'SPIN is used from this device');
  const own = home.routers.flatMap(({ addresses }) => addresses).concat(home.resolvers, home.page.addresses);
  const other = home.devices.find(({ id }) => id === otherOf(target));
  if (other && home.routers.some(({ macs }) => macs.some((mac) => other.macs.includes(mac))))
    throw new Refusal('target.node', 'cuts-owner-off', 'it is the home’s router');
  if (
    target.node &&
    ('address' in target.node || 'prefix' in target.node) &&
    covers(target.node, [...own, ...home.prefixes])
  )
    throw new Refusal('target.node', 'cuts-owner-off', 'the home, its router or its resolver is in it');
}

/** Whether a node's address or prefix holds one of the places, or a part of it. */
function covers(node: { address: string } | { prefix: string }, places: readonly string[]): boolean {
  const mine = parsePrefix('address' in node ? node.address : node.prefix)!;
  return places.some((place) => {
    const other = parsePrefix(place);
    return other !== undefined && 'prefix' in node && place.includes('/')
      ? overlap(mine, other)
      : other !== undefined && !place.includes('/') && sameFamily(mine, other) && inPrefix(other.words, mine);
  });
}

function overlap(a: PrefixWords, b: PrefixWords): boolean {
  return sameFamily(a, b) && (inPrefix(a.words, b) || inPrefix(b.words, a));
}

function sameFamily(a: PrefixWords, b: PrefixWords): boolean {
  return isV4(a.words) === isV4(b.words);
}
