import { Distinct } from './distinct.ts';
import { FanOut } from './fan-out.ts';
import { Pressure } from './pressure.ts';
import { Probed } from './probed.ts';
import { Sessions } from './sessions.ts';

const SOURCE_BITS = 256;

/** What one device did lately, in some 60 kB whatever it did. */
export class Deeds {
  /** Attempts to reach far ends that were not looked up by name, within a minute and within a day. */
  readonly fanOut = new FanOut();
  readonly slowFanOut = new FanOut();
  readonly probed: Probed;
  readonly slowProbed: Probed;
  readonly pressure: Pressure;
  readonly sessions: Sessions;
  /** Of this second: flows that the device began, packets and bytes it sent to and got from single far ends. */
  attempts = 0;
  packetsUp = 0;
  packetsDown = 0;
  bytesUp = 0;
  bytesDown = 0;
  /** SYNs whose sequence number is their destination, since the device is known; when the last was, and its port. */
  marked = 0;
  markedAt = 0;
  markedPort = 0;
  /** Flows, in this minute, from source addresses that are not of this home; when it began, and the last such source. */
  foreign = 0;
  foreignBefore = 0;
  foreignSince = 0;
  readonly foreignSource = new Uint32Array(4);
  readonly #foreignSources = new Distinct(2, SOURCE_BITS);
  /** Told of in this second: see `MAX_OPENED`. */
  opened = 0;
  /** In this second, for `Evidence.active`. */
  isActive = false;

  constructor(seed: number) {
    this.probed = new Probed(seed);
    this.slowProbed = new Probed(seed);
    this.pressure = new Pressure(seed);
    this.sessions = new Sessions(seed);
  }

  /** @param source a hash of the address; of an IPv6 address, of its /64 */
  sentFromForeign(source: number, at: number): void {
    if (this.foreign++ === 0 && this.foreignBefore === 0) this.foreignSince = at;
    this.#foreignSources.add(0, source);
  }

  /** Different sources, about, of this minute and the one before. */
  foreignSources(): number {
    return Math.min(this.foreign + this.foreignBefore, this.#foreignSources.countOfBoth(0, 1));
  }

  /** Half of the fast window passed. */
  turn(): void {
    this.fanOut.turn();
    this.probed.turn();
    this.sessions.turn();
    this.pressure.places.age();
    this.#foreignSources.turn(0);
    this.foreignBefore = this.foreign;
    this.foreign = 0;
  }

  /** Half of the slow window passed. */
  turnSlow(): void {
    this.slowFanOut.turn();
    this.slowProbed.turn();
  }

  endSecond(): void {
    this.attempts = 0;
    this.packetsUp = 0;
    this.packetsDown = 0;
    this.bytesUp = 0;
    this.bytesDown = 0;
    this.opened = 0;
    this.isActive = false;
  }
}
