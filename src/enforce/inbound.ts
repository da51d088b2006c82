/** To devices (forward, where translation is undone): the same decisions as on their way out, by current address. */
import type { DesiredPolicy } from '../model/policy.ts';
import {
  blocksAll,
  both,
  type Chain,
  canMatch,
  chainOfEach,
  drops,
  interfaces,
  nodeRules,
  remembering,
  serviceRules,
} from './rules.ts';
import type { NftSet } from './sets.ts';
import { DEVICE_SHAPES } from './shapes.ts';

/** Over a bridge the answers to what goes out for a device's upkeep come this way. */
const UPKEEP = [
  'udp sport 67 udp dport 68 ip saddr @local4 accept',
  'udp sport 547 udp dport 546 ip6 saddr @local6 accept',
  'icmpv6 type { 130, 131, 132, 133, 134, 135, 136, 143 } ip6 saddr @local6 accept',
];
const DNS = both((ip, n) => `th sport 53 meta l4proto { 6, 17 } ${ip} saddr @resolvers${n} accept`);

export function inboundChains(policy: DesiredPolicy, sets: ReadonlyMap<string, NftSet>): Chain[] {
  const local = both((ip, n) => `${ip} saddr @local${n} accept`);
  const own = both((ip, n) => `${ip} daddr vmap @own_in${n}`);
  const pair = (name: string) => both((ip, n) => `${ip} daddr . ${ip} saddr @${name}_in${n} accept`);
  const stop = [...both((ip, n) => `${ip} daddr @count_ladder_in${n}`), 'drop'];
  return [
    {
      name: 'inbound',
      hook: 'type filter hook forward priority -10; policy accept;',
      rules: [
        `oifname != ${interfaces(policy)} accept`,
        'ct state != established goto inbound_all',
        // Nothing is limited on this way: also the device need not be looked up again.
        ...remembering('in', [...own, ...(blocksAll(policy) ? blocked('goto cut_in').filter(canMatch(sets)) : [])]),
      ],
    },
    {
      name: 'inbound_all',
      rules: [
        ...UPKEEP,
        ...both((ip, n) => `tcp sport @page_ports ${ip} daddr @consoles${n} ${ip} saddr @page${n} accept`),
        ...both((ip, n) => `${ip} daddr @isolated_in${n} drop`),
        ...DNS,
        ...both((ip, n) => `${ip} daddr @allow_device_in${n} accept`),
        ...blocked('drop'),
        ...both((ip, n) => `${ip} daddr @ruled_in${n} jump ruled_in${n}`),
        ...both((ip, n) => `${ip} saddr != @local${n} ${ip} daddr @pause_in${n} drop`),
        ...both((ip, n) => `${ip} daddr vmap @ladder_in${n}`),
      ],
    },
    { name: 'cut_in', rules: [...UPKEEP, ...DNS, 'drop'] },
    ...chainOfEach(({ n }) => ({ name: `ruled_in${n}`, rules: drops('in', n, DEVICE_SHAPES) })),
    { name: 'essential_in', rules: [...local, ...pair('critical'), ...pair('essential'), ...stop] },
    { name: 'local_in', rules: [...local, ...pair('critical'), ...stop] },
  ];
}

/** What is blocked for every device, less what an allowed device or node sends. */
function blocked(verdict: string): string[] {
  return [
    ...both((ip, n) => `${ip} saddr @allow_device_in${n} accept`),
    ...nodeRules('in', 6, verdict),
    ...nodeRules('in', 4, verdict),
    ...serviceRules('in', verdict),
    ...both((ip, n) => `${ip} saddr != @local${n} oifname @pause_home ${verdict}`),
  ];
}
