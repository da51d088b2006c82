/** Packets on a card of the test bed, as tcpdump sees them there. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { decodeFrame } from '../../src/decode/frame.ts';
import { FRAME, Packet } from '../../src/decode/packet.ts';
import type { FrameSink } from '../../src/source/capture/format.ts';
import { readCapture } from '../../src/source/capture/read.ts';
import { until } from '../../src/source/live/testbed.ts';

/** All but what the other device asks (neighbour.ts). */
const FILTER = '(ip or ip6) and not udp port 7';

export type Sent = {
  /** ms */
  at: number;
  bytes: number;
  protocol: number;
  sourcePort: number;
  destinationPort: number;
  flags: number;
};

export class Capture {
  readonly #child: ChildProcess;
  readonly #file: string;
  /** The file is made when the card is being listened to. */
  readonly ready: Promise<void>;

  /** @param direction as the card sees it */
  constructor(namespace: string, direction: 'in' | 'out', directory: string) {
    this.#file = join(directory, `${direction}.pcap`);
    const options = ['-i', 'eth0', '-Q', direction, '-s', '128', '-B', '8192', '--immediate-mode', '-U', '-Z', 'root'];
    const command = ['netns', 'exec', namespace, 'tcpdump', ...options, '-w', this.#file, FILTER];
    this.#child = spawn('ip', command, { stdio: 'ignore' });
    this.ready = until('tcpdump', () => existsSync(this.#file), 10_000);
  }

  async packets(): Promise<Sent[]> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGINT');
    await ended;
    const reader = new Reader();
    await readCapture(this.#file, reader);
    return reader.packets;
  }
}

class Reader implements FrameSink {
  readonly packets: Sent[] = [];
  readonly #packet = new Packet();

  frame(bytes: Uint8Array, view: DataView, start: number, end: number, wireLength: number, at: number, link: number) {
    const p = this.#packet;
    Object.assign(p, { bytes, view, frameStart: start, frameEnd: end, wireLength, at });
    if (decodeFrame(p, link) !== FRAME.flow) return;
    const { protocol, sourcePort, destinationPort, tcpFlags: flags } = p;
    this.packets.push({ at, bytes: wireLength, protocol, sourcePort, destinationPort, flags });
  }
}
