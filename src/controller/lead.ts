import type { Counters } from '../model/home.ts';

/** Within this time every connection's counters have been read once, ms; what is owed for longer never comes. */
const ROUND = 30_000;

/** What was already told of a device as a whole, and is told again when the counters of its connections are read. */
export class Lead {
  #newer = NOTHING;
  #older = NOTHING;
  #turned = 0;

  /** @param at observed time, ms */
  add(at: number, gain: Counters): void {
    if (Math.abs(at - this.#turned) >= ROUND) {
      this.#older = this.#newer;
      this.#newer = NOTHING;
      this.#turned = at;
    }
    this.#newer = sum(this.#newer, gain);
  }

  /** What of a growth of the counters was not told before. */
  settle(growth: Counters): Counters {
    const beyondOlder = each(growth, this.#older, excess);
    this.#older = each(this.#older, growth, excess);
    const beyond = each(beyondOlder, this.#newer, excess);
    this.#newer = each(this.#newer, beyondOlder, excess);
    return beyond;
  }
}

export const NOTHING: Counters = { packetsUp: 0, packetsDown: 0, bytesUp: 0, bytesDown: 0 };

export function sum(a: Counters, b: Counters): Counters {
  return each(a, b, (x, y) => x + y);
}

export function difference(a: Counters, b: Counters): Counters {
  return each(a, b, (x, y) => x - y);
}

function excess(a: number, b: number): number {
  return Math.max(0, a - b);
}

function each(a: Counters, b: Counters, join: (x: number, y: number) => number): Counters {
  return {
    packetsUp: join(a.packetsUp, b.packetsUp),
    packetsDown: join(a.packetsDown, b.packetsDown),
    bytesUp: join(a.bytesUp, b.bytesUp),
    bytesDown: join(a.bytesDown, b.bytesDown),
  };
}
