import type { WriteStream } from 'node:tty';
import { visible } from './visible.ts';

const SHOW_AFTER = 500;
const SHOW_EVERY = 100;
const BAR = 30;

/** How far the reading of a long file is, on a terminal. */
export class Progress {
  readonly #stream: WriteStream;
  readonly #file: string;
  readonly #started = performance.now();
  #shown = 0;

  constructor(stream: WriteStream, file: string) {
    this.#stream = stream;
    this.#file = file;
  }

  /** @param taken bytes so far; `size` of all, 0 where unknown */
  readonly show = (taken: number, size: number): void => {
    if (!this.#stream.isTTY) return;
    const now = performance.now();
    if (now - this.#started < SHOW_AFTER || now - this.#shown < SHOW_EVERY) return;
    this.#shown = now;
    const part = size > 0 ? Math.min(1, taken / size) : 0;
    const bar = size > 0 ? `${'█'.repeat(Math.round(part * BAR)).padEnd(BAR, '░')} ${Math.floor(part * 100)} %` : '';
    this.#stream.write(`\r\u001b[K${bar} ${(taken / 1e6).toFixed(0)} MB  ${visible(this.#file).slice(-40)}`);
  };

  end(): void {
    if (this.#shown > 0) this.#stream.write('\r\u001b[K');
  }
}
