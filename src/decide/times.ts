/** How long SPIN waits before it believes that harm is over, ms. */
import type { Incident } from '../model/incident.ts';
import type { VerdictStep } from '../model/verdict.ts';

const HOUR = 3_600_000;

/** Without harm for so long it has stopped: bots pause between targets for minutes. */
export const QUIET_AFTER = HOUR;

/**
 * Without harm for so long what is cut is opened again. Conversations soon, since a block that was wrong is worst where
 * nobody looks; a device that was cut off as a whole could not have shown whether it is clean, so a day – unless it was
 * restarted since: what Mirai and its kin leave lives in memory.
 */
const OPEN_BLOCKS_AFTER = HOUR;
const OPEN_DEVICE_AFTER = 24 * HOUR;
/** Each relapse doubles it, up to this. */
const OPEN_AT_LATEST_AFTER = 48 * HOUR;

/** Without harm for so long it is clean; the time since what was cut is open is its probation, under tight limits. */
export const CLEAN_AFTER = 72 * HOUR;

/** Harm that comes again within a month is the old story: most likely it was never removed. */
export const AGAIN_WITHIN = 30 * 24 * HOUR;

/** How long a step is given to take hold before its failing counts: the kernel, and the last of what was on its way. */
export const TAKES_HOLD = 60_000;
/** The same where only suspicion speaks: slowed, it harms little. */
export const SUSPICION_TAKES_HOLD = HOUR;

export function openAfter(step: VerdictStep, incident: Pick<Incident, 'cleanUp' | 'last' | 'relapses'>): number {
  const restarted = incident.cleanUp.some(
    ({ name, state, at = 0 }) => name === 'restart' && state === 'seen' && at >= incident.last,
  );
  const whole = step !== 'none' && step !== 'slow' && !restarted;
  const wait = whole ? OPEN_DEVICE_AFTER : OPEN_BLOCKS_AFTER;
  return Math.min(wait * 2 ** incident.relapses, OPEN_AT_LATEST_AFTER);
}
