import { type MinuteRow, OTHERS } from '../model/event.ts';
import type { Counters } from '../model/home.ts';

/** Rows of one minute, not yet written. `start` in ms. */
export type PendingMinute = { start: number; rows: MinuteRow[] };

/** A household's device has tens of conversations in a minute, a scanner thousands, which one sum describes as well. */
export const MAX_ROWS_PER_DEVICE_MINUTE = 1_000;
/** Bounds what one minute may cost to write (some 50 ms) even with every device scanning. */
export const MAX_ROWS_PER_MINUTE = 10_000;
/** Minutes held while the disk fails; 24 h, so that a day's fault costs detail but the memory stays bounded by the rows. */
export const MAX_PENDING_MINUTES = 1_440;
/** About 30 MB of memory while the disk fails. Beyond it a minute is kept as sums per device. */
export const MAX_PENDING_ROWS = 100_000;

/** Minutes on their way to the disk, within bounds; what exceeds them is folded into `(others)` so that sums hold. */
export class Pending {
  #minutes: PendingMinute[] = [];
  #rows = 0;
  /** Minutes dropped because the disk failed for too long. */
  lostMinutes = 0;

  get minutes(): readonly PendingMinute[] {
    return this.#minutes;
  }

  add(start: number, rows: readonly MinuteRow[]): void {
    const kept = boundMinute(rows, this.#rows >= MAX_PENDING_ROWS ? 0 : MAX_ROWS_PER_DEVICE_MINUTE);
    if (kept.length === 0) return;
    this.#minutes.push({ start, rows: kept });
    this.#rows += kept.length;
    if (this.#minutes.length > MAX_PENDING_MINUTES) {
      this.#rows -= this.#minutes.shift()!.rows.length;
      this.lostMinutes++;
    }
  }

  /** Two devices were one. */
  rename(device: string, into: string): void {
    for (const minute of this.#minutes) {
      minute.rows = minute.rows.map((row) => (row.device === device ? { ...row, device: into } : row));
    }
  }

  clear(): void {
    this.#minutes = [];
    this.#rows = 0;
  }
}

/** Keeps each device's largest rows and folds the rest into one row per device. */
export function boundMinute(rows: readonly MinuteRow[], perDevice: number, inAll = MAX_ROWS_PER_MINUTE): MinuteRow[] {
  const byDevice = Map.groupBy(rows, (row) => row.device);
  const fair = Math.min(perDevice, Math.floor(inAll / Math.max(1, byDevice.size)));
  if (rows.length <= inAll && [...byDevice.values()].every((list) => list.length <= perDevice)) return [...rows];
  return [...byDevice.values()].flatMap((list) => boundDevice(list, fair));
}

function boundDevice(rows: MinuteRow[], most: number): MinuteRow[] {
  if (rows.length <= most) return rows;
  const sorted = rows.toSorted((a, b) => b.bytesUp + b.bytesDown - a.bytesUp - a.bytesDown);
  const others: MinuteRow = { ...othersOf(rows[0]!.device) };
  for (const row of sorted.slice(most)) addCounters(others, row);
  return [...sorted.slice(0, most), others];
}

function othersOf(device: string): MinuteRow {
  const counters = { packetsUp: 0, packetsDown: 0, bytesUp: 0, bytesDown: 0 };
  return { device, node: OTHERS, protocol: '', port: 0, initiator: 'device', ...counters };
}

export function addCounters(sum: Counters, more: Counters): void {
  sum.packetsUp += more.packetsUp;
  sum.packetsDown += more.packetsDown;
  sum.bytesUp += more.bytesUp;
  sum.bytesDown += more.bytesDown;
}
