/** Packets of an attack on a card of the virtual home, as tcpdump sees them there. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { decodeFrame } from '../../src/decode/frame.ts';
import { FRAME, Packet } from '../../src/decode/packet.ts';
import type { FrameSink } from '../../src/source/capture/format.ts';
import { readCapture } from '../../src/source/capture/read.ts';
import { until } from '../../src/source/live/testbed.ts';

const TCPDUMP_STARTS = 10_000;
/** Names of the attacks’ domains are within. */
const SNAPLEN = '192';

export type Tap = {
  namespace: string;
  interface: string;
  /** As the card sees it. */
  direction: 'in' | 'out';
  /** pcap-filter(7) */
  filter: string;
  /** A label that stands in the packet. */
  word?: string;
};

/** Wall clock times, ms, ascending. */
export type Packets = number[];

export class Wire {
  readonly #tap: Tap;
  readonly #file: string;
  readonly #child: ChildProcess;
  /** The file is made when the card is listened to. */
  readonly ready: Promise<void>;

  constructor(tap: Tap, file: string) {
    this.#tap = tap;
    this.#file = file;
    const options = ['-i', tap.interface, '-Q', tap.direction, '-s', SNAPLEN, '-B', '8192', '--immediate-mode', '-U'];
    const command = ['netns', 'exec', tap.namespace, 'tcpdump', ...options, '-Z', 'root', '-w', file, tap.filter];
    this.#child = spawn('ip', command, { stdio: 'ignore' });
    this.ready = until('tcpdump', () => existsSync(file), TCPDUMP_STARTS);
  }

  async finish(): Promise<Packets> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGINT');
    await ended;
    const reader = new Reader(this.#tap.word);
    await readCapture(this.#file, reader);
    rmSync(this.#file);
    return reader.times;
  }
}

class Reader implements FrameSink {
  readonly times: Packets = [];
  readonly #packet = new Packet();
  readonly #word: Buffer | undefined;

  constructor(word: string | undefined) {
    this.#word = word === undefined ? undefined : Buffer.from(word);
  }

  frame(bytes: Uint8Array, view: DataView, start: number, end: number, wireLength: number, at: number, link: number) {
    const p = this.#packet;
    Object.assign(p, { bytes, view, frameStart: start, frameEnd: end, wireLength, at });
    if (decodeFrame(p, link) !== FRAME.flow) return;
    if (this.#word && Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).indexOf(this.#word) < 0) return;
    this.times.push(at);
  }
}
