import type { SetRuleBody } from '../../src/contract/api.ts';
import type { RuleTime } from '../../src/model/household.ts';

const DAY = 24 * 60;
const CLOCK = /^(?:[01]\d|2[0-3]):[0-5]\d$/;

/** The time as it is kept, or the field that cannot be used. */
export function readTime(asked: SetRuleBody['when'], at: number): RuleTime | string {
  if ('always' in asked) return { always: true };
  if ('weekly' in asked) return slotFault(asked.weekly) ?? { weekly: asked.weekly };
  const until = 'until' in asked ? asked.until : 'for' in asked ? at + asked.for : nextMidnight(at);
  return until > at ? { until } : 'when';
}

export function nextMidnight(at: number): number {
  return new Date(at).setHours(24, 0, 0, 0);
}

/** By this machine's calendar. */
export function isActive(when: RuleTime, at: number): boolean {
  if ('always' in when) return true;
  if ('until' in when) return at < when.until;
  const now = new Date(at);
  const minute = ((now.getDay() + 6) % 7) * DAY + now.getHours() * 60 + now.getMinutes();
  return when.weekly.some(({ days, from, to }) => {
    const length = (minutes(to) - minutes(from) + DAY) % DAY || DAY;
    return days.some((day) => (minute - (day - 1) * DAY - minutes(from) + 7 * DAY) % (7 * DAY) < length);
  });
}

function slotFault(slots: Extract<SetRuleBody['when'], { weekly: unknown }>['weekly']): string | undefined {
  if (slots.length === 0) return 'when.weekly';
  for (const [i, { days, from, to }] of slots.entries()) {
    if (days.length === 0) return `when.weekly[${i}].days`;
    if (!CLOCK.test(from)) return `when.weekly[${i}].from`;
    if (!CLOCK.test(to)) return `when.weekly[${i}].to`;
  }
  return undefined;
}

function minutes(clock: string): number {
  return Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));
}
