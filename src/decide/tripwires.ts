/** How a device's tripwires act: by its kind, by what SPIN thinks of it now, and by how far it may go. */
import type { DeviceFacts } from '../model/household.ts';
import { classOf } from '../model/kinds.ts';
import type { DeviceLimits, Rate } from '../model/policy.ts';
import type { OwnLimit } from '../model/verdict.ts';
import { limitsFor, modeFor, unneededBy } from './limits.ts';

/** An appliance that did harm, or is like one that did, may do half of what others may: still twice what they do. */
const TIGHT = 0.5;
/** Who hides data in look-ups: the names of an ordinary device still come through, a tunnel does not. */
const FEW_NAMES: Rate = { perSecond: 1, burst: 30 };

type Tripwires = DeviceFacts['tripwires'];

/** @param mayAct false where the household wants SPIN only to watch: what would be stopped is counted and passes */
export function tripwiresFor(kind: string | undefined, limit: OwnLimit | undefined, mayAct: boolean): Tripwires {
  const unneeded = [...unneededBy(kind)];
  const limits = limitsFor(kind);
  if (!mayAct) return { mode: 'watch', volume: 'watch', limits, unneeded };
  if (!limit) return { ...modeFor(kind), limits, unneeded };
  return { mode: 'enforce', volume: 'enforce', limits: tightened(kind, limits, limit), unneeded };
}

function tightened(kind: string | undefined, limits: DeviceLimits, { reason, names }: OwnLimit): DeviceLimits {
  const of = classOf(kind);
  const isTight = reason !== 'new-device' && (of === 'appliance' || of === 'critical');
  const tight = isTight ? scaled(limits, TIGHT) : limits;
  return names ? { ...tight, dns: FEW_NAMES } : tight;
}

function scaled(limits: DeviceLimits, by: number): DeviceLimits {
  const half = ({ perSecond, burst }: Rate): Rate => ({
    perSecond: Math.max(1, Math.floor(perSecond * by)),
    burst: Math.max(1, Math.floor(burst * by)),
  });
  return Object.fromEntries(Object.entries(limits).map(([name, rate]) => [name, half(rate)]));
}
