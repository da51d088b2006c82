/** What the elements of a ruleset's sets counted → what each entry of the policy stopped. */
import type { Ruleset } from './ruleset.ts';

export type Counted = { packets: number; bytes: number };

/**
 * Reads what the elements of a set of our table counted, at least those that do not stand at zero.
 * @param type the set's, as nft writes it @param handle its key is as nft writes it, of an interval the first address
 */
export type ReadCounters = (
  set: string,
  type: string,
  handle: (key: string, packets: number, bytes: number) => void,
) => void;

export type Counting = { set: string; type: string; ids: ReadonlyMap<string, string> };

/** Only sets whose elements stand for entries of the policy; what the kernel itself fills is not looked at. */
export function countingSets({ sets }: Ruleset): Counting[] {
  const counting = [...sets.values()].filter(({ origins }) => origins.size > 0);
  return counting.map(({ name, type, words, origins }) => {
    const firsts = () => new Map([...origins].map(([key, id]) => [key.replace(/\/\d+/, ''), id]));
    return { set: name, type, ids: words.includes('flags interval') ? firsts() : origins };
  });
}

/** @returns sums by id, also those of zero */
export function readCounters(counting: readonly Counting[], read: ReadCounters): Map<string, Counted> {
  const sums = new Map<string, Counted>();
  for (const { set, type, ids } of counting) {
    for (const id of ids.values()) if (!sums.has(id)) sums.set(id, { packets: 0, bytes: 0 });
    read(set, type, (key, packets, bytes) => {
      const sum = sums.get(ids.get(key) ?? '');
      if (!sum) return;
      sum.packets += packets;
      sum.bytes += bytes;
    });
  }
  return sums;
}
