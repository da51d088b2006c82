import type { AskedTime, RuleAction, WeeklySlot } from '../../../src/model/household.ts';
import { slotProblem } from './slots.ts';

export const DURATIONS = ['for', 'tomorrow', 'until', 'always', 'weekly'] as const;
export type Duration = (typeof DURATIONS)[number];

/** What is filled in so far; `until` as an `<input type="datetime-local">` has it. */
export type TimeDraft = { duration: Duration; until: string; slots: WeeklySlot[] };

/** A field of the draft that cannot be used as it is; `index` is the slot's. */
export type TimeProblem = { field: 'until' | 'days' | 'from' | 'to'; index?: number };

const HOUR = 3_600_000;
/** A school night, to begin with. */
const EVENING: WeeklySlot = { days: [1, 2, 3, 4, 5, 7], from: '21:00', to: '07:00' };

/** What hides or allows is meant to stay; what cuts is not, unless somebody says so. */
export function firstDraft(action: RuleAction, now: number): TimeDraft {
  const duration = action === 'allow' || action === 'ignore' ? 'always' : 'for';
  return { duration, until: localTime(now + 4 * HOUR), slots: [{ ...EVENING, days: [...EVENING.days] }] };
}

export function timeProblem(draft: TimeDraft, now: number): TimeProblem | undefined {
  if (draft.duration === 'weekly') return slotProblem(draft.slots);
  const late = draft.duration === 'until' && !(Date.parse(draft.until) > now);
  return late ? { field: 'until' } : undefined;
}

/** For a draft without a problem. */
export function askedTime({ duration, until, slots }: TimeDraft): AskedTime {
  switch (duration) {
    case 'for':
      return { for: HOUR };
    case 'tomorrow':
      return { tomorrow: true };
    case 'until':
      return { until: Date.parse(until) };
    case 'weekly':
      return { weekly: slots.map((slot) => ({ ...slot, days: [...slot.days] })) };
    default:
      return { always: true };
  }
}

/** A field that the contract's refusal names, as one of the draft. */
export function problemFromField(field: string): TimeProblem | undefined {
  const slot = /^when\.weekly(?:\[(\d+)\]\.(days|from|to))?$/.exec(field);
  if (slot) return { field: (slot[2] as 'days' | 'from' | 'to' | undefined) ?? 'days', index: Number(slot[1] ?? 0) };
  return field === 'when' || field === 'when.until' ? { field: 'until' } : undefined;
}

/** By this machine's clock, as `<input type="datetime-local">` takes it. */
function localTime(at: number): string {
  const offset = new Date(at).getTimezoneOffset() * 60_000;
  return new Date(at - offset).toISOString().slice(0, 16);
}
