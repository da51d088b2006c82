import { Distinct } from './distinct.ts';
import { Places } from './places.ts';

/** Far ends told apart for one device. */
const TARGETS = 32;
const BITS = 1024;

/**
 * How many ports of one far end a device tried, and what became of it, for the far ends that it tried most; in a window
 * that slides by halves. Far ends are given as where their address lies in some words, with a hash of it.
 */
export class Probed {
  readonly places = new Places(TARGETS);
  readonly #ports = new Distinct(TARGETS * 2, BITS);
  /** Per place: attempts, answered, refused of this half, then of the half before. */
  readonly #counts = new Uint32Array(TARGETS * 6);
  readonly #first = new Float64Array(TARGETS * 2);
  /** The only port so far, plus one: a scan's victims come and go, and few are tried twice. */
  readonly #only = new Uint32Array(TARGETS);

  attempt(words: ArrayLike<number>, far: number, hash: number, protocol: number, port: number, at: number): void {
    const place = this.#take(words, far, hash, protocol, 1);
    if (place < 0) return;
    if (this.places.isNew) this.#only[place] = port + 1;
    else this.#add(place, port);
    if (this.#counts[place * 6]!++ === 0) this.#first[place * 2] = at;
  }

  answered(words: ArrayLike<number>, far: number, hash: number, protocol: number): void {
    const place = this.find(words, far, hash, protocol);
    if (place >= 0) this.#counts[place * 6 + 1]!++;
  }

  refused(words: ArrayLike<number>, far: number, hash: number, protocol: number): void {
    const place = this.find(words, far, hash, protocol);
    if (place >= 0) this.#counts[place * 6 + 2]!++;
  }

  /** The place of a far end, or -1. */
  find(words: ArrayLike<number>, far: number, hash: number, protocol: number): number {
    const mixed = hash ^ protocol;
    return this.places.find(mixed, words[far]!, words[far + 1]!, words[far + 2]!, words[far + 3]!, protocol);
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
    if (this.#only[place] !== 0) return 1;
    return Math.min(this.attempts(place), this.#ports.countOfBoth(place * 2, place * 2 + 1));
  }

  since(place: number): number {
    return this.#first[place * 2 + (this.#counts[place * 6 + 3] === 0 ? 0 : 1)]!;
  }

  /** Takes over what another counted in its half: a long window is made of short ones. */
  gather(from: Probed, hashOf: (words: ArrayLike<number>) => number): void {
    for (let place = 0; place < TARGETS; place++) {
      if (from.#counts[place * 6] === 0) continue;
      const words = from.places.address(place);
      const into = this.#take(words, 0, hashOf(words), from.protocol(place), from.#counts[place * 6]!);
      if (into < 0) continue;
      if (this.#counts[into * 6] === 0) this.#first[into * 2] = from.#first[place * 2]!;
      for (let i = 0; i < 3; i++) this.#counts[into * 6 + i]! += from.#counts[place * 6 + i]!;
      const only = from.#only[place]!;
      if (only !== 0 && this.places.isNew) this.#only[into] = only;
      else if (only !== 0) this.#add(into, only - 1);
      else {
        this.#open(into);
        this.#ports.gather(into * 2, from.#ports, place * 2);
      }
    }
  }

  /** Half a window passed. */
  turn(): void {
    for (let place = 0; place < TARGETS; place++) {
      const now = place * 6;
      if (this.#counts[now + 3] === 0 && this.#counts[now] === 0) continue;
      this.#counts.copyWithin(now + 3, now, now + 3);
      this.#counts.fill(0, now, now + 3);
      if (this.#only[place] === 0) this.#ports.turn(place * 2);
      this.#first[place * 2 + 1] = this.#first[place * 2]!;
    }
    this.places.age();
  }

  #take(words: ArrayLike<number>, far: number, hash: number, protocol: number, weight: number): number {
    const { places } = this;
    const mixed = hash ^ protocol;
    const place = places.take(mixed, words[far]!, words[far + 1]!, words[far + 2]!, words[far + 3]!, protocol, weight);
    if (place < 0 || !places.isNew) return place;
    const at = place * 6;
    for (let i = 0; i < 6; i++) this.#counts[at + i] = 0;
    this.#only[place] = 0xffff_ffff;
    return place;
  }

  #add(place: number, port: number): void {
    if (this.#only[place] === port + 1) return;
    this.#open(place);
    this.#ports.add(place * 2, portHash(port));
  }

  /** From the second port on a bitmap is kept. */
  #open(place: number): void {
    const only = this.#only[place]!;
    if (only === 0) return;
    this.#ports.clear(place * 2);
    this.#ports.clear(place * 2 + 1);
    if (only !== 0xffff_ffff) this.#ports.add(place * 2, portHash(only - 1));
    this.#only[place] = 0;
  }
}

function portHash(port: number): number {
  return Math.imul(port + 1, 0x9e3779b1) >>> 16;
}
