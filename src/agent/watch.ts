/** Watch mode: everything from the packets of one interface – a mirror port, a bridge. Changes nothing on the host. */
import { randomInt } from 'node:crypto';
import type { PolicyMessage } from '../contract/link.ts';
import { ControlDecoder } from '../decode/control.ts';
import { Digest } from '../digest/digest.ts';
import type { Observation } from '../model/observation.ts';
import { PacketSocket } from '../source/live/packet-socket.ts';
import { quicCrypto } from '../source/quic-crypto.ts';
import { Coverage, type Home, readHome } from './coverage.ts';
import { BEAT_MS, type Mode, type ModeOptions, passive, Stepper } from './mode.ts';
import { OneWay } from './one-way.ts';

/** A tenth of a second of a saturated gigabit. */
const RING_BYTES = 16 * 1024 * 1024;

export class Watch implements Mode {
  readonly #options: ModeOptions;
  readonly #home: Home;
  readonly #interface: string;
  readonly #digest: Digest;
  readonly #coverage: Coverage;
  readonly #oneWay = new OneWay();
  readonly #beat: NodeJS.Timeout;
  readonly #stepper = new Stepper(() => this.#digest.advance(this.#options.now()));
  #capture: PacketSocket | undefined;
  #dropped = 0;

  /** @throws Error without an interface in the configuration */
  constructor(options: ModeOptions) {
    const { config, receiver } = options;
    if (config.watch === undefined) throw new Error('watch mode needs an interface');
    this.#interface = config.watch;
    this.#options = options;
    this.#home = readHome(config.home);
    this.#coverage = new Coverage('watch', (observation) => receiver.send(observation));
    const sink = (observation: Observation) => {
      if (observation.kind === 'flows') this.#oneWay.take(observation.flows);
      receiver.send(observation);
    };
    const control = new ControlDecoder(sink, { crypto: quicCrypto });
    this.#digest = new Digest(sink, { control, seed: randomInt(2 ** 32 - 1), crowds: true });
    this.#open();
    this.#report();
    this.#beat = setInterval(() => this.#second(), BEAT_MS);
  }

  enforce(message: PolicyMessage): void {
    passive(this.#options, message);
  }

  /** Nothing waits here: the digest's records are already with the receiver. */
  resume(): void {}

  async stop(): Promise<void> {
    clearInterval(this.#beat);
    this.#stepper.stop();
    this.#capture?.close();
    this.#digest.finish();
  }

  #open(): void {
    const { log } = this.#options;
    try {
      this.#capture = new PacketSocket({
        interface: this.#interface,
        ringBytes: RING_BYTES,
        promiscuous: true,
        onFrame: this.#digest.frame.bind(this.#digest),
        onTurn: this.#stepper.request,
        onGone: () => this.#gone(),
      });
      this.#coverage.note('no-capture', false);
      log(`captures everything on ${this.#interface}`);
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      this.#coverage.note('no-capture', true, detail);
    }
  }

  #gone(): void {
    this.#dropped += this.#capture?.dropped ?? 0;
    this.#capture = undefined;
    this.#options.log(`interface ${this.#interface} went down`);
    this.#coverage.note('no-capture', true, this.#interface);
  }

  #second(): void {
    if (!this.#capture) this.#open();
    const now = this.#options.now();
    this.#digest.advance(now);
    this.#coverage.note('mirror-one-way', this.#oneWay.holds(now));
    this.#report();
  }

  #report(): void {
    const { now, receiver } = this.#options;
    const lost = { events: receiver.dropped, packets: this.#dropped + (this.#capture?.dropped ?? 0) };
    this.#coverage.report(now(), { home: this.#home, lost });
  }
}
