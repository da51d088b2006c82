/** How long, as people write it on a command line. Times of day are this machine's. */
import type { SetRuleBody } from '../../contract/api.ts';
import { EXIT, Failure } from '../terminal.ts';

type When = SetRuleBody['when'];
type Slot = Extract<When, { weekly: unknown }>['weekly'][number];

export type AskedTimes = {
  for?: string | undefined;
  until?: string | undefined;
  'until-tomorrow'?: boolean | undefined;
  schedule?: string[] | undefined;
  always?: boolean | undefined;
};

const UNITS: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 };
const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const SETS: Record<string, string> = { daily: 'mon-sun', weekdays: 'mon-fri', weekend: 'sat-sun' };

/** @param now ms since the epoch */
export function readWhen(asked: AskedTimes, now: number): When {
  const given = Object.values(asked).filter((value) => value !== undefined);
  if (given.length !== 1) {
    throw wrong('say for how long, once: --for 2h, --until 20:00, --until-tomorrow, --schedule "…" or --always');
  }
  if (asked.for !== undefined) return { for: readDuration(asked.for) };
  if (asked.until !== undefined) return { until: readUntil(asked.until, now) };
  if (asked.schedule) return { weekly: asked.schedule.map(readSlot) };
  return asked.always ? { always: true } : { tomorrow: true };
}

/** @returns ms */
export function readDuration(text: string): number {
  const parts = [...text.matchAll(/(\d{1,6})([smhdw])/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text)
    throw wrong(`--for takes a number and s, m, h, d or w, such as 90m or 1h30m, and not "${text}"`);
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * UNITS[unit!]!, 0);
}

function readUntil(text: string, now: number): number {
  const clock = /^(\d{1,2}):(\d{2})$/.exec(text);
  if (!clock) {
    const until = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2})?$/.test(text)
      ? new Date(dateAndTime(text)).getTime()
      : Number.NaN;
    if (Number.isNaN(until)) throw wrong(`--until takes 20:00 or 2026-07-31T20:00, and not "${text}"`);
    return until;
  }
  const until = new Date(now);
  until.setHours(Number(clock[1]), Number(clock[2]), 0, 0);
  if (until.getTime() <= now) until.setDate(until.getDate() + 1);
  return until.getTime();
}

/** A date alone would be read as UTC. */
function dateAndTime(text: string): string {
  return text.includes(':') ? text.replace(' ', 'T') : `${text}T00:00`;
}

/** `mon-fri 21:00-07:00`, `sat,sun 08:00-10:00`, `daily 22:00-06:00`. */
export function readSlot(text: string): Slot {
  const [, days, from, to] = /^\s*([a-z,-]+)\s+(\d{2}:\d{2})\s*-\s*(\d{2}:\d{2})\s*$/i.exec(text) ?? [];
  if (days === undefined)
    throw wrong(`--schedule takes "mon-fri 21:00-07:00" or "daily 22:00-06:00", and not "${text}"`);
  return { days: days.toLowerCase().split(',').flatMap(readDays), from: from!, to: to! };
}

function readDays(text: string): number[] {
  const [first = '', last = first] = (SETS[text] ?? text).split('-');
  const [begin, end] = [DAYS.indexOf(first), DAYS.indexOf(last)];
  if (begin < 0 || end < 0) throw wrong(`"${text}" are no days; they are ${DAYS.join(', ')}`);
  const count = ((end - begin + DAYS.length) % DAYS.length) + 1;
  return Array.from({ length: count }, (_, i) => ((begin + i) % DAYS.length) + 1);
}

/** `mon–fri 21:00–07:00` of a slot. */
export function slotText({ days, from, to }: Slot): string {
  const names = days.map((day) => DAYS[day - 1] ?? '?');
  return `${days.length === DAYS.length ? 'daily' : names.join(',')} ${from}-${to}`;
}

function wrong(message: string): Failure {
  return new Failure(message, EXIT.usage);
}
