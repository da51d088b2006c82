import { once } from 'node:events';
import type { Writable } from 'node:stream';

const PIECE = 64 * 1024;

/** Text to a stream in large pieces, no faster than the stream takes it where the writer can wait. */
export class Output {
  readonly #stream: Writable;
  #held = '';

  constructor(stream: Writable) {
    this.#stream = stream;
  }

  /** Adds text without waiting. */
  put(text: string): void {
    this.#held += text;
    if (this.#held.length >= PIECE) this.#pass();
  }

  async write(text: string): Promise<void> {
    this.#held += text;
    if (this.#held.length >= PIECE && !this.#pass()) await once(this.#stream, 'drain');
  }

  async end(): Promise<void> {
    if (this.#held !== '' && !this.#pass()) await once(this.#stream, 'drain');
  }

  #pass(): boolean {
    const text = this.#held;
    this.#held = '';
    return this.#stream.write(text);
  }
}
