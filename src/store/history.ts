import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { OTHERS } from '../model/event.ts';
import type { Counters } from '../model/home.ts';
import type { Devices } from './devices.ts';
import { COARSE_LEVELS, DAY, HOUR, LEVELS, MINUTE, SUMS } from './levels.ts';
import type { Minutes } from './minutes.ts';
import { addCounters, type PendingMinute } from './pending.ts';
import { Rolled } from './rolled.ts';

/** `[start, bytesUp, bytesDown, packetsUp, packetsDown]`, `start` in ms. */
export type Point = [number, number, number, number, number];

/** A far end of a device over all kept history. `services` are `protocol/port`. */
export type Contact = Counters & { name: string; services: string[]; firstSeen: number; lastSeen: number };

/** Far ends one answer names. */
export const MAX_NODES_IN_ANSWER = 1_000;

type Sums = { bucket: number; up: number; down: number; packetsUp: number; packetsDown: number };

/** Questions about the past. What is not yet rolled up or not yet written is counted in. */
export class History {
  readonly #devices: Devices;
  readonly #minutes: Minutes;
  readonly #rolled: Rolled;
  readonly #points: Map<string, StatementSync>;
  readonly #contacts: StatementSync;

  constructor(database: DatabaseSync, devices: Devices, minutes: Minutes) {
    this.#devices = devices;
    this.#minutes = minutes;
    this.#rolled = new Rolled(database);
    this.#points = new Map(COARSE_LEVELS.map(({ name }) => [name, database.prepare(pointsSql(name))]));
    this.#contacts = database.prepare(CONTACTS_SQL);
  }

  /**
   * Traffic over time in steps of a level's width, without gaps, oldest first.
   * @param from ms, inclusive; rounded down to a bucket
   * @param to ms, inclusive
   */
  points(
    step: number,
    from: number,
    to: number,
    device: string | undefined,
    pending: readonly PendingMinute[],
  ): Point[] {
    const level = LEVELS.find(({ width }) => width === step)!;
    const first = Math.floor(from / step);
    const points: Point[] = [];
    for (let bucket = first; bucket <= Math.floor(to / step); bucket++) points.push([bucket * step, 0, 0, 0, 0]);
    const devices = device === undefined ? undefined : this.#devices.numbers(device);
    const rolled = level.name === 'minute' ? 0 : this.#rolled.upTo(level.name);
    const coarse = this.#points.get(level.name)?.all({ first, devices: devices ? JSON.stringify(devices) : null });
    for (const row of (coarse ?? []) as Sums[]) addPoint(points[row.bucket - first], row);
    for (const { bucket, device, counters } of this.#minutes.devices(Math.max(rolled, (first * step) / MINUTE))) {
      if (devices && !devices.includes(device)) continue;
      const [packetsUp, packetsDown, up, down] = counters;
      addPoint(points[Math.floor((bucket * MINUTE) / step) - first], { up, down, packetsUp, packetsDown });
    }
    for (const { start, rows } of pending) {
      const point = points[Math.floor(start / step) - first];
      for (const row of rows) if (device === undefined || row.device === device) addPoint(point, toSums(row));
    }
    return points;
  }

  /** The far ends of a device, the largest or the newest first. */
  contacts(device: string, order: 'volume' | 'new', limit: number, pending: readonly PendingMinute[]): Contact[] {
    const numbers = this.#devices.numbers(device);
    const found = new Map<string, Contact>();
    this.#minutes.ask(this.#rolled.upTo('contact'), Number.MAX_SAFE_INTEGER, new Set(numbers), () => {
      for (const row of this.#contacts.iterate({ devices: JSON.stringify(numbers) }))
        addContact(found, row as unknown as Contact & Pair);
    });
    for (const { start, rows } of pending) {
      for (const row of rows) {
        if (row.device === device)
          addContact(found, { ...row, name: row.node, firstSeen: start, lastSeen: start + MINUTE });
      }
    }
    const volume = (contact: Contact) => contact.bytesUp + contact.bytesDown;
    const compare: (a: Contact, b: Contact) => number =
      order === 'new' ? (a, b) => b.firstSeen - a.firstSeen : (a, b) => volume(b) - volume(a);
    return [...found.values()].sort(compare).slice(0, Math.min(limit, MAX_NODES_IN_ANSWER));
  }
}

/** Step of an answer's points for a span of ms: at most some 1,500 points. */
export function stepFor(span: number): number {
  return span <= DAY ? MINUTE : span <= 62 * DAY ? HOUR : DAY;
}

function pointsSql(name: string): string {
  return `SELECT bucket, sum(bytes_up) AS up, sum(bytes_down) AS down,
            sum(packets_up) AS packetsUp, sum(packets_down) AS packetsDown
          FROM traffic_${name}
          WHERE bucket >= :first AND (:devices IS NULL OR device IN (SELECT value FROM json_each(:devices)))
          GROUP BY 1`;
}

type Pair = { protocol: string; port: number };

const CONTACTS_SQL = `
  SELECT node.name, service.protocol, service.port, first AS firstSeen, last AS lastSeen,
    packets_up AS packetsUp, packets_down AS packetsDown, bytes_up AS bytesUp, bytes_down AS bytesDown
  FROM contact JOIN node ON node.id = contact.node JOIN service ON service.id = contact.service
  WHERE device IN (SELECT value FROM json_each(:devices))
  UNION ALL
  SELECT node.name, service.protocol, service.port, firstSeen, lastSeen, packetsUp, packetsDown, bytesUp, bytesDown
  FROM (
    SELECT node, service, min(bucket) * ${MINUTE} AS firstSeen, (max(bucket) + 1) * ${MINUTE} AS lastSeen,
      ${SUMS.replaceAll(/sum\((\w+)_(\w)(\w+)\)/g, (all, a, b, c) => `${all} AS ${a}${b.toUpperCase()}${c}`)}
    FROM recent GROUP BY node, service
  ) AS newest JOIN node ON node.id = newest.node JOIN service ON service.id = newest.service`;

function addPoint(point: Point | undefined, sums: Omit<Sums, 'bucket'>): void {
  if (!point) return;
  point[1] += sums.up;
  point[2] += sums.down;
  point[3] += sums.packetsUp;
  point[4] += sums.packetsDown;
}

function toSums(row: Counters): Omit<Sums, 'bucket'> {
  return { up: row.bytesUp, down: row.bytesDown, packetsUp: row.packetsUp, packetsDown: row.packetsDown };
}

function addContact(found: Map<string, Contact>, row: Omit<Contact, 'services'> & Pair): void {
  const service = row.name === OTHERS && row.protocol === '' ? undefined : `${row.protocol}/${row.port}`;
  const known = found.get(row.name);
  if (!known) {
    const { name, firstSeen, lastSeen, packetsUp, packetsDown, bytesUp, bytesDown } = row;
    const services = service === undefined ? [] : [service];
    found.set(name, { name, services, firstSeen, lastSeen, packetsUp, packetsDown, bytesUp, bytesDown });
    return;
  }
  addCounters(known, row);
  known.firstSeen = Math.min(known.firstSeen, row.firstSeen);
  known.lastSeen = Math.max(known.lastSeen, row.lastSeen);
  if (service !== undefined && !known.services.includes(service)) known.services.push(service);
}
