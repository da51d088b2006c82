import { Distinct } from './distinct.ts';
import { Places } from './places.ts';
import { serviceKey } from './service.ts';

/** Services told apart for one device. */
const SERVICES = 32;
/**
 * Beside them, all services of TCP, UDP and ICMP together, outside and inside the home, but for those that everybody
 * needs of ever new far ends (`COMMON`): these have places of their own.
 */
const ALL = 6;
const PLACES = SERVICES + ALL;
/** Names, time and the web, whose far ends are only known by name after the first words where look-ups are not seen. */
const COMMON: ReadonlySet<number> = new Set([53, 80, 123, 443, 853]);
/** Enough to tell thousands of far ends apart. */
const BITS = 512;

/** Place of all services of a protocol; ICMP is what is neither TCP nor UDP. */
export function placeOfAll(protocol: number, inside: boolean): number {
  const kind = protocol === 6 ? 0 : protocol === 17 ? 1 : 2;
  return SERVICES + kind * 2 + (inside ? 1 : 0);
}

/**
 * How many far ends a device tried to reach by each service, and what became of it, in a window that slides by halves:
 * between half a window and a whole one is looked at.
 */
export class FanOut {
  readonly size = PLACES;
  readonly #places = new Places(SERVICES);
  readonly #hosts = new Distinct(PLACES * 2, BITS);
  /** Per place: attempts, answered, refused of this half, then of the half before. */
  readonly #counts = new Uint32Array(PLACES * 6);
  /** Per place: when the first attempt of this half was made, and of the half before. */
  readonly #first = new Float64Array(PLACES * 2);

  /** Attempts in all, of this half and of the half before. */
  #total = 0;
  #totalBefore = 0;

  /** @param far hash of the far end */
  attempt(protocol: number, port: number, inside: boolean, far: number, at: number): void {
    this.#total++;
    const key = serviceKey(protocol, port, inside);
    const place = this.#places.take(keyHash(key), key, 0, 0, 0, 0, 1);
    if (place >= 0) {
      if (this.#places.isNew) this.#clear(place);
      this.#count(place, far, at);
    }
    if (!COMMON.has(port)) this.#count(placeOfAll(protocol, inside), far, at);
  }

  answered(protocol: number, port: number, inside: boolean): void {
    this.#became(1, protocol, port, inside);
  }

  refused(protocol: number, port: number, inside: boolean): void {
    this.#became(2, protocol, port, inside);
  }

  /** All attempts of the window, whatever the service. */
  total(): number {
    return this.#total + this.#totalBefore;
  }

  /** The service at a place; 0 where there is none, and for the places of `placeOfAll`. */
  key(place: number): number {
    return place < SERVICES && this.#places.isTaken(place) ? this.#places.word(place, 0) : 0;
  }

  attempts(place: number): number {
    return this.#counts[place * 6]! + this.#counts[place * 6 + 3]!;
  }

  /** Of the attempts, those that were answered with a connection. */
  answers(place: number): number {
    return Math.min(this.attempts(place), this.#counts[place * 6 + 1]! + this.#counts[place * 6 + 4]!);
  }

  refusals(place: number): number {
    return Math.min(this.attempts(place), this.#counts[place * 6 + 2]! + this.#counts[place * 6 + 5]!);
  }

  /** Different far ends, about. */
  hosts(place: number): number {
    return Math.min(this.attempts(place), this.#hosts.countOfBoth(place * 2, place * 2 + 1));
  }

  /** When the first of these attempts was made. */
  since(place: number): number {
    return this.#first[place * 2 + (this.#counts[place * 6 + 3] === 0 ? 0 : 1)]!;
  }

  /** Takes over what another counted in its half: a long window is made of short ones. */
  gather(from: FanOut): void {
    this.#total += from.#total;
    for (let place = 0; place < PLACES; place++) {
      if (from.#counts[place * 6] === 0) continue;
      const key = from.key(place);
      const into = place >= SERVICES ? place : this.#takeFor(key, from.#counts[place * 6]!);
      if (into < 0) continue;
      if (this.#counts[into * 6] === 0) this.#first[into * 2] = from.#first[place * 2]!;
      for (let i = 0; i < 3; i++) this.#counts[into * 6 + i]! += from.#counts[place * 6 + i]!;
      this.#hosts.gather(into * 2, from.#hosts, place * 2);
    }
  }

  /** Half a window passed. */
  turn(): void {
    for (let place = 0; place < PLACES; place++) {
      const now = place * 6;
      if (this.#counts[now + 3] === 0 && this.#counts[now] === 0) continue;
      this.#counts.copyWithin(now + 3, now, now + 3);
      this.#counts.fill(0, now, now + 3);
      this.#hosts.turn(place * 2);
      this.#first[place * 2 + 1] = this.#first[place * 2]!;
    }
    this.#places.age();
    this.#totalBefore = this.#total;
    this.#total = 0;
  }

  #became(outcome: 1 | 2, protocol: number, port: number, inside: boolean): void {
    const key = serviceKey(protocol, port, inside);
    const place = this.#places.find(keyHash(key), key, 0, 0, 0, 0);
    if (place >= 0) this.#counts[place * 6 + outcome]!++;
    if (!COMMON.has(port)) this.#counts[placeOfAll(protocol, inside) * 6 + outcome]!++;
  }

  #count(place: number, far: number, at: number): void {
    if (this.#counts[place * 6]!++ === 0) this.#first[place * 2] = at;
    this.#hosts.add(place * 2, far);
  }

  #takeFor(key: number, weight: number): number {
    const place = key === 0 ? -1 : this.#places.take(keyHash(key), key, 0, 0, 0, 0, weight);
    if (place >= 0 && this.#places.isNew) this.#clear(place);
    return place;
  }

  #clear(place: number): void {
    this.#counts.fill(0, place * 6, place * 6 + 6);
    this.#hosts.clear(place * 2);
    this.#hosts.clear(place * 2 + 1);
  }
}

function keyHash(key: number): number {
  const mixed = Math.imul(key, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}
