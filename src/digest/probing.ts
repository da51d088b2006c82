/**
 * Takes an entry out of an index with linear probing, and moves up what was entered behind it (Knuth, TAOCP 3, 6.4,
 * algorithm R): no look-up meets a gap.
 *
 * @param index pairs of a hash and an entry's number, which is 0 where nothing is
 * @param mask number of pairs, a power of two, less one
 */
export function vacate(index: Int32Array, mask: number, hash: number, numbered: number): void {
  let hole = hash & mask;
  while (index[hole * 2 + 1] !== numbered) hole = (hole + 1) & mask;
  for (let place = (hole + 1) & mask; index[place * 2 + 1] !== 0; place = (place + 1) & mask) {
    const home = index[place * 2]! & mask;
    if (((place - home) & mask) < ((place - hole) & mask)) continue;
    index[hole * 2] = index[place * 2]!;
    index[hole * 2 + 1] = index[place * 2 + 1]!;
    hole = place;
  }
  index[hole * 2 + 1] = 0;
}
