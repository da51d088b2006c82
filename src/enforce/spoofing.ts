/**
 * Packets from the home under addresses that are not the home's. Only those that begin a connection, or belong to none,
 * are looked at: a connection that was answered did not begin so. An entry that conntrack made for one goes with it.
 */
import type { DesiredPolicy } from '../model/policy.ts';
import { type Chain, FAMILIES } from './rules.ts';
import { readPrefix } from './validate.ts';

/** Families of which the home's own prefixes are known. */
function checked({ home, spoofing }: DesiredPolicy) {
  if (spoofing.mode === 'off') return [];
  const own = home.map((prefix, i) => readPrefix(prefix, `home[${i}]`));
  return FAMILIES.filter(({ n }) => own.some(({ family }) => family === n));
}

export function spoofingRules(policy: DesiredPolicy): string[] {
  return checked(policy).map(({ n, ip }) => `${ip} saddr != @home${n} jump spoofing${n}`);
}

export function spoofingChains(policy: DesiredPolicy): Chain[] {
  return checked(policy).map(({ n, ip }) => ({
    name: `spoofing${n}`,
    rules: [
      `${ip} saddr @before${n} ${ip} daddr @local${n} return`,
      'ether saddr @spoofing_exempt return',
      'goto trip_spoofing',
    ],
  }));
}
