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
  readonly probed = new Probed();
  readonly slowProbed = new Probed();
  readonly pressure = new Pressure();
  readonly sessions = new Sessions();
  readonly slowSessions = new Sessions();
  /** Flows that the device began in this second. */
  attempts = 0;
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
  /** New flows that may still be told of one by one: see `MAX_OPENED`; and when the device was active last. */
  untold = 0;
  activeAt = 0;
  /** In this second, for `Evidence.active`. */
  isActive = false;

  /** SYNs came whose sequence number is their destination. */
  mark(syns: number, port: number, at: number): void {
    this.marked += Math.max(1, syns);
    this.markedAt = at;
    if (port !== 0) this.markedPort = port;
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

  /** Half of the fast window passed. @returns whether anything of it went into the slow one */
  turn(hashOf: (words: ArrayLike<number>) => number): boolean {
    const hasNews = this.fanOut.total() > 0;
    this.slowFanOut.gather(this.fanOut);
    this.slowProbed.gather(this.probed, hashOf);
    this.fanOut.turn();
    this.probed.turn();
    this.slowSessions.gather(this.sessions, hashOf);
    this.sessions.turn();
    this.pressure.places.age();
    this.#foreignSources.turn(0);
    this.foreignBefore = this.foreign;
    this.foreign = 0;
    return hasNews;
  }

  /** Half of the slow window passed. */
  turnSlow(): void {
    this.slowFanOut.turn();
    this.slowProbed.turn();
    this.slowSessions.turn();
    this.pressure.turnSlow();
  }

  endSecond(): void {
    this.attempts = 0;
    this.isActive = false;
  }
}
