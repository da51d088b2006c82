/** What another device of the home notices: its questions to the internet, one after the other. */
import { setTimeout } from 'node:timers/promises';
import { Pinger } from '../forwarding/latency.ts';
import { percentile } from '../forwarding/statistics.ts';

/** Times in µs; `high` is the 99th percentile. */
export type Noticed = { asked: number; lost: number; median: number; high: number };

/** Asked while nothing else happens. */
const CALM = 100;
/** ms between two questions. */
const PAUSE = 5;

export class Neighbour {
  readonly #pinger: Pinger;
  #busy: Promise<number[]> | undefined;
  #over = false;

  constructor(...options: ConstructorParameters<typeof Pinger>) {
    this.#pinger = new Pinger(...options);
  }

  async calm(): Promise<Noticed> {
    return noticed(await this.#ask((asked) => asked < CALM));
  }

  /** Asks until `end`. */
  begin(): void {
    this.#over = false;
    this.#busy = this.#ask(() => !this.#over);
  }

  async #ask(goesOn: (asked: number) => boolean): Promise<number[]> {
    const times: number[] = [];
    while (goesOn(times.length)) {
      times.push(...(await this.#pinger.roundTrips(1)));
      await setTimeout(PAUSE);
    }
    return times;
  }

  async end(): Promise<Noticed> {
    this.#over = true;
    return noticed((await this.#busy) ?? []);
  }

  stop(): void {
    this.#pinger.stop();
  }
}

function noticed(times: readonly number[]): Noticed {
  const lost = times.filter((time) => time === Infinity).length;
  return { asked: times.length, lost, median: percentile(times, 0.5), high: percentile(times, 0.99) };
}
