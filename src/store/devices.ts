import type { DatabaseSync } from 'node:sqlite';
import type { Device } from '../model/home.ts';
import type { RestoredDevice } from '../model/observation.ts';

/** Twice what the home holds at once; beyond it the longest unseen without an owner's name is forgotten. */
export const MAX_DEVICES = 2_048;

type Identity = Pick<
  RestoredDevice,
  'macs' | 'addresses' | 'hostnames' | 'givenKind' | 'kind' | 'traits' | 'notSame' | 'vendorClass' | 'mudUrl'
>;

/** Devices with their identity, and the small number that stands for each in the traffic tables. */
export class Devices {
  readonly #all;
  readonly #find;
  readonly #numbers;
  readonly #insert;
  readonly #update;
  readonly #merge;
  readonly #forget;
  readonly #ids = new Map<string, number>();

  constructor(database: DatabaseSync) {
    this.#all = database.prepare(`SELECT * FROM device WHERE merged_into IS NULL AND identity <> '{}' ORDER BY id`);
    this.#find = database.prepare('SELECT coalesce(merged_into, id) AS id FROM device WHERE key = ?');
    this.#numbers = database.prepare(
      `SELECT other.id FROM device AS asked JOIN device AS other
       ON other.id = asked.id OR other.merged_into = asked.id WHERE asked.key = ?`,
    );
    this.#insert = database.prepare(
      `INSERT INTO device (key, first_seen, last_seen, identity) VALUES (?, ?, ?, '{}') RETURNING id`,
    );
    this.#update = database.prepare(
      'UPDATE device SET given_name = ?, first_seen = ?, last_seen = ?, identity = ? WHERE id = ?',
    );
    this.#merge = database.prepare('UPDATE device SET merged_into = ?2 WHERE id = ?1 OR merged_into = ?1');
    this.#forget = database.prepare(
      `DELETE FROM device WHERE id IN (
         SELECT id FROM device WHERE given_name IS NULL
         ORDER BY last_seen DESC LIMIT -1 OFFSET ${MAX_DEVICES})`,
    );
  }

  all(): RestoredDevice[] {
    return this.#all.all().map((row) => ({
      ...(JSON.parse(row.identity as string) as Identity),
      id: row.key as string,
      ...(row.given_name !== null && { givenName: row.given_name as string }),
      firstSeen: row.first_seen as number,
      lastSeen: row.last_seen as number,
    }));
  }

  /** The number of a device; makes one where there is none yet. */
  number(key: string, at: number): number {
    const known = this.#ids.get(key) ?? (this.#find.get(key)?.id as number | undefined);
    const id = known ?? (this.#insert.get(key, Math.round(at), Math.round(at))!.id as number);
    this.#ids.set(key, id);
    return id;
  }

  /** The numbers under which a device's traffic was written: its own and those of devices that became it. */
  numbers(key: string): number[] {
    return this.#numbers.all(key).map((row) => row.id as number);
  }

  save(device: Device): void {
    const identity: Identity = {
      macs: device.macs,
      addresses: device.addresses,
      hostnames: device.names.filter((name) => name !== device.givenName),
      ...(device.givenKind !== undefined && { givenKind: device.givenKind }),
      ...(device.identity?.kind && { kind: device.identity.kind.value }),
      ...(device.traits && { traits: device.traits }),
      ...(device.notSame && { notSame: device.notSame }),
      ...(device.vendorClass !== undefined && { vendorClass: device.vendorClass }),
      ...(device.mudUrl !== undefined && { mudUrl: device.mudUrl }),
    };
    this.#update.run(
      device.givenName ?? null,
      Math.round(device.firstSeen),
      Math.round(device.lastSeen),
      JSON.stringify(identity),
      this.number(device.id, device.firstSeen),
    );
  }

  merge(key: string, into: string, at: number): void {
    const id = this.number(key, at);
    const target = this.number(into, at);
    if (id === target) return;
    this.#merge.run(id, target);
    this.#ids.clear();
  }

  /** Keeps the table within its bound. */
  trim(): void {
    if (Number(this.#forget.run().changes) > 0) this.#ids.clear();
  }

  /** After a roll-back the numbers given within it are void. */
  reset(): void {
    this.#ids.clear();
  }
}
