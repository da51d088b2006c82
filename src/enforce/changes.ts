/** From one ruleset to the next by elements alone: what the kernel can be told without a program. */
import type { SetChange } from '../model/set-change.ts';
import { PASSED } from './names.ts';
import { changedChains, type Ruleset } from './ruleset.ts';
import type { NftSet } from './sets.ts';

/** Beyond it nft takes hardly longer, and what is told at once stays within a socket's buffer. */
const MOST = 1000;

/** @returns nothing where rules change, too, or prefixes, which nft knows how to split, or a great deal */
export function elementChanges(previous: Ruleset, next: Ruleset): SetChange[] | undefined {
  if (previous.schema !== next.schema || changedChains(previous, next).size > 0) return undefined;
  const changes = [...next.sets.values()].flatMap((set) => changesOf(set, previous.sets.get(set.name)!.elements));
  const count = changes.reduce((sum, change) => sum + sizeOf(change), 0);
  if (count > MOST || changes.some(({ set }) => next.sets.get(set)!.words.includes('flags interval'))) return undefined;
  if (changes.length === 0) return [];
  const passed = PASSED.map((set) => ({ action: 'flush', set, type: 'ct id', counts: false }) as const);
  return [...passed, ...changes];
}

/** What goes comes first: an element that only has something else beside it is both. */
function changesOf(set: NftSet, before: ReadonlyMap<string, string>): SetChange[] {
  if (set.dynamic) return [];
  const keys: string[] = [];
  const elements: Array<[string, string]> = [];
  for (const [key, beside] of before) if (set.elements.get(key) !== beside) keys.push(key);
  for (const [key, beside] of set.elements) if (before.get(key) !== beside) elements.push([key, beside]);
  const of = { set: set.name, type: set.type, counts: set.words.includes('counter') };
  return [
    ...(keys.length > 0 ? [{ ...of, action: 'delete' as const, keys }] : []),
    ...(elements.length > 0 ? [{ ...of, action: 'add' as const, elements }] : []),
  ];
}

function sizeOf(change: SetChange): number {
  if (change.action === 'flush') return 0;
  return change.action === 'add' ? change.elements.length : change.keys.length;
}
