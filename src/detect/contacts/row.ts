/** What stands in a `Row`, in one at a time. */
export type InRow<T> = { earlier: T | undefined; later: T | undefined };

/** Things in the order in which they were last of use, each found and moved at once: they know their neighbours. */
export class Row<T extends InRow<T>> {
  size = 0;
  #first: T | undefined;
  #last: T | undefined;

  /** The one longest not of use. */
  get first(): T | undefined {
    return this.#first;
  }

  /** Adds one that stands in no row as the latest. */
  add(one: T): void {
    one.earlier = this.#last;
    one.later = undefined;
    if (this.#last) this.#last.later = one;
    else this.#first = one;
    this.#last = one;
    this.size++;
  }

  /** Takes one out that stands in this row. */
  remove(one: T): void {
    const { earlier, later } = one;
    if (earlier) earlier.later = later;
    else this.#first = later;
    if (later) later.earlier = earlier;
    else this.#last = earlier;
    one.earlier = one.later = undefined;
    this.size--;
  }

  /** One that stands in this row is the latest of use. */
  renew(one: T): void {
    if (one === this.#last) return;
    this.remove(one);
    this.add(one);
  }

  /** All, the one longest not of use first. */
  all(): T[] {
    const all: T[] = [];
    for (let one = this.#first; one; one = one.later) all.push(one);
    return all;
  }
}
