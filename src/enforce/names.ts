import type { Rate } from '../model/policy.ts';

export const TABLE = 'spin';

/** NFLOG group of the tripwires' messages; the prefix of a message is `spin REASON`. */
export const LOG_GROUP = 7746;

/** The chain with a hook that is not always there. */
export const EARLY = 'early';

/** Sets of running connections that the policy in force lets through. */
export const PASSED = ['passed_out', 'passed_in'] as const;

/** Chain of all devices with one limit by destination: a limit of a dynamic set stands in the rule. */
export function profileOf({ perSecond, burst }: Rate): string {
  return `destination_${perSecond}_${burst}`;
}
