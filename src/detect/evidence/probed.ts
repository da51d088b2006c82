import { Distinct } from './distinct.ts';
import { Places, spread } from './places.ts';

/** Far ends told apart for one device. */
const TARGETS = 32;
const BITS = 1024;

/**
 * How many ports of one far end a device tried, and what became of it, for the far ends that it tried most; in a window
 * that slides by halves.
 */
export class Probed {
  readonly places = new Places(TARGETS);
  readonly #ports = new Distinct(TARGETS * 2, BITS);
  /** Per place: attempts, answered, refused of this half, then of the half before. */
  readonly #counts = new Uint32Array(TARGETS * 6);
  readonly #first = new Float64Array(TARGETS * 2);
  readonly #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
  }

  attempt(words: Uint32Array, far: number, protocol: number, port: number, at: number): void {
    const [a, b, c, d] = [words[far]!, words[far + 1]!, words[far + 2]!, words[far + 3]!];
    const place = this.places.take(spread(this.#seed, a, b, c, d, protocol), a, b, c, d, protocol, 1);
    if (place < 0) return;
    if (this.places.isNew) this.#clear(place);
    if (this.#counts[place * 6]!++ === 0) this.#first[place * 2] = at;
    this.#ports.add(place * 2, Math.imul(port + 1, 0x9e3779b1) >>> 16);
  }

  answered(words: Uint32Array, far: number, protocol: number): void {
    const place = this.find(words, far, protocol);
    if (place >= 0) this.#counts[place * 6 + 1]!++;
  }

  refused(words: Uint32Array, far: number, protocol: number): void {
    const place = this.find(words, far, protocol);
    if (place >= 0) this.#counts[place * 6 + 2]!++;
  }

  /** The place of a far end, or -1. */
  find(words: ArrayLike<number>, far: number, protocol: number): number {
    const [a, b, c, d] = [words[far]!, words[far + 1]!, words[far + 2]!, words[far + 3]!];
    return this.places.find(spread(this.#seed, a, b, c, d, protocol), a, b, c, d, protocol);
  }

  protocol(place: number): number {
    return this.places.word(place, 4);
  }

  attempts(place: number): number {
    return this.#counts[place * 6]! + this.#counts[place * 6 + 3]!;
  }

  answers(place: number): number {
    return Math.min(this.attempts(place), this.#counts[place * 6 + 1]! + this.#counts[place * 6 + 4]!);
  }

  refusals(place: number): number {
    return Math.min(this.attempts(place), this.#counts[place * 6 + 2]! + this.#counts[place * 6 + 5]!);
  }

  /** Different ports, about. */
  ports(place: number): number {
    return Math.min(this.attempts(place), this.#ports.countOfBoth(place * 2, place * 2 + 1));
  }

  since(place: number): number {
    return this.#first[place * 2 + (this.#counts[place * 6 + 3] === 0 ? 0 : 1)]!;
  }

  /** Half a window passed. */
  turn(): void {
    for (let place = 0; place < TARGETS; place++) {
      const now = place * 6;
      if (this.#counts[now + 3] === 0 && this.#counts[now] === 0) continue;
      this.#counts.copyWithin(now + 3, now, now + 3);
      this.#counts.fill(0, now, now + 3);
      this.#ports.turn(place * 2);
      this.#first[place * 2 + 1] = this.#first[place * 2]!;
    }
    this.places.age();
  }

  #clear(place: number): void {
    this.#counts.fill(0, place * 6, place * 6 + 6);
    this.#ports.clear(place * 2);
    this.#ports.clear(place * 2 + 1);
  }
}
