/**
 * Desired policy → the table `inet spin` as text for `nft -f -`. Pure: no kernel, no clock. Whatever is blocked is an
 * element of a set, so that a change of policy is mostly a change of elements.
 */
import { createHash } from 'node:crypto';
import type { DesiredPolicy } from '../model/policy.ts';
import { type Chain, chains } from './chains.ts';
import { BOUNDS, type Bounds, define } from './define.ts';
import { fill } from './fill.ts';
import { EARLY, PASSED, TABLE } from './names.ts';
import { defineText, elementsText, type NftSet } from './sets.ts';

export type Ruleset = {
  /** Of the sets' definitions and the hooks: a table of another schema cannot be changed in place. */
  schema: string;
  sets: ReadonlyMap<string, NftSet>;
  chains: readonly Chain[];
};

/** What is in the kernel: the elements of each set, and each chain with how many rules it has. */
export type Actual = {
  schema: string | undefined;
  sets: ReadonlyMap<string, ReadonlyMap<string, string>>;
  chains: ReadonlyMap<string, number>;
};

/** Name of an empty set that says which schema a table has: the one mark that every nft can list. */
export const SCHEMA_MARK = 'schema_';

/** @throws PolicyError when an address, name or number is none, or a set would be too large */
export function compile(policy: DesiredPolicy, bounds: Bounds = BOUNDS): Ruleset {
  const sets = define(bounds);
  fill(sets, policy);
  const made = chains(policy, sets.all);
  const hash = createHash('sha256');
  for (const set of sets.all.values()) hash.update(`${defineText(set)}\n`);
  for (const { name, hook } of made) if (hook && name !== EARLY) hash.update(`${name} ${hook}\n`);
  return { schema: hash.digest('hex').slice(0, 12), sets: sets.all, chains: made };
}

/** The whole table as one transaction, whatever stands there: between old and new no packet sees nothing. */
export function replaceText(ruleset: Ruleset): string {
  const lines = [`add table inet ${TABLE}`, `delete table inet ${TABLE}`, `add table inet ${TABLE}`];
  lines.push(`add set inet ${TABLE} ${SCHEMA_MARK}${ruleset.schema} { type mark; }`);
  lines.push(...ruleset.chains.map(addChain));
  for (const set of ruleset.sets.values())
    lines.push(defineText(set), ...elementsText('add', set, [...set.elements.keys()]));
  lines.push(...ruleset.chains.flatMap(addRules));
  return ended(lines);
}

/**
 * The commands that turn a table of the same schema into the desired one. What the kernel itself filled – holds,
 * limits' states – and counters of what stays are kept.
 * @param changed chains whose rules are written anew; all of them where it is not known what they are
 */
export function changeText(
  ruleset: Ruleset,
  actual: Actual,
  changed: ReadonlySet<string> = new Set([...actual.chains.keys(), ...ruleset.chains.map(({ name }) => name)]),
): string {
  const lines = ruleset.chains.filter(({ name }) => !actual.chains.has(name)).map(addChain);
  for (const name of changed) lines.push(`flush chain inet ${TABLE} ${name}`);
  for (const set of ruleset.sets.values()) lines.push(...changeSet(set, actual.sets.get(set.name) ?? new Map()));
  lines.push(...ruleset.chains.filter(({ name }) => changed.has(name)).flatMap(addRules));
  const wanted = new Set(ruleset.chains.map(({ name }) => name));
  for (const name of actual.chains.keys()) if (!wanted.has(name)) lines.push(`delete chain inet ${TABLE} ${name}`);
  // What another policy let through is looked at again.
  if (lines.length > 0) lines.unshift(...PASSED.map((name) => `flush set inet ${TABLE} ${name}`));
  return ended(lines);
}

function changeSet(set: NftSet, actual: ReadonlyMap<string, string>): string[] {
  if (set.dynamic) return [];
  const gone: string[] = [];
  const fresh: string[] = [];
  for (const [key, beside] of actual) if (set.elements.get(key) !== beside) gone.push(key);
  for (const [key, beside] of set.elements) if (actual.get(key) !== beside) fresh.push(key);
  return [...elementsText('delete', set, gone), ...elementsText('add', set, fresh)];
}

/** The least change from one ruleset to the next, as far as both have the same schema. */
export function diffText(previous: Ruleset, next: Ruleset): string {
  if (previous.schema !== next.schema) return replaceText(next);
  return changeText(next, asActual(previous), changedChains(previous, next));
}

/** Chains whose rules are others, also those that are there in one of the two alone. */
export function changedChains(previous: Ruleset, next: Ruleset): Set<string> {
  const rulesOf = (ruleset: Ruleset) => new Map(ruleset.chains.map(({ name, rules }) => [name, rules.join('\n')]));
  const [before, after] = [rulesOf(previous), rulesOf(next)];
  const names = new Set([...before.keys(), ...after.keys()]);
  return new Set([...names].filter((name) => before.get(name) !== after.get(name)));
}

/** A ruleset as the kernel would list it. */
export function asActual({ schema, sets, chains: all }: Ruleset): Actual {
  return {
    schema,
    sets: new Map([...sets.values()].map((set) => [set.name, set.elements])),
    chains: new Map(all.map(({ name, rules }) => [name, rules.length])),
  };
}

/** What the kernel has and should not have, and the other way round; one line each. Empty when all is as desired. */
export function differences(ruleset: Ruleset, actual: Actual): string[] {
  if (actual.schema !== ruleset.schema)
    return [actual.schema ? 'the table is of another version' : 'the table is not there'];
  const found: string[] = [];
  for (const { name, rules } of ruleset.chains) {
    const count = actual.chains.get(name);
    if (count !== rules.length) found.push(`chain ${name}: ${count ?? 'none'} instead of ${rules.length} rules`);
  }
  const wanted = new Set(ruleset.chains.map(({ name }) => name));
  for (const name of actual.chains.keys()) if (!wanted.has(name)) found.push(`chain ${name} is not ours`);
  for (const set of ruleset.sets.values()) {
    if (set.dynamic) continue;
    const there = actual.sets.get(set.name);
    if (!there) found.push(`set ${set.name} is not there`);
    for (const [key, beside] of set.elements)
      if (there?.get(key) !== beside) found.push(`${set.name}: ${key} is missing`);
    for (const key of there?.keys() ?? []) if (!set.elements.has(key)) found.push(`${set.name}: ${key} is too many`);
  }
  return found;
}

function addChain({ name, hook }: Chain): string {
  return hook ? `add chain inet ${TABLE} ${name} { ${hook} }` : `add chain inet ${TABLE} ${name}`;
}

function addRules({ name, rules }: Chain): string[] {
  return rules.map((rule) => `add rule inet ${TABLE} ${name} ${rule}`);
}

/** nft 1.0.6 needs each statement on a line of its own. */
function ended(lines: readonly string[]): string {
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}
