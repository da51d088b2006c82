import type { DatabaseSync } from 'node:sqlite';
import { OTHERS } from '../model/event.ts';
import { DAY } from './levels.ts';

/** Far ends a device may add in a day before the rest become `(others)`: a busy phone meets 2,000, a scanner millions. */
export const NEW_NODES_PER_DEVICE_DAY = 4_096;
/** About 40 MB with its index; a busy home collects 100,000 in two years. */
export const MAX_NODES = 500_000;
/** Protocol and port pairs; beyond it ports are not told apart. */
export const MAX_SERVICES = 70_000;
/** Names whose number is at hand; 100 bytes each. */
const CACHED = 20_000;

/** Numbers for the names of far ends and services, so that rows stay small. */
export class Dictionary {
  readonly #findNode;
  readonly #addNode;
  readonly #findService;
  readonly #addService;
  readonly #nodes = new Map<string, number>();
  readonly #services = new Map<string, number>();
  readonly #newToday = new Map<string, number>();
  readonly #count: { nodes: number; services: number };
  #today = 0;

  constructor(database: DatabaseSync) {
    this.#findNode = database.prepare('SELECT id FROM node WHERE name = ?');
    this.#addNode = database.prepare('INSERT INTO node (name) VALUES (?) RETURNING id');
    this.#findService = database.prepare('SELECT id FROM service WHERE protocol = ? AND port = ?');
    this.#addService = database.prepare('INSERT INTO service (protocol, port) VALUES (?, ?) RETURNING id');
    const counts = database
      .prepare('SELECT (SELECT max(id) FROM node) AS nodes, (SELECT max(id) FROM service) AS services')
      .get()!;
    this.#count = { nodes: Number(counts.nodes), services: Number(counts.services) };
  }

  /** The number of a far end; that of `(others)` when the device has met too many new ones that day. */
  node(name: string, device: string, at: number): number {
    const known = this.#nodes.get(name) ?? (this.#findNode.get(name)?.id as number | undefined);
    if (known === undefined && name !== OTHERS && !this.#mayAdd(device, at)) return this.node(OTHERS, device, at);
    const id = known ?? (this.#addNode.get(name)!.id as number);
    if (known === undefined) this.#count.nodes++;
    if (this.#nodes.size >= CACHED) this.#nodes.clear();
    this.#nodes.set(name, id);
    return id;
  }

  service(protocol: string, port: number): number {
    const key = `${protocol}/${port}`;
    const known = this.#services.get(key) ?? (this.#findService.get(protocol, port)?.id as number | undefined);
    if (known === undefined && port !== 0 && this.#count.services >= MAX_SERVICES) return this.service(protocol, 0);
    const id = known ?? (this.#addService.get(protocol, port)!.id as number);
    if (known === undefined) this.#count.services++;
    if (this.#services.size >= CACHED) this.#services.clear();
    this.#services.set(key, id);
    return id;
  }

  /** After a roll-back the numbers given within it are void. */
  reset(): void {
    this.#nodes.clear();
    this.#services.clear();
  }

  #mayAdd(device: string, at: number): boolean {
    const today = Math.floor(at / DAY);
    if (today !== this.#today) this.#newToday.clear();
    this.#today = today;
    const added = this.#newToday.get(device) ?? 0;
    if (added >= NEW_NODES_PER_DEVICE_DAY || this.#count.nodes >= MAX_NODES) return false;
    this.#newToday.set(device, added + 1);
    return true;
  }
}
