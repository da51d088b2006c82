/** The widths at which traffic over time is kept. A bucket is `start / width`. */
export type Level<Name = 'minute' | 'hour' | 'day'> = {
  name: Name;
  /** ms */
  width: number;
  /** Buckets kept. */
  keep: number;
};

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export const MINUTE_LEVEL: Level<'minute'> = { name: 'minute', width: MINUTE, keep: (2 * DAY) / MINUTE };
/** Those that minutes are rolled up into: each a table of conversations and one of devices. */
export const COARSE_LEVELS: readonly Level<'hour' | 'day'>[] = [
  { name: 'hour', width: HOUR, keep: (60 * DAY) / HOUR },
  { name: 'day', width: DAY, keep: 2 * 366 },
];
export const LEVELS: readonly Level[] = [MINUTE_LEVEL, ...COARSE_LEVELS];

/** `INSERT` that adds to the counters already there. */
export function addInto(table: string, keys: string, values: string): string {
  const columns = ['packets_up', 'packets_down', 'bytes_up', 'bytes_down'];
  return (
    `INSERT INTO ${table} (${keys}, ${columns.join(', ')}) ${values} ` +
    `ON CONFLICT (${keys}) DO UPDATE SET ${columns.map((column) => `${column} = ${column} + excluded.${column}`).join(', ')}`
  );
}

export const SUMS = 'sum(packets_up), sum(packets_down), sum(bytes_up), sum(bytes_down)';
