import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Initiator } from '../model/home.ts';
import type { Devices } from './devices.ts';
import { HOUR, MINUTE } from './levels.ts';
import type { Minutes } from './minutes.ts';
import type { PendingMinute } from './pending.ts';
import { Rolled } from './rolled.ts';

/** From `from` until before `to`, ms. */
export type Span = { from: number; to: number };

/** What one conversation did in a time; `first` and `last` are as fine as the table that they come from. */
export type PastRow = {
  device: string;
  node: string;
  protocol: string;
  port: number;
  initiator: Initiator;
  packets: number;
  bytes: number;
  first: number;
  last: number;
};

/** Conversations of a day: a lively home has some 10,000. The answer names the heaviest, so what is left out is small. */
export const MAX_PAST_ROWS = 100_000;

const PER_HOUR = HOUR / MINUTE;

/** Who talked to whom in a time: from hours where they are whole, else from minutes, and from what is not yet written. */
export class Past {
  readonly #devices: Devices;
  readonly #minutes: Minutes;
  readonly #rolled: Rolled;
  readonly #hours: StatementSync;
  readonly #recent: StatementSync;
  readonly #begins: StatementSync;

  constructor(database: DatabaseSync, devices: Devices, minutes: Minutes) {
    this.#devices = devices;
    this.#minutes = minutes;
    this.#rolled = new Rolled(database);
    this.#hours = database.prepare(sql('conversation_hour', HOUR));
    this.#recent = database.prepare(sql('recent', MINUTE));
    this.#begins = database.prepare(
      `SELECT CASE WHEN hour < minute / ${HOUR} * ${HOUR} THEN hour ELSE coalesce(minute, hour) END AS start FROM (
         SELECT (SELECT min(bucket) * ${HOUR} FROM traffic_hour) AS hour,
           (SELECT min(bucket) * ${MINUTE} FROM minute) AS minute)`,
    );
  }

  /** Begin of the oldest traffic that is kept, ms. */
  begins(): number | undefined {
    return (this.#begins.get()?.start as number | null) ?? undefined;
  }

  /** @param only devices whose conversations are asked for; absent for all */
  during(spans: readonly Span[], only: readonly string[] | undefined, pending: readonly PendingMinute[]): PastRow[] {
    const numbers = only && new Set(only.flatMap((key) => this.#devices.numbers(key)));
    const devices = numbers ? JSON.stringify([...numbers]) : null;
    const found = new Map<string, PastRow>();
    const rolled = this.#rolled.upTo('hour');
    const take = (statement: StatementSync, from: number, to: number) => {
      for (const row of statement.iterate({ from, to, devices })) add(found, row as PastRow);
    };
    for (const span of spans) {
      const { minutes, hours } = partsOf(span, rolled);
      for (const [from, to] of hours) take(this.#hours, from, to);
      for (const [from, to] of minutes) this.#minutes.ask(from, to, numbers, () => take(this.#recent, from, to));
      for (const { start, rows } of pending) {
        if (start < span.from || start >= span.to) continue;
        for (const row of rows) {
          if (only && !only.includes(row.device)) continue;
          const packets = row.packetsUp + row.packetsDown;
          const bytes = row.bytesUp + row.bytesDown;
          add(found, { ...row, packets, bytes, first: start, last: start + MINUTE });
        }
      }
    }
    return [...found.values()];
  }
}

type Part = [from: number, to: number];

/** The buckets of a span. @param rolled minute up to which hours are complete */
function partsOf({ from, to }: Span, rolled: number): { minutes: Part[]; hours: Part[] } {
  const [first, end] = [Math.floor(from / MINUTE), Math.ceil(to / MINUTE)];
  const hour = Math.ceil(first / PER_HOUR);
  const lastHour = Math.floor(Math.min(end, rolled) / PER_HOUR);
  if (lastHour <= hour) return { minutes: [[first, end]], hours: [] };
  return {
    minutes: [
      [first, hour * PER_HOUR],
      [lastHour * PER_HOUR, end],
    ],
    hours: [[hour, lastHour]],
  };
}

function sql(table: string, width: number): string {
  return `
    SELECT coalesce(kept.key, device.key) AS device, node.name AS node, service.protocol, service.port,
      CASE initiator WHEN 0 THEN 'device' ELSE 'node' END AS initiator, packets, bytes, first, last
    FROM (
      SELECT device AS number, node AS far, service AS used, initiator,
        sum(packets_up + packets_down) AS packets, sum(bytes_up + bytes_down) AS bytes,
        min(bucket) * ${width} AS first, (max(bucket) + 1) * ${width} AS last
      FROM ${table} WHERE bucket >= :from AND bucket < :to
        AND (:devices IS NULL OR device IN (SELECT value FROM json_each(:devices)))
      GROUP BY 1, 2, 3, 4 ORDER BY packets DESC LIMIT ${MAX_PAST_ROWS}
    )
    JOIN device ON device.id = number LEFT JOIN device AS kept ON kept.id = device.merged_into
    JOIN node ON node.id = far JOIN service ON service.id = used`;
}

function add(found: Map<string, PastRow>, { device, node, protocol, port, initiator, ...sums }: PastRow): void {
  const key = `${device} ${node} ${protocol} ${port} ${initiator}`;
  const known = found.get(key);
  if (!known) {
    const { packets, bytes, first, last } = sums;
    found.set(key, { device, node, protocol, port, initiator, packets, bytes, first, last });
    return;
  }
  known.packets += sums.packets;
  known.bytes += sums.bytes;
  known.first = Math.min(known.first, sums.first);
  known.last = Math.max(known.last, sums.last);
}
