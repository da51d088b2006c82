/** Flow slots whose state is kept, as in `Limits.slots`; a flow beyond them has its attempt counted and no answer. */
const MAX_SLOTS = 1 << 20;
const FIRST_SLOTS = 1024;

/** What is remembered of a flow. */
export const SLOT = {
  /** The device tried to reach somebody by it. */
  attempt: 1,
  answered: 2,
  refused: 4,
  /** Of a login, perhaps: what is said counts. */
  session: 8,
  /** One packet came back, where flags are not seen: a refusal, or the begin of an answer. */
  oneBack: 16,
  /** The far end is known to answer, and nothing more is awaited of the flow. */
  settled: 32,
  /** The device began it although its port looks like a service's. */
  reversed: 64,
  /** The device began it in the middle: TCP without a SYN, and nobody knew of it. */
  baseless: 128,
} as const;

/** A byte for each flow, by its slot. */
export class SlotStates {
  #states = new Uint8Array(FIRST_SLOTS);

  get(slot: number): number {
    return slot < this.#states.length ? this.#states[slot]! : 0;
  }

  add(slot: number, bits: number): void {
    if (slot < this.#states.length) this.#states[slot]! |= bits;
  }

  /** A new flow has the slot. */
  begin(slot: number): void {
    if (slot >= this.#states.length && slot < MAX_SLOTS) this.#grow(slot);
    if (slot < this.#states.length) this.#states[slot] = 0;
  }

  #grow(slot: number): void {
    let length = this.#states.length;
    while (length <= slot) length *= 2;
    const states = new Uint8Array(length);
    states.set(this.#states);
    this.#states = states;
  }
}
