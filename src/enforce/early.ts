/** Before connection tracking (priority raw): an isolated device's flood ends before it costs more. */
import type { DesiredPolicy } from '../model/policy.ts';
import { type Chain, canMatch, consoleOut, interfaces, upkeep } from './rules.ts';
import type { NftSet } from './sets.ts';

export function earlyChains(policy: DesiredPolicy, sets: ReadonlyMap<string, NftSet>): Chain[] {
  return [
    {
      name: 'early',
      hook: 'type filter hook prerouting priority -300; policy accept;',
      rules: [`iifname ${interfaces(policy)} ether saddr vmap @isolating`].filter(canMatch(sets)),
    },
    { name: 'isolated', rules: [...upkeep('accept'), ...consoleOut, 'ether saddr @isolated drop'] },
  ];
}
