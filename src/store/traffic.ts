import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { MinuteRow } from '../model/event.ts';
import type { Devices } from './devices.ts';
import type { Dictionary } from './dictionary.ts';
import { COARSE_LEVELS, MINUTE } from './levels.ts';
import type { Row } from './minute-rows.ts';
import type { Minutes } from './minutes.ts';
import type { PendingMinute } from './pending.ts';
import type { Rollup } from './rollup.ts';

export type TrafficParts = { devices: Devices; dictionary: Dictionary; minutes: Minutes; rollup: Rollup };

/** Writes minutes. */
export class Traffic {
  readonly #parts: TrafficParts;
  readonly #forget: readonly StatementSync[];

  constructor(database: DatabaseSync, parts: TrafficParts) {
    this.#parts = parts;
    const tables = COARSE_LEVELS.flatMap(({ name }) => [`conversation_${name}`, `traffic_${name}`]);
    this.#forget = [...tables, 'contact', 'rolled'].map((table) => database.prepare(`DELETE FROM ${table}`));
  }

  /** Within a transaction of the caller. */
  write({ start, rows }: PendingMinute): void {
    const { minutes, rollup } = this.#parts;
    const bucket = Math.floor(start / MINUTE);
    const numbered = rows.map((row) => this.#numbered(row, start));
    minutes.add(bucket, numbered);
    rollup.addLate(bucket, numbered);
  }

  /** Forgets all traffic. Within a transaction of the caller. */
  forget(): void {
    this.#parts.minutes.forget();
    for (const statement of this.#forget) statement.run();
  }

  #numbered({ device, node, protocol, port, initiator, ...did }: MinuteRow, start: number): Row {
    const { devices, dictionary } = this.#parts;
    const counters = [did.packetsUp, did.packetsDown, did.bytesUp, did.bytesDown] as const;
    const [up, down, bytesUp, bytesDown] = counters.map((count) => Math.max(0, Math.round(count)));
    return [
      devices.number(device, start),
      dictionary.node(node, device, start),
      dictionary.service(protocol, port),
      initiator === 'device' ? 0 : 1,
      ...([up!, down!, bytesUp!, bytesDown!] as const),
    ];
  }
}
