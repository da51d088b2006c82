/**
 * From devices, right after conntrack's lookup: a packet dropped here takes its unconfirmed entry with it, and one of a
 * running connection ends that at once. Running connections of devices without rules of their own take the short way.
 *
 * Order on the long way: never cut → tripwires → allow → block → pause → ladder.
 */
import type { DesiredPolicy } from '../model/policy.ts';
import {
  blocksAll,
  both,
  type Chain,
  canMatch,
  chainOfEach,
  consoleOut,
  drops,
  interfaces,
  nodeRules,
  remembering,
  serviceRules,
  upkeep,
} from './rules.ts';
import type { NftSet } from './sets.ts';
import { DEVICE_SHAPES } from './shapes.ts';
import { spoofingRules } from './spoofing.ts';
import { readRate } from './validate.ts';

/** Of connections that this machine began. */
const ANSWERS_TO_US = 'ct direction reply fib daddr type local accept';
const dns = (verdict: string) =>
  both((ip, n) => `th dport 53 meta l4proto { 6, 17 } ${ip} daddr @resolvers${n} ${verdict}`);

export function outboundChains(policy: DesiredPolicy, sets: ReadonlyMap<string, NftSet>): Chain[] {
  return [
    {
      name: 'guard',
      hook: 'type filter hook prerouting priority -190; policy accept;',
      rules: [
        `iifname != ${interfaces(policy)} accept`,
        'ct state != established goto guard_all',
        // Questions have a rate of their own.
        'th dport 53 goto guard_all',
        'ether saddr vmap @own',
        ...(blocksAll(policy) ? remembering('out', runningRules().filter(canMatch(sets))) : []),
      ],
    },
    {
      name: 'guard_all',
      rules: [
        'ether saddr @routers accept',
        ...spoofingRules(policy),
        ...upkeep('goto upkeep'),
        ...consoleOut,
        ANSWERS_TO_US,
        ...strangers(policy.strangers),
        ...dns('goto dns'),
        ...both((ip, n) => `${ip} daddr @local${n} goto decide`),
        'jump tripwires',
        'jump decide',
        'jump pause',
      ],
    },
    { name: 'upkeep', rules: ['ether saddr @upkeep drop', 'accept'] },
    // What must not be cut is seen to after all else here: hardly a packet of it is blocked.
    { name: 'cut', rules: [...upkeep('accept'), ANSWERS_TO_US, ...dns('accept'), 'drop'] },
    { name: 'dns', rules: ['ether saddr @limit_dns goto trip_dns', 'accept'] },
    {
      name: 'decide',
      rules: [
        'ether saddr @allow_device accept',
        ...both((ip, n) => `${ip} daddr @allow_device_in${n} accept`),
        ...both((_, n) => `meta nfproto ipv${n} jump out${n}`),
        ...serviceRules('out'),
        'ether saddr @ruled jump ruled',
      ],
    },
    { name: 'pause', rules: ['ether saddr @pause drop', 'iifname @pause_home drop', 'ether saddr vmap @ladder'] },
    ...chainOfEach(({ n }) => ({ name: `out${n}`, rules: nodeRules('out', n) })),
    {
      name: 'ruled',
      rules: [...drops('out', 0, DEVICE_SHAPES), ...both((_, n) => `meta nfproto ipv${n} jump ruled${n}`)],
    },
    ...chainOfEach(({ n }) => ({ name: `ruled${n}`, rules: drops('out', n, DEVICE_SHAPES) })),
    ...ladder(),
  ];
}

/** What is blocked for every device, of a connection whose device has no rule of its own. */
function runningRules(): string[] {
  return [
    ...both((ip, n) => `${ip} daddr @allow_device_in${n} accept`),
    ...nodeRules('out', 6, 'goto cut'),
    ...nodeRules('out', 4, 'goto cut'),
    ...serviceRules('out', 'goto cut'),
    ...both((ip, n) => `iifname @pause_home ${ip} daddr != @local${n} goto guard_all`),
  ];
}

function strangers({ mode, connections }: DesiredPolicy['strangers']): string[] {
  if (mode === 'off') return [];
  const verdict = mode === 'enforce' ? ' drop' : '';
  return [`ct state new ether saddr != @known ${readRate(connections, 'strangers.connections')} counter${verdict}`];
}

function ladder(): Chain[] {
  const critical = both((ip, n) => `ether saddr . ${ip} daddr @critical${n} accept`);
  const essential = both((ip, n) => `ether saddr . ${ip} daddr @essential${n} accept`);
  const stop = ['ether saddr @count_ladder', 'drop'];
  return [
    { name: 'slow_out', rules: [...critical, 'ether saddr @slow ether saddr @count_ladder drop'] },
    { name: 'essential_out', rules: [...critical, ...essential, ...stop] },
    { name: 'local_out', rules: [...critical, ...stop] },
  ];
}
