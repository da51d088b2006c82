/**
 * The rules, whose number does not depend on how much is blocked. Devices are known by hardware address on their way
 * out (prerouting, from the home's interfaces) and by address on their way in (forward, where translation is undone).
 * No rule waits for a program.
 *
 * Of a running connection only the device is looked up: `own` names those with rules of their own, whose packets all
 * take the long way. Whoever is blocked comes into it within the same transaction, so that running connections end at once.
 * The chains with a hook, which every packet goes through, hold no rule that cannot match now; the others hold all
 * that they may ever need, so that what is blocked, allowed or undone of a device changes no rule.
 */
import type { DesiredPolicy } from '../model/policy.ts';
import { earlyChains } from './early.ts';
import { inboundChains } from './inbound.ts';
import { outboundChains } from './outbound.ts';
import type { Chain } from './rules.ts';
import type { NftSet } from './sets.ts';
import { spoofingChains } from './spoofing.ts';
import { tripwireChains } from './tripwires.ts';

export type { Chain } from './rules.ts';

export function chains(policy: DesiredPolicy, sets: ReadonlyMap<string, NftSet>): Chain[] {
  return [
    ...earlyChains(policy, sets),
    ...outboundChains(policy, sets),
    ...inboundChains(policy, sets),
    ...spoofingChains(policy),
    ...tripwireChains(policy),
  ];
}
