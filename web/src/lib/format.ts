const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

type TimeWords = { now: string; seconds: string; minutes: string; hours: string; days: string };

/** Writes numbers, sizes and times as `locale` does. Sizes count in thousands (IEC 80000-13). */
export function formatter(locale: string, words: TimeWords) {
  const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const tenths = new Intl.NumberFormat(locale, { maximumFractionDigits: 1, minimumFractionDigits: 1 });
  const clock = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' });
  const clockSeconds = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
  const date = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' });
  const dateYear = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric' });
  const dateTime = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });

  function bytes(count: number): string {
    let value = Math.max(0, count);
    let unit = 0;
    while (value >= 999.5 && unit < UNITS.length - 1) {
      value /= 1000;
      unit++;
    }
    return `${(unit === 0 || value >= 99.5 ? whole : tenths).format(value)} ${UNITS[unit]}`;
  }

  /** How long before `now`, in the largest unit that fits. */
  function ago(at: number, now: number): string {
    const past = Math.max(0, now - at);
    if (past < 2 * SECOND) return words.now;
    if (past < MINUTE) return `${whole.format(Math.floor(past / SECOND))} ${words.seconds}`;
    if (past < HOUR) return `${whole.format(Math.floor(past / MINUTE))} ${words.minutes}`;
    if (past < DAY) return `${whole.format(Math.floor(past / HOUR))} ${words.hours}`;
    return `${whole.format(Math.floor(past / DAY))} ${words.days}`;
  }

  return {
    bytes,
    ago,
    rate: (bytesPerSecond: number) => `${bytes(bytesPerSecond)}/s`,
    number: (value: number) => whole.format(value),
    clock: (at: number) => clock.format(at),
    clockSeconds: (at: number) => clockSeconds.format(at),
    date: (at: number) => date.format(at),
    dateYear: (at: number) => dateYear.format(at),
    dateTime: (at: number) => dateTime.format(at),
    /** The time alone where it is on the same day as `now`. */
    moment: (at: number, now: number) => (isToday(at, now) ? clock.format(at) : dateTime.format(at)),
  };
}

export type Formatter = ReturnType<typeof formatter>;

/** Whether a time is on the same day as `now`, by this machine's calendar. */
export function isToday(at: number, now: number): boolean {
  return new Date(at).toDateString() === new Date(now).toDateString();
}

/** Characters that change the direction or the look of what stands around them have no place in a name shown here. */
const INVISIBLE = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;
const LONGEST_NAME = 120;

/** A name from the network, made safe to stand in a sentence: one line, no invisible characters, not endless. */
export function plainName(name: string, longest = LONGEST_NAME): string {
  const plain = name
    .slice(0, 4 * longest)
    .replaceAll(INVISIBLE, '\ufffd')
    .trim();
  return plain.length <= longest ? plain : `${plain.slice(0, longest - 1)}…`;
}

/** How the service of a conversation is called: its name, else protocol and port. */
export function serviceName(of: { service?: string | undefined; protocol: string; port: number }): string {
  if (of.service) return of.service;
  return of.port > 0 ? `${of.protocol} ${of.port}` : of.protocol;
}
