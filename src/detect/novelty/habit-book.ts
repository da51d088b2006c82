import type { HabitPlace, Habits } from '../../model/habits.ts';
import type { MudProfile } from '../../model/mud.ts';
import type { Home } from '../../track/home.ts';
import { Row } from '../contacts/row.ts';
import { securityBookOf } from '../household/security-book.ts';

/**
 * Places kept of one device. IoTSTEED counts at most 70 servers of an appliance; who needs more is no appliance, and of
 * those the ones longest unused make room.
 */
const MAX_PLACES = 192;
const LONGEST_PLACE = 280;
const DAY = 24 * 3_600_000;

type Place = {
  readonly key: string;
  first: number;
  last: number;
  earlier: Place | undefined;
  later: Place | undefined;
};

/** What one device is known to need. */
export class Needs {
  since: number;
  /** Days on which it called anybody. */
  days = 0;
  #day = Number.NEGATIVE_INFINITY;
  readonly places = new Map<string, Place>();
  /** The same, the one longest unused first. */
  readonly #row = new Row<Place>();
  /** Owners' domains and networks of these places, whatever the service. */
  readonly #owners = new Map<string, number>();
  /** When the latest places were met for the first time, the newest last. */
  readonly latest: number[] = [];

  constructor(since: number) {
    this.since = since;
  }

  /** Learns a place. @param key `owner service` @returns whether the place and whether its owner were unknown */
  meet(key: string, at: number): 'known' | 'new-service' | 'new' {
    const day = Math.floor(at / DAY);
    if (day !== this.#day) this.days++;
    this.#day = day;
    const known = this.places.get(key);
    if (known) {
      known.last = at;
      this.#row.renew(known);
      return 'known';
    }
    const isOwnerKnown = this.#owners.has(ownerIn(key));
    this.learn({ place: key, first: at, last: at });
    this.latest.push(at);
    if (this.latest.length > 16) this.latest.shift();
    return isOwnerKnown ? 'new-service' : 'new';
  }

  /** Takes over a place that is not known here, last used after those that are. */
  learn({ place: key, first, last }: HabitPlace): void {
    const place: Place = { key, first, last, earlier: undefined, later: undefined };
    this.places.set(key, place);
    this.#row.add(place);
    // A day on which it called before a restart is counted already.
    this.#day = Math.max(this.#day, Math.floor(last / DAY));
    const owner = ownerIn(key);
    this.#owners.set(owner, (this.#owners.get(owner) ?? 0) + 1);
    if (this.places.size > MAX_PLACES) this.#forget(this.#row.first!);
  }

  /** Places met for the first time since a moment. */
  newSince(moment: number): number {
    return this.latest.filter((at) => at >= moment).length;
  }

  #forget(place: Place): void {
    this.#row.remove(place);
    this.places.delete(place.key);
    const owner = ownerIn(place.key);
    const uses = this.#owners.get(owner)! - 1;
    if (uses === 0) this.#owners.delete(owner);
    else this.#owners.set(owner, uses);
  }
}

const BOOKS = new WeakMap<Home, HabitBook>();

export function habitBookOf(home: Home): HabitBook {
  const known = BOOKS.get(home);
  if (known) return known;
  const book = new HabitBook(home);
  BOOKS.set(home, book);
  return book;
}

/** What every device is known to need. */
export class HabitBook {
  readonly #home: Home;
  readonly #needs = new Map<number, Needs>();
  readonly #profiles = new Map<number, MudProfile>();

  constructor(home: Home) {
    this.#home = home;
  }

  of(device: number): Needs {
    let needs = this.#needs.get(device);
    if (!needs) {
      needs = new Needs(this.#home.firstSeenAt(device));
      this.#needs.set(device, needs);
    }
    return needs;
  }

  /** What the device's maker says, where an installed file tells. */
  profile(device: number): MudProfile | undefined {
    return this.#profiles.get(device);
  }

  setProfile(device: number, profile: MudProfile | undefined): void {
    if (profile) this.#profiles.set(device, profile);
    else this.#profiles.delete(device);
  }

  forget(device: number): void {
    this.#needs.delete(device);
    this.#profiles.delete(device);
  }

  /** For the store. */
  all(): Habits[] {
    return [...this.#needs].flatMap(([index, { since, days, places }]) => {
      const device = this.#home.deviceId(index);
      if (device === undefined) return [];
      const update = securityBookOf(this.#home).known(index)?.update;
      const list = [...places.values()].map(({ key: place, first, last }) => ({ place, first, last }));
      return [{ device, since, days, places: list, ...(update && { update }) }];
    });
  }

  /** What the store knew. Devices that are not known here are passed over, and what is no habit. */
  restore(habits: readonly Habits[]): void {
    for (const { device, since, days, places, update } of habits) {
      const index = this.#home.indexOf(device);
      if (index < 0) continue;
      const needs = this.of(index);
      needs.since = Math.min(needs.since, since);
      needs.days += days;
      const known = places.slice(-MAX_PLACES).filter((one) => isPlace(one) && !needs.places.has(one.place));
      for (const place of known.sort((a, b) => a.last - b.last)) needs.learn(place);
      if (update) securityBookOf(this.#home).of(index).update ??= update;
    }
  }
}

function ownerIn(place: string): string {
  return place.slice(0, place.indexOf(' '));
}

function isPlace({ place, first, last }: HabitPlace): boolean {
  return place.length <= LONGEST_PLACE && place.indexOf(' ') > 0 && Number.isFinite(first) && Number.isFinite(last);
}
