import type { Writable } from 'node:stream';
import { visible } from '../model/visible.ts';

const SHOW_AFTER = 500;
const SHOW_EVERY = 100;
const BAR = 30;

/** A stream that may lead to a terminal of so many columns. */
export type Terminal = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** How far the reading of a long file is, on a terminal. */
export class Progress {
  readonly #stream: Terminal;
  readonly #file: string;
  readonly #started = performance.now();
  #shown = 0;

  constructor(stream: Terminal, file: string) {
    this.#stream = stream;
    this.#file = file;
  }

  /** @param taken bytes so far; `size` of all, 0 where unknown */
  readonly show = (taken: number, size: number): void => {
    if (this.#stream.isTTY !== true) return;
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
