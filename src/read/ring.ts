import type { Packet } from '../decode/packet.ts';
import { FlowBatch, RECORD_WORDS } from '../model/flow.ts';

/** Blocks on the way between the two threads: enough that neither often waits for the other. */
const BLOCKS = 8;
/** Holds the longest frame that a capture may have, or a thousand flow records. */
const BLOCK_BYTES = 512 * 1024;
/** Most records of one message: 128 kB. */
const MAX_RECORDS = 1024;
const HEADER_BYTES = 32;

const FREE = 0;
const FULL = 1;
const KIND = { flows: 1, tick: 2, frame: 3, end: 4 } as const;

/** Memory shared by a writer and a reader. Each block has a state and a length, and then its messages, in their order. */
export function newRing(): SharedArrayBuffer {
  return new SharedArrayBuffer(BLOCKS * (BLOCK_BYTES + 8));
}

type Block = { bytes: Uint8Array; view: DataView; words: Uint32Array };

function blocksOf(ring: SharedArrayBuffer): Block[] {
  return Array.from({ length: BLOCKS }, (_, i) => {
    const at = i * BLOCK_BYTES;
    return {
      bytes: new Uint8Array(ring, at, BLOCK_BYTES),
      view: new DataView(ring, at, BLOCK_BYTES),
      words: new Uint32Array(ring, at, BLOCK_BYTES / 4),
    };
  });
}

function statesOf(ring: SharedArrayBuffer): { states: Int32Array; lengths: Int32Array } {
  const at = BLOCKS * BLOCK_BYTES;
  return { states: new Int32Array(ring, at, BLOCKS), lengths: new Int32Array(ring, at + BLOCKS * 4, BLOCKS) };
}

/** Puts what a digest tells into the ring, and waits where the reader is behind. */
export class RingWriter {
  readonly #blocks: Block[];
  readonly #states: Int32Array;
  readonly #lengths: Int32Array;
  #current = 0;
  #at = 0;

  constructor(ring: SharedArrayBuffer) {
    this.#blocks = blocksOf(ring);
    ({ states: this.#states, lengths: this.#lengths } = statesOf(ring));
  }

  flows(at: number, batch: FlowBatch): void {
    for (let from = 0; from < batch.count; from += MAX_RECORDS) {
      const count = Math.min(MAX_RECORDS, batch.count - from);
      const place = this.#begin(KIND.flows, count * RECORD_WORDS * 4, at);
      const { words } = this.#blocks[this.#current]!;
      copyWords(batch.words, from * RECORD_WORDS, words, place / 4, count * RECORD_WORDS);
    }
  }

  tick(at: number): void {
    this.#begin(KIND.tick, 0, at);
  }

  /** The frame that the packet was decoded from, as it lies against words: shared memory is copied by words or by bytes. */
  frame(p: Packet): void {
    const phase = p.frameStart & 7;
    const place = this.#begin(KIND.frame, phase + p.frameEnd - p.frameStart, p.at);
    const { bytes, view } = this.#blocks[this.#current]!;
    view.setUint32(place - 16, p.wireLength, true);
    view.setUint32(place - 12, p.linkType, true);
    view.setUint32(place - 8, phase, true);
    bytes.set(p.bytes.subarray(p.frameStart, p.frameEnd), place + phase);
  }

  end(): void {
    this.#begin(KIND.end, 0, 0);
    this.#publish();
  }

  /** Begins a message and answers where its content goes in the current block. */
  #begin(kind: number, length: number, at: number): number {
    const padded = (length + 7) & ~7;
    if (this.#at + HEADER_BYTES + padded > BLOCK_BYTES) this.#publish();
    if (this.#at === 0) Atomics.wait(this.#states, this.#current, FULL);
    const { view } = this.#blocks[this.#current]!;
    view.setUint32(this.#at, kind, true);
    view.setUint32(this.#at + 4, length, true);
    view.setFloat64(this.#at + 8, at, true);
    const place = this.#at + HEADER_BYTES;
    this.#at = place + padded;
    return place;
  }

  #publish(): void {
    this.#lengths[this.#current] = this.#at;
    Atomics.store(this.#states, this.#current, FULL);
    Atomics.notify(this.#states, this.#current);
    this.#current = (this.#current + 1) % BLOCKS;
    this.#at = 0;
  }
}

/** What comes out of a ring; bytes and batches are only valid during the call. */
export type RingSink = {
  flows(at: number, batch: FlowBatch): void;
  tick(at: number): void;
  frame(
    bytes: Uint8Array,
    view: DataView,
    start: number,
    end: number,
    wireLength: number,
    at: number,
    linkType: number,
  ): void;
};

export class RingReader {
  readonly #blocks: Block[];
  readonly #states: Int32Array;
  readonly #lengths: Int32Array;
  readonly #batch = FlowBatch.ofCapacity(MAX_RECORDS);
  /** Decoders of text take no shared memory, so a frame is copied out. */
  readonly #frame = new Uint8Array(BLOCK_BYTES);
  readonly #frameView = new DataView(this.#frame.buffer);
  #current = 0;

  constructor(ring: SharedArrayBuffer) {
    this.#blocks = blocksOf(ring);
    ({ states: this.#states, lengths: this.#lengths } = statesOf(ring));
  }

  /** Waits for the next block and gives its messages away. @returns whether more will come */
  async next(sink: RingSink): Promise<boolean> {
    const current = this.#current;
    const waiting = Atomics.waitAsync(this.#states, current, FREE);
    if (waiting.async) await waiting.value;
    const more = this.#read(this.#blocks[current]!, this.#lengths[current]!, sink);
    Atomics.store(this.#states, current, FREE);
    Atomics.notify(this.#states, current);
    this.#current = (current + 1) % BLOCKS;
    return more;
  }

  #read({ bytes, view, words }: Block, end: number, sink: RingSink): boolean {
    for (let place = 0; place < end; ) {
      const kind = view.getUint32(place, true);
      const length = view.getUint32(place + 4, true);
      const at = view.getFloat64(place + 8, true);
      const content = place + HEADER_BYTES;
      if (kind === KIND.end) return false;
      if (kind === KIND.tick) sink.tick(at);
      else if (kind === KIND.flows) {
        this.#batch.count = length / (RECORD_WORDS * 4);
        copyWords(words, content / 4, this.#batch.words, 0, length / 4);
        sink.flows(at, this.#batch);
      } else {
        const wireLength = view.getUint32(content - 16, true);
        const linkType = view.getUint32(content - 12, true);
        const phase = view.getUint32(content - 8, true);
        this.#frame.set(bytes.subarray(content + phase, content + length), phase);
        sink.frame(this.#frame, this.#frameView, phase, length, wireLength, at, linkType);
      }
      place = content + ((length + 7) & ~7);
    }
    return true;
  }
}

/** Words that are sooner copied one by one than a view is made of them. */
const FEW_WORDS = 96;

function copyWords(from: Uint32Array, start: number, into: Uint32Array, place: number, count: number): void {
  if (count > FEW_WORDS) into.set(from.subarray(start, start + count), place);
  else for (let i = 0; i < count; i++) into[place + i] = from[start + i]!;
}
