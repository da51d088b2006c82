/** Things by their time, the earliest first; those of one time in the order in which they came. */
export class TimeHeap<Thing extends { at: number; order: number }> {
  readonly #things: Thing[] = [];

  get size(): number {
    return this.#things.length;
  }

  get first(): Thing | undefined {
    return this.#things[0];
  }

  push(thing: Thing): void {
    const things = this.#things;
    let place = things.length;
    things.push(thing);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!isBefore(thing, things[parent]!)) break;
      things[place] = things[parent]!;
      place = parent;
    }
    things[place] = thing;
  }

  pop(): Thing | undefined {
    const first = this.#things[0];
    const last = this.#things.pop();
    if (last !== undefined && this.#things.length > 0) this.#sink(last);
    return first;
  }

  #sink(thing: Thing): void {
    const things = this.#things;
    let place = 0;
    for (;;) {
      let child = place * 2 + 1;
      if (child >= things.length) break;
      if (child + 1 < things.length && isBefore(things[child + 1]!, things[child]!)) child++;
      if (!isBefore(things[child]!, thing)) break;
      things[place] = things[child]!;
      place = child;
    }
    things[place] = thing;
  }
}

function isBefore(a: { at: number; order: number }, b: { at: number; order: number }): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
