/**
 * Notices that a mirror port shows only one direction of the traffic. A TCP connection that moves data is acknowledged
 * within a fraction of a second, so flow records with several segments one way and none the other are rare on a whole
 * mirror, whatever devices do: scans and unanswered attempts have fewer segments in a record.
 */
import { type FlowBatch, RECORD_WORDS, W } from '../model/flow.ts';

const TCP = 6;
/** Segments from which a record tells something. */
const ENOUGH_SEGMENTS = 4;
/** Records from which a minute tells something. */
const ENOUGH_RECORDS = 20;
const SHARE = 0.8;
const WINDOW_MS = 60_000;

export class OneWay {
  #began = Number.NEGATIVE_INFINITY;
  #records = 0;
  #silent = 0;
  #holds = false;

  take(batch: FlowBatch): void {
    const { words, count } = batch;
    for (let i = 0; i < count; i++) {
      const at = i * RECORD_WORDS;
      if ((words[at + W.protocol]! & 255) !== TCP) continue;
      const up = words[at + W.packetsUp]!;
      const down = words[at + W.packetsDown]!;
      if (up + down < ENOUGH_SEGMENTS) continue;
      this.#records++;
      if (up === 0 || down === 0) this.#silent++;
    }
  }

  /** Whether the last minute that told something showed one direction only. */
  holds(at: number): boolean {
    if (at - this.#began < WINDOW_MS) return this.#holds;
    if (this.#records >= ENOUGH_RECORDS) this.#holds = this.#silent >= this.#records * SHARE;
    this.#began = at;
    this.#records = 0;
    this.#silent = 0;
    return this.#holds;
  }
}
