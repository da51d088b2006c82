/**
 * Before connection tracking (priority raw): what needs no state of a connection – isolation and spoofed sources – so
 * that a flood ends before it costs more.
 */
import type { DesiredPolicy } from '../model/policy.ts';
import { type Chain, consoleOut, FAMILIES, interfaces, upkeep } from './rules.ts';
import { readPrefix } from './validate.ts';

export function earlyChains(policy: DesiredPolicy): Chain[] {
  const own = policy.home.map((prefix, i) => readPrefix(prefix, `home[${i}]`));
  const checked =
    policy.spoofing.mode === 'off' ? [] : FAMILIES.filter(({ n }) => own.some(({ family }) => family === n));
  return [
    {
      name: 'early',
      hook: 'type filter hook prerouting priority -300; policy accept;',
      rules: [
        `iifname ${interfaces(policy)} ether saddr vmap @isolating`,
        // A home has one prefix or a few: compared, not looked up. Most of a device's packets go no further.
        ...checked.flatMap(({ n, ip }) =>
          own.filter(({ family }) => family === n).map(({ text }) => `${ip} saddr ${text} accept`),
        ),
        `iifname != ${interfaces(policy)} accept`,
        ...checked.map(({ n }) => `meta nfproto ipv${n} goto spoofing${n}`),
      ],
    },
    { name: 'isolated', rules: [...upkeep('accept'), ...consoleOut, 'ether saddr @isolated drop'] },
    ...checked.map(({ n, ip }) => ({
      name: `spoofing${n}`,
      rules: [
        `${ip} saddr @before${n} ${ip} daddr @local${n} return`,
        'ether saddr @routers return',
        'ether saddr @spoofing_exempt return',
        'goto trip_spoofing',
      ],
    })),
  ];
}
