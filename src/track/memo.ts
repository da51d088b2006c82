/**
 * What texts were parsed to. A home repeats few addresses in very many messages, and looking a text up costs a tenth of
 * parsing it. When the table is full it begins anew: who floods it only makes others parse again.
 */
export class Memo<T> {
  readonly #known = new Map<string, T>();
  readonly #parse: (text: string) => T;
  readonly #limit: number;
  /** The same text often comes twice at once: an answer repeats the question. */
  #lastText: string | undefined;
  #last!: T;

  /** @param limit texts remembered */
  constructor(parse: (text: string) => T, limit: number) {
    this.#parse = parse;
    this.#limit = limit;
  }

  of(text: string): T {
    if (text !== this.#lastText) {
      this.#last = this.#lookUp(text);
      this.#lastText = text;
    }
    return this.#last;
  }

  #lookUp(text: string): T {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const parsed = this.#parse(text);
    if (this.#known.size >= this.#limit) this.#known.clear();
    this.#known.set(text, parsed);
    return parsed;
  }
}
