/** The last messages of the stream, ready to send, for clients that come back after a break. */
export class Ring {
  readonly #most: number;
  readonly #mostBytes: number;
  #messages: string[] = [];
  #bytes = 0;
  /** Sequence number of the newest message, also of those that were not kept. */
  last = 0;

  /** @param most messages kept @param mostBytes UTF-16 units kept */
  constructor(most: number, mostBytes: number) {
    this.#most = most;
    this.#mostBytes = mostBytes;
  }

  /** @param make the text of the message with its sequence number */
  push(make: (sequence: number) => string): string {
    const text = make(this.last + 1);
    this.last++;
    this.#messages.push(text);
    this.#bytes += text.length;
    while (this.#messages.length > this.#most || this.#bytes > this.#mostBytes) {
      this.#bytes -= this.#messages.shift()!.length;
    }
    return text;
  }

  /** Something happened that nobody was told: who left before cannot resume. */
  skip(): void {
    this.last++;
    this.#messages = [];
    this.#bytes = 0;
  }

  /** The messages after `sequence`; `undefined` when some of them are no longer here, or it lies in the future. */
  after(sequence: number): readonly string[] | undefined {
    const missing = this.last - sequence;
    if (!Number.isInteger(sequence) || missing < 0 || missing > this.#messages.length) return undefined;
    return this.#messages.slice(this.#messages.length - missing);
  }
}
