/**
 * `bin/bench limits [DIR]…`: what ordinary devices need of the kernel's limits, and how far the default limits
 * (src/decide/limits.ts) are above it. Reads the virtual home's recorded evening and all captures below each DIR.
 */
import { limitsFor, unneededBy } from '../src/decide/limits.ts';
import { classOf, type Kind } from '../src/model/kinds.ts';
import { burstAt, type Need, needsOf, needsOfEvening } from './limits/captures.ts';
import { LIMITS, type Limit } from './limits/ordinary.ts';
import { SHAPES } from './limits/shapes.ts';
import { Bars, printTable } from './report.ts';

/** Least allowed: the limit's burst over the burst that was needed at the limit's rate. */
const MARGIN = 2;

const bars = new Bars();
const needs = await needsOfEvening();
for (const folder of process.argv.slice(2)) needs.push(...(await needsOf(folder)));

/** Kinds with the same limits are one row. */
const groups = Map.groupBy(needs, ({ kind }) => limitsFor(kind));
console.log(`Limits and what ${needs.length} devices of captures needed; bursts at the limit’s rate`);
const rows = [['', 'devices', 'needed', 'limit', 'margin', 'who needed most']];
for (const [limits, members] of groups) {
  const kinds = [...new Set(members.map(({ kind }) => kind ?? 'unknown'))].sort().join(', ');
  rows.push([kinds, String(members.length)]);
  for (const limit of LIMITS) {
    const rate = limits[limit];
    if (!rate) {
      rows.push([`  ${limit}`, '', `${most(members, limit, 50).toFixed(0)} at 50/s`, 'none']);
      continue;
    }
    const needed = most(members, limit, rate.perSecond);
    const worst = members.find((one) => burstAt(one, limit, rate.perSecond) === needed)!;
    const margin = rate.burst / needed;
    const text = `${rate.burst} at ${rate.perSecond}/s`;
    rows.push([`  ${limit}`, '', needed.toFixed(0), text, margin.toFixed(1), `${worst.capture} ${worst.mac}`]);
    bars.check(`${kinds}: ${limit} at least ${MARGIN} ×`, `${margin.toFixed(1)} ×`, margin >= MARGIN);
  }
}
printTable(rows);

function most(members: readonly Need[], limit: Limit, perSecond: number): number {
  return Math.max(...members.map((one) => burstAt(one, limit, perSecond)));
}

console.log('Reckoned: ordinary loads that no capture shows');
for (const { what, kind, limit, need } of SHAPES) {
  const rate = limitsFor(kind)[limit];
  const held = !rate || (rate.perSecond > need.perSecond && rate.burst >= need.burst);
  bars.check(
    what,
    `${limit} ${need.burst} at ${Math.round(need.perSecond)}/s of ${rate?.burst} at ${rate?.perSecond}/s`,
    held,
  );
}

console.log('Services that a kind never needs');
const used = needs.flatMap((need) => needless(need));
bars.check('none was used', used.length === 0 ? 'none' : used.join('; '), used.length === 0);
process.exitCode = bars.exitCode;

function needless({ kind, services, capture }: Need): string[] {
  const kindText: Kind | 'unknown' = kind ?? 'unknown';
  return unneededBy(kind).flatMap(({ protocol, port }) => {
    const hits = [...services.keys()].filter((key) =>
      port === undefined ? key.startsWith(`${protocol} `) : key === `${protocol} ${port}`,
    );
    return hits.map((key) => `${kindText} (${classOf(kind)}) in ${capture}: ${key}`);
  });
}
