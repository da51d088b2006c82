import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { MinuteRow } from '../model/event.ts';
import type { Counters } from '../model/home.ts';
import type { Devices } from './devices.ts';
import type { Dictionary } from './dictionary.ts';
import { addInto, LEVELS, type Level, MINUTE } from './levels.ts';
import { addCounters, type PendingMinute } from './pending.ts';
import { Rolled, type Target } from './rolled.ts';

type Writer = { level: Level; conversation: StatementSync; traffic: StatementSync };

/** Writes minutes. One that comes after it was rolled up (a clock set back) goes into the coarser tables at once. */
export class Traffic {
  readonly #devices: Devices;
  readonly #dictionary: Dictionary;
  readonly #writers: readonly Writer[];
  readonly #contact: StatementSync;
  readonly #rolled: Rolled;
  readonly #forget: readonly StatementSync[];

  constructor(database: DatabaseSync, devices: Devices, dictionary: Dictionary) {
    this.#devices = devices;
    this.#dictionary = dictionary;
    this.#writers = LEVELS.map((level) => ({
      level,
      conversation: database.prepare(
        addInto(
          `conversation_${level.name}`,
          'bucket, device, node, service, initiator',
          'VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
        ),
      ),
      traffic: database.prepare(addInto(`traffic_${level.name}`, 'bucket, device', 'VALUES (?, ?, ?, ?, ?, ?)')),
    }));
    this.#contact = database.prepare(
      `INSERT INTO contact VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET
         first = min(first, excluded.first), last = max(last, excluded.last),
         packets_up = packets_up + excluded.packets_up, packets_down = packets_down + excluded.packets_down,
         bytes_up = bytes_up + excluded.bytes_up, bytes_down = bytes_down + excluded.bytes_down`,
    );
    this.#rolled = new Rolled(database);
    const tables = LEVELS.flatMap(({ name }) => [`conversation_${name}`, `traffic_${name}`]);
    this.#forget = [...tables, 'contact', 'rolled'].map((table) => database.prepare(`DELETE FROM ${table}`));
  }

  /** Within a transaction of the caller. */
  write(minute: PendingMinute): void {
    const late = (target: Target) => minute.start / MINUTE < this.#rolled.upTo(target);
    const writers = this.#writers.filter(({ level }) => level.name === 'minute' || late(level.name));
    const contacts = late('contact');
    const sums = new Map<number, Counters>();
    for (const row of minute.rows) {
      const device = this.#devices.number(row.device, minute.start);
      this.#writeRow(writers, contacts, minute.start, device, row);
      const sum = sums.get(device);
      if (sum) addCounters(sum, row);
      else sums.set(device, { ...row });
    }
    for (const [device, sum] of sums) {
      for (const { level, traffic } of writers) {
        traffic.run(Math.floor(minute.start / level.width), device, ...values(sum));
      }
    }
  }

  /** Forgets all traffic. Within a transaction of the caller. */
  forget(): void {
    for (const statement of this.#forget) statement.run();
  }

  #writeRow(writers: readonly Writer[], contacts: boolean, start: number, device: number, row: MinuteRow): void {
    const node = this.#dictionary.node(row.node, row.device, start);
    const service = this.#dictionary.service(row.protocol, row.port);
    const initiator = row.initiator === 'device' ? 0 : 1;
    const counters = values(row);
    for (const { level, conversation } of writers) {
      conversation.run(Math.floor(start / level.width), device, node, service, initiator, ...counters);
    }
    if (contacts) this.#contact.run(device, node, service, initiator, start, start + MINUTE, ...counters);
  }
}

function values(row: Counters): [number, number, number, number] {
  return [Math.round(row.packetsUp), Math.round(row.packetsDown), Math.round(row.bytesUp), Math.round(row.bytesDown)];
}
