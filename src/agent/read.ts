/** Read mode: plays a capture file through the same path as live traffic. The recorded home of the demo plays for ever. */
import { basename } from 'node:path';
import type { PolicyMessage } from '../contract/link.ts';
import { ControlDecoder } from '../decode/control.ts';
import { Digest } from '../digest/digest.ts';
import type { Observation } from '../model/observation.ts';
import { type PacedSink, playCapture } from '../source/capture/play.ts';
import { readCapture } from '../source/capture/read.ts';
import { quicCrypto } from '../source/quic-crypto.ts';
import { Coverage, readHome } from './coverage.ts';
import { type Mode, type ModeOptions, passive } from './mode.ts';

export class Read implements Mode {
  readonly #options: ModeOptions;
  readonly #stopping = new AbortController();
  readonly #digest: Digest;
  readonly #played: Promise<void>;
  #begun = false;

  /** @throws Error without a file in the configuration */
  constructor(options: ModeOptions) {
    const { config, receiver, log } = options;
    this.#options = options;
    const { file } = config;
    if (file === undefined) throw new Error('read mode needs a capture file');
    const coverage = new Coverage('recording', (observation) => receiver.send(observation));
    coverage.note('recorded', true, basename(file));
    const facts = { home: readHome(config.home), lost: { events: 0, packets: 0 } };
    // A recording's time is its own: what is told before its first packet must not be of a later day.
    const begin = (at: number): void => {
      if (!this.#begun) coverage.report(at, facts);
      this.#begun = true;
    };
    const sink = (observation: Observation): void => {
      begin(observation.at);
      receiver.send(observation);
    };
    this.#digest = new Digest(sink, { control: new ControlDecoder(sink, { crypto: quicCrypto }) });
    const told = this.#play(file, options).catch((error: Error) => log(error.message));
    // Where it has no packet, its name and what is missing of it are told all the same.
    this.#played = told.then(() => begin(options.now()));
  }

  enforce(message: PolicyMessage): void {
    passive(this.#options, message);
  }

  resume(): void {}

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#played;
    this.#digest.finish();
  }

  async #play(file: string, { config, now, log }: ModeOptions): Promise<void> {
    const { signal } = this.#stopping;
    if (config.speed === 0) await readCapture(file, this.#digest, { signal });
    else if (config.demo === undefined) await playCapture(file, this.#digest, { signal, speed: config.speed });
    else while (!signal.aborted) await playCapture(file, asIfNow(this.#digest, now()), { signal, speed: config.speed });
    if (!signal.aborted) log(`${basename(file)} is over`);
  }
}

/** Moves a recording to the present: its first frame is from `start`. */
function asIfNow(digest: Digest, start: number): PacedSink {
  let shift: number | undefined;
  return {
    frame: (bytes, view, from, to, wireLength, at, linkType) => {
      shift ??= start - at;
      digest.frame(bytes, view, from, to, wireLength, at + shift, linkType);
    },
    advance: (at) => {
      if (shift !== undefined) digest.advance(at + shift);
    },
  };
}
