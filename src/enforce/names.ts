import type { Rate } from '../model/policy.ts';

export const TABLE = 'spin';

/** NFLOG group of the tripwires' messages; the prefix of a message is `spin REASON`. */
export const LOG_GROUP = 7746;

/** Chain of all devices with one limit by destination: a limit of a dynamic set stands in the rule. */
export function profileOf({ perSecond, burst }: Rate): string {
  return `destination_${perSecond}_${burst}`;
}
