import type { WeeklySlot } from '../../../src/model/household.ts';

export const DAYS = [1, 2, 3, 4, 5, 6, 7] as const;
const DAY = 86_400_000;
/** A Monday. */
const MONDAY = Date.UTC(2024, 0, 1);

/** Names of the days in a language: `Mon` or `Monday`. */
export function dayNames(locale: string, width: 'short' | 'long'): Record<number, string> {
  const format = new Intl.DateTimeFormat(locale, { weekday: width, timeZone: 'UTC' });
  return Object.fromEntries(DAYS.map((day) => [day, format.format(MONDAY + (day - 1) * DAY)]));
}

/** Whether a slot ends on the day after it began. */
export function endsNextDay({ from, to }: WeeklySlot): boolean {
  return to <= from;
}

/** `Mon–Fri 21:00–07:00`; `everyDay` stands for all seven. */
export function slotWords(slot: WeeklySlot, locale: string, everyDay: string): string {
  return `${dayWords(slot.days, locale, everyDay)} ${slot.from}–${slot.to}`;
}

function dayWords(days: readonly number[], locale: string, everyDay: string): string {
  const names = dayNames(locale, 'short');
  const sorted = [...new Set(days)].sort();
  if (sorted.length === DAYS.length) return everyDay;
  return runsOf(sorted)
    .map((run) =>
      run.length < 3 ? run.map((day) => names[day]).join(', ') : `${names[run[0]!]}–${names[run.at(-1)!]}`,
    )
    .join(', ');
}

/** Days that follow each other, together. */
function runsOf(days: readonly number[]): number[][] {
  const runs: number[][] = [];
  for (const day of days) {
    const last = runs.at(-1);
    if (last?.at(-1) === day - 1) last.push(day);
    else runs.push([day]);
  }
  return runs;
}

/** What is wrong with the slots before anybody is asked; the index of the slot, and its field. */
export function slotProblem(
  slots: readonly WeeklySlot[],
): { index: number; field: 'days' | 'from' | 'to' } | undefined {
  for (const [index, { days, from, to }] of slots.entries()) {
    if (days.length === 0) return { index, field: 'days' };
    if (from === '') return { index, field: 'from' };
    if (to === '') return { index, field: 'to' };
  }
  return undefined;
}
