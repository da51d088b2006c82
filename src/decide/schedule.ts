/** When a rule is in force. Times are ms since the epoch; the home's own time is UTC and an offset in minutes. */
import type { AskedTime, RuleTime, WeeklySlot } from '../model/household.ts';
import { Refusal } from './refusal.ts';

const MINUTE = 60_000;
const DAY = 24 * 60;
const WEEK = 7 * DAY;
/** 1 January 1970 was a Thursday. */
const EPOCH_WEEKDAY = 3;
/** Longest time with an end, ms: ten years. Who means for ever says so. */
const LONGEST = 10 * 366 * 24 * 3_600_000;
/** Slots of one rule: several a day on each day of the week. */
export const MAX_SLOTS = 64;

const CLOCK = /^(?:[01]\d|2[0-3]):[0-5]\d$/;

/**
 * @param midnight when the home's day ends
 * @throws Refusal for a time that is past, or slots that are none
 */
export function readTime(asked: AskedTime, at: number, midnight: number): RuleTime {
  if ('always' in asked) return { always: true };
  if ('weekly' in asked) return { weekly: readSlots(asked.weekly) };
  const until = 'until' in asked ? asked.until : 'for' in asked ? at + asked.for : midnight;
  if (!Number.isFinite(until) || until <= at) throw new Refusal('when', 'unusable-schedule', 'is over already');
  if (until - at > LONGEST) throw new Refusal('when', 'unusable-schedule', 'is more than ten years away');
  return { until };
}

function readSlots(slots: readonly WeeklySlot[]): WeeklySlot[] {
  if (slots.length === 0) throw new Refusal('when.weekly', 'unusable-schedule', 'has no slot');
  if (slots.length > MAX_SLOTS) throw new Refusal('when.weekly', 'unusable-schedule', `more than ${MAX_SLOTS} slots`);
  return slots.map(({ days, from, to }, i) => {
    const field = `when.weekly[${i}]`;
    if (days.length === 0 || days.some((day) => !Number.isInteger(day) || day < 1 || day > 7))
      throw new Refusal(`${field}.days`, 'unusable-schedule', 'days are 1 (Monday) to 7');
    if (!CLOCK.test(from)) throw new Refusal(`${field}.from`, 'unusable-schedule', 'a time is HH:MM');
    if (!CLOCK.test(to)) throw new Refusal(`${field}.to`, 'unusable-schedule', 'a time is HH:MM');
    return { days: [...new Set(days)].sort(), from, to };
  });
}

export function isActive(when: RuleTime, at: number, utcOffset: number): boolean {
  if ('always' in when) return true;
  if ('until' in when) return at < when.until;
  const now = minuteOfWeek(at, utcOffset);
  return when.weekly.some((slot) => spans(slot).some(([from, length]) => mod(now - from, WEEK) < length));
}

/** Whether it will never be in force again. */
export function isOver(when: RuleTime, at: number): boolean {
  return 'until' in when && at >= when.until;
}

/** When it begins or ends next; `undefined` when never. */
export function nextChange(when: RuleTime, at: number, utcOffset: number): number | undefined {
  if ('always' in when) return undefined;
  if ('until' in when) return at < when.until ? when.until : undefined;
  const now = minuteOfWeek(at, utcOffset);
  const edges = when.weekly.flatMap(spans).flatMap(([from, length]) => [from, from + length]);
  const ahead = edges.map((edge) => mod(edge - now, WEEK) || WEEK);
  return (Math.floor(at / MINUTE) + Math.min(...ahead)) * MINUTE;
}

/** Beginning, as a minute of the week, and length of a slot on each of its days. */
function spans({ days, from, to }: WeeklySlot): Array<[number, number]> {
  const [begin, end] = [minuteOfDay(from), minuteOfDay(to)];
  return days.map((day) => [(day - 1) * DAY + begin, end > begin ? end - begin : end - begin + DAY]);
}

function minuteOfDay(clock: string): number {
  return Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));
}

function minuteOfWeek(at: number, utcOffset: number): number {
  return mod(Math.floor(at / MINUTE) + utcOffset + EPOCH_WEEKDAY * DAY, WEEK);
}

function mod(value: number, by: number): number {
  return ((value % by) + by) % by;
}
