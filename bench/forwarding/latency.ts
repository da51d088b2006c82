/** Round trips of one connection through the router. */
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { FAR, type Testbed } from '../../src/source/live/testbed.ts';

const PINGER = `${import.meta.dirname}/pinger.ts`;
const PEER = `${import.meta.dirname}/../../src/enforce/testing/peer.ts`;
const PORT = 7;

export class Pinger {
  readonly #echo: ChildProcess;
  readonly #pinger: ChildProcess;
  readonly #ready: Promise<string>;

  /** @param namespace of who asks */
  constructor(bed: Testbed, namespace: string = bed.home) {
    this.#echo = bed.start(bed.internet, [process.execPath, PEER]);
    this.#pinger = bed.start(namespace, [process.execPath, PINGER, FAR.v4, String(PORT)]);
    this.#ready = tell(this.#echo, JSON.stringify({ do: 'serve', addresses: [FAR.v4], ports: [PORT] }));
  }

  /** @returns µs of each; Infinity where no answer came */
  async roundTrips(count: number): Promise<number[]> {
    await this.#ready;
    return (JSON.parse(await tell(this.#pinger, String(count))) as Array<number | null>).map(
      (time) => time ?? Infinity,
    );
  }

  stop(): void {
    for (const child of [this.#echo, this.#pinger]) child.kill();
  }
}

/** @returns the line that is the answer */
function tell(child: ChildProcess, line: string): Promise<string> {
  child.stdin!.write(`${line}\n`);
  return new Promise((resolve) => {
    const lines = createInterface(child.stdout!);
    lines.once('line', (answer) => {
      lines.close();
      resolve(answer);
    });
  });
}
