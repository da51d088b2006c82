/** Tells a controller what the policy's entries stopped: everything when it comes, and then what changed. */
import type { StoppedEntry } from '../model/observation.ts';
import type { Receiver } from './mode.ts';

/** Entries in one observation: some 100 bytes each, well within a frame. */
const MAX_ENTRIES = 1000;

type Counted = { packets: number; bytes: number };

export class Stopped {
  readonly #receiver: Receiver;
  #controllers = 0;
  #told: ReadonlyMap<string, Counted> = new Map();

  constructor(receiver: Receiver) {
    this.#receiver = receiver;
  }

  /** @param counters by id, since each entry is in force */
  tell(counters: ReadonlyMap<string, Counted>, at: number): void {
    if (!this.#receiver.isReady) return;
    if (this.#receiver.controllers !== this.#controllers) this.#told = new Map();
    this.#controllers = this.#receiver.controllers;
    const changed: StoppedEntry[] = [];
    for (const [id, { packets, bytes }] of counters) {
      if ((this.#told.get(id)?.packets ?? 0) !== packets) changed.push({ id, packets, bytes });
    }
    this.#told = counters;
    for (let i = 0; i < changed.length; i += MAX_ENTRIES) {
      this.#receiver.send({ kind: 'stopped', at, entries: changed.slice(i, i + MAX_ENTRIES) });
    }
  }
}
