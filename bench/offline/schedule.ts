/** Something that writes frames: `act` writes what is due at `time` and returns when it is due again, or Infinity. */
export type Actor = { act(time: number): number };

/** Lets actors act in the order of time: a binary heap of times with the actors' numbers. */
export function play(starts: readonly { at: number; actor: Actor }[]): void {
  const size = starts.length;
  const times = Float64Array.from(starts, ({ at }) => at);
  const order = Int32Array.from({ length: size }, (_, index) => index);
  const actors = starts.map(({ actor }) => actor);

  const sink = (from: number): void => {
    const number = order[from]!;
    const time = times[number]!;
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && times[order[child + 1]!]! < times[order[child]!]!) child += 1;
      if (times[order[child]!]! >= time) break;
      order[at] = order[child]!;
      at = child;
    }
    order[at] = number;
  };

  for (let at = (size >> 1) - 1; at >= 0; at--) sink(at);
  for (;;) {
    const number = order[0]!;
    const time = times[number]!;
    if (time === Number.POSITIVE_INFINITY) return;
    times[number] = actors[number]!.act(time);
    sink(0);
  }
}
