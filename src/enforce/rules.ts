/** What the chains' rules are written with. */
import type { DesiredPolicy } from '../model/policy.ts';
import type { NftSet } from './sets.ts';
import { type Direction, HOME_SHAPES, keyOf, type Shape, setOf } from './shapes.ts';
import { readInterface } from './validate.ts';

export type Chain = { name: string; hook?: string; rules: string[] };

type FamilyWords = { n: 4 | 6; ip: 'ip' | 'ip6' };
/** IPv6 first: its addresses cost more to look up, so that what IPv4 passes over evens both out. */
export const FAMILIES: readonly FamilyWords[] = [
  { n: 6, ip: 'ip6' },
  { n: 4, ip: 'ip' },
];
/** One rule for each family. */
export const both = (write: (ip: 'ip' | 'ip6', n: 4 | 6) => string): string[] =>
  FAMILIES.map(({ ip, n }) => write(ip, n));
export const chainOfEach = (make: (family: FamilyWords) => Chain): Chain[] => FAMILIES.map(make);

/**
 * Of rules that every packet meets: a lookup costs as much as five comparisons, so that none is made into a set that is
 * empty.
 */
export function canMatch(sets: ReadonlyMap<string, NftSet>): (rule: string) => boolean {
  const isEmpty = (name: string) => {
    const set = sets.get(name);
    return set !== undefined && !set.dynamic && set.elements.size === 0;
  };
  return (rule) => ![...rule.matchAll(/(?<!!= )@(\w+)/g)].some(([, name]) => isEmpty(name!));
}

/** More lookups than these cost more than to remember a connection. */
const CHEAP_LOOKUPS = 2;

/**
 * Rules on what is blocked for every device, for each packet of a running connection. Where they are many, a connection
 * that they let through is remembered until the policy changes next, which empties the set in the same transaction.
 */
export function remembering(direction: Direction, rules: readonly string[]): string[] {
  if (rules.length <= CHEAP_LOOKUPS) return [...rules];
  const passed = `passed_${direction}`;
  return [`ct id @${passed} accept`, ...rules, `add @${passed} { ct id }`];
}

/** One interface is compared, several are looked up. */
export function interfaces({ lan }: DesiredPolicy): string {
  return lan.length === 1 ? readInterface(lan[0]!, 'lan[0]') : '@lan';
}

/** What a device needs to have an address at all, as far as it stays within the home. */
export function upkeep(verdict: string): string[] {
  return [
    `udp sport 68 udp dport 67 ip daddr @local4 ${verdict}`,
    `udp sport 546 udp dport 547 ip6 daddr @local6 ${verdict}`,
    // Multicast listener reports and neighbour discovery (RFC 4890 §4.4.1).
    `icmpv6 type { 130, 131, 132, 133, 134, 135, 136, 143 } ip6 daddr @local6 ${verdict}`,
  ];
}

// Comparisons before lookups: most packets go no further.
export const consoleOut = both((ip, n) => `tcp dport @page_ports ether saddr @consoles ${ip} daddr @page${n} accept`);

/** What is allowed and blocked of nodes for every device, of one family. */
export function nodeRules(direction: Direction, n: 4 | 6, verdict = 'drop'): string[] {
  const end = `${n === 4 ? 'ip' : 'ip6'} ${direction === 'out' ? 'daddr' : 'saddr'}`;
  const allowed = [`${end} @allow_node_address${n} accept`, `${end} @allow_node_prefix${n} accept`];
  return [...allowed, ...drops(direction, n, HOME_SHAPES, verdict)];
}

/** … of services. */
export function serviceRules(direction: Direction, verdict = 'drop'): string[] {
  return drops(direction, 0, HOME_SHAPES, verdict);
}

export function drops(direction: Direction, family: 0 | 4 | 6, shapes: readonly Shape[], verdict = 'drop'): string[] {
  const fitting = shapes.filter((shape) => shape.direction === direction && shape.family === family);
  return fitting.map((shape) => `${keyOf(shape)} @${setOf(shape)} ${verdict}`);
}

/** Something is blocked for every device: nodes, services, the internet. */
export function blocksAll({ blocks }: DesiredPolicy): boolean {
  return blocks.some(({ device }) => device === undefined);
}
