import { Distinct } from './distinct.ts';
import { Places } from './places.ts';

/** Services told apart for one device. */
const SERVICES = 32;
/** Enough to tell thousands of far ends apart. */
const BITS = 512;

/**
 * How many far ends a device tried to reach by each service, and what became of it, in a window that slides by halves:
 * between half a window and a whole one is looked at.
 */
export class FanOut {
  readonly places = new Places(SERVICES);
  readonly #hosts = new Distinct(SERVICES * 2, BITS);
  /** Per place: attempts, answered, refused of this half, then of the half before. */
  readonly #counts = new Uint32Array(SERVICES * 6);
  /** Per place: when the first attempt of this half was made, and of the half before. */
  readonly #first = new Float64Array(SERVICES * 2);

  /** @param key the service, never 0  @param far hash of the far end */
  attempt(key: number, far: number, at: number): void {
    const place = this.places.take(keyHash(key), key, 0, 0, 0, 0, 1);
    if (place < 0) return;
    if (this.places.isNew) this.#clear(place);
    if (this.#counts[place * 6]!++ === 0) this.#first[place * 2] = at;
    this.#hosts.add(place * 2, far);
  }

  answered(key: number): void {
    const place = this.places.find(keyHash(key), key, 0, 0, 0, 0);
    if (place >= 0) this.#counts[place * 6 + 1]!++;
  }

  refused(key: number): void {
    const place = this.places.find(keyHash(key), key, 0, 0, 0, 0);
    if (place >= 0) this.#counts[place * 6 + 2]!++;
  }

  /** The place of a service, or -1. */
  find(key: number): number {
    return this.places.find(keyHash(key), key, 0, 0, 0, 0);
  }

  key(place: number): number {
    return this.places.isTaken(place) ? this.places.word(place, 0) : 0;
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

  /** Half a window passed. */
  turn(): void {
    for (let place = 0; place < SERVICES; place++) {
      const now = place * 6;
      if (this.#counts[now + 3] === 0 && this.#counts[now] === 0) continue;
      this.#counts.copyWithin(now + 3, now, now + 3);
      this.#counts.fill(0, now, now + 3);
      this.#hosts.turn(place * 2);
      this.#first[place * 2 + 1] = this.#first[place * 2]!;
    }
    this.places.age();
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
