/** What infected devices do, as actors. Addresses are drawn at random and go into a file, never to a network. */
import { type FrameWriter, TCP } from './frames.ts';
import { type Device, ROUTER } from './household.ts';
import { dnsAnswer, dnsQuery } from './messages.ts';
import { whole } from './ordinary.ts';
import type { Random } from './random.ts';
import type { Actor } from './schedule.ts';

const NOTHING = whole(new Uint8Array(0));
const FLOOD = whole(new Uint8Array(256).fill(0x41));

/** Repeats one deed a number of times at an even pace. */
abstract class Attack implements Actor {
  protected readonly writer: FrameWriter;
  protected readonly random: Random;
  protected readonly device: Device;
  readonly #gap: number;
  #left: number;

  constructor(writer: FrameWriter, random: Random, device: Device, times: number, duration: number) {
    this.writer = writer;
    this.random = random;
    this.device = device;
    this.#left = times;
    this.#gap = duration / times;
  }

  act(time: number): number {
    this.deed(time);
    this.#left -= 1;
    return this.#left > 0 ? time + this.#gap : Number.POSITIVE_INFINITY;
  }

  protected abstract deed(time: number): void;
}

/** Mirai's scan: a SYN to a random address on telnet's ports, whose sequence number is that address. */
export class Scan extends Attack {
  protected deed(time: number): void {
    const v4 = randomAddress(this.random);
    const target = { ...ROUTER, v4 };
    const port = this.random.below(10) === 0 ? 2323 : 23;
    const source = 1024 + this.random.below(64_000);
    this.writer.tcp(time, this.device, target, false, source, port, v4, 0, TCP.syn, NOTHING);
    this.device.leaves(this.writer.lastLength);
  }
}

/** One victim, every port. */
export class Flood extends Attack {
  protected deed(time: number): void {
    const victim = { ...ROUTER, v4: 0xcb00714d };
    const word = this.random.word();
    this.writer.udp(time, this.device, victim, false, Math.max(1, word >>> 16), Math.max(1, word & 0xffff), FLOOD);
    this.device.leaves(this.writer.lastLength);
  }
}

/** Look-ups of names that do not exist ("water torture"), and the refusals. */
export class NameFlood extends Attack {
  protected deed(time: number): void {
    const name = `${this.random.word().toString(36)}${this.random.word().toString(36)}.victim.example`;
    const port = 1024 + this.random.below(64_000);
    this.writer.udp(time, this.device, ROUTER, false, port, 53, whole(dnsQuery(name, false)));
    this.device.leaves(this.writer.lastLength);
    this.writer.udp(time, ROUTER, this.device, false, 53, port, whole(dnsAnswer(name, false)));
    this.device.enters(this.writer.lastLength);
    this.device.truth.dnsQueries += 1;
    this.device.truth.dnsAnswers += 1;
  }
}

/** Unicast, and none that a home uses itself. */
function randomAddress(random: Random): number {
  for (;;) {
    const address = random.word();
    const first = address >>> 24;
    const second = (address >>> 16) & 0xff;
    const private_ =
      first === 10 || first === 127 || (first === 192 && second === 168) || (first === 172 && second >>> 4 === 1);
    if (first > 0 && first < 224 && !private_ && !(first === 169 && second === 254)) return address;
  }
}
