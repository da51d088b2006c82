/** How long a block takes from the call of SPIN's interface to its effect on a running connection. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { Client } from '../../src/cli/client.ts';
import { FAR, HOME, type Testbed } from '../../src/source/live/testbed.ts';
import { enterNamespace } from '../../src/source/netlink/libc.ts';
import { eventually, StartRun } from '../../test/start-run.ts';

const STREAM = `${import.meta.dirname}/stream.ts`;
const PORT = 9100;
/** Until SPIN answers, and until it knows the device, ms. */
const PATIENCE = 60_000;

/** ms of each block until the first packet that did not arrive was sent, and until the call was answered. */
export type Times = { effect: number[]; answer: number[] };

/**
 * Blocks the device that sends, and gives it back, again and again, over HTTP on loopback, while SPIN – agent and
 * controller, as `spin start` starts them – guards the router and a packet a millisecond is on its way.
 */
export async function timesOfBlocks(bed: Testbed, count: number): Promise<Times> {
  const run = new StartRun((spin) => ['ip', 'netns', 'exec', bed.router, spin], ['--lan', 'lan', '--wan', 'wan']);
  const stream = new Stream(bed);
  try {
    await run.ready(PATIENCE);
    // Calls go where the page is.
    enterNamespace(`/run/netns/${bed.router}`);
    const client = new Client(run.record());
    await stream.ask('passing');
    const device = await eventually('knowing the device', PATIENCE, async () =>
      (await client.devices()).find(({ macs, addresses }) => macs.includes(HOME.mac) && addresses.includes(HOME.v4)),
    );
    const times: Times = { effect: [], answer: [] };
    // The first is there for what is compiled and opened with it.
    for (let i = 0; i <= count; i++) {
      const one = await block(client, device.id, stream);
      if (i > 0) for (const key of ['effect', 'answer'] as const) times[key].push(one[key]);
    }
    return times;
  } finally {
    stream.stop();
    await run.clear();
  }
}

async function block(client: Client, device: string, stream: Stream): Promise<{ effect: number; answer: number }> {
  await stream.ask('passing');
  const began = process.hrtime.bigint();
  const { rule } = await client.setRule({ action: 'block', target: { device }, when: { always: true } });
  const answer = since(began, process.hrtime.bigint());
  const effect = since(began, BigInt(await stream.ask('stopped')));
  await client.removeRule(rule!.id);
  return { effect, answer };
}

const since = (began: bigint, then: bigint): number => Number(then - began) / 1e6;

class Stream {
  readonly #child: ChildProcess;
  readonly #lines: Interface;

  constructor(bed: Testbed) {
    const names = [bed.home, bed.internet, FAR.v4, String(PORT)];
    this.#child = bed.start(bed.home, [process.execPath, STREAM, ...names]);
    this.#lines = createInterface(this.#child.stdout!);
  }

  async ask(question: 'passing' | 'stopped'): Promise<string> {
    this.#child.stdin!.write(`${question}\n`);
    const [line] = (await once(this.#lines, 'line', { signal: AbortSignal.timeout(PATIENCE) })) as [string];
    return line;
  }

  stop(): void {
    this.#child.kill();
  }
}
