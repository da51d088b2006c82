/**
 * Before connection tracking (priority raw): an isolated device's flood ends before it costs more. Only where a device is
 * isolated: a hook costs each packet something even where it holds no rule.
 */
import type { DesiredPolicy } from '../model/policy.ts';
import { EARLY } from './names.ts';
import { type Chain, canMatch, consoleOut, interfaces, upkeep } from './rules.ts';
import type { NftSet } from './sets.ts';

export function earlyChains(policy: DesiredPolicy, sets: ReadonlyMap<string, NftSet>): Chain[] {
  const rules = [`iifname ${interfaces(policy)} ether saddr vmap @isolating`].filter(canMatch(sets));
  const early = { name: EARLY, hook: 'type filter hook prerouting priority -300; policy accept;', rules };
  return [
    ...(rules.length > 0 ? [early] : []),
    { name: 'isolated', rules: [...upkeep('accept'), ...consoleOut, 'ether saddr @isolated drop'] },
  ];
}
