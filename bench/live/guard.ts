/** A real agent in the test bed's router with a controller stand-in that runs the real pipeline in this process. */
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AGENT_SOCKET } from '../../src/contract/config.ts';
import { encodeHello, LINK_PROTOCOL, LinkDecoder } from '../../src/contract/link.ts';
import { gatewayConfig } from '../../src/contract/testing.ts';
import { FLAG, RECORD_WORDS, W } from '../../src/model/flow.ts';
import { createPipeline } from '../../src/pipeline.ts';
import { type Testbed, until } from '../../src/source/live/testbed.ts';
import type { Listener } from './connections.ts';
import { cpuOf, memoryOf, ownCpu } from './process.ts';

const AGENT = join(import.meta.dirname, '../../src/agent/main.ts');

export class Guard implements Listener {
  readonly agent: ChildProcess;
  readonly #runDir = mkdtempSync(join(tmpdir(), 'spin-bench-'));
  readonly #pipeline = createPipeline({ history: true });
  #socket: Socket | undefined;
  #ends = 0;
  lost = 0;
  watches = false;

  constructor(bed: Testbed) {
    const config = join(this.#runDir, 'config.json');
    const runDir = this.#runDir;
    writeFileSync(config, JSON.stringify(gatewayConfig({ runDir, stateDir: runDir })));
    this.agent = bed.start(bed.router, [process.execPath, AGENT, config]);
  }

  async ready(): Promise<void> {
    const path = join(this.#runDir, AGENT_SOCKET);
    await until('the agent', () => existsSync(path), 10_000);
    this.#connect(path);
    await until('connections to be watched', () => this.watches, 30_000);
  }

  #connect(path: string): void {
    const decoder = new LinkDecoder('agent');
    const socket = connect(path);
    this.#socket = socket;
    socket.on('error', () => setTimeout(() => this.#connect(path), 50));
    socket.write(encodeHello({ protocol: LINK_PROTOCOL, role: 'controller', epoch: 'bench' }));
    socket.on('data', (chunk) => {
      for (const message of decoder.push(chunk)) {
        if (message.type !== 'observation') continue;
        const { observation } = message;
        if (observation.kind === 'source') {
          this.watches = !observation.coverage.some((note) => note.code === 'no-conntrack');
          this.lost = observation.lost.events + observation.lost.packets;
        }
        if (observation.kind === 'flows') this.#count(observation.flows.words, observation.flows.count);
        this.#pipeline.step(observation);
      }
    });
  }

  /** Only connections: records of header facts have no counters of their own and are told apart by their flag. */
  #count(words: Uint32Array, count: number): void {
    for (let i = 0; i < count; i++) {
      const flags = words[i * RECORD_WORDS + W.flags]!;
      if ((flags & FLAG.ipLengths) === 0) continue;
      if (flags & FLAG.ended) this.#ends++;
    }
  }

  cpu(): { listener: number; controller: number } {
    return { listener: cpuOf(this.agent.pid!), controller: ownCpu() };
  }

  /** Resident memory of the agent now, MB. */
  memory(): number {
    return memoryOf(this.agent.pid!);
  }

  ends(): number {
    return this.#ends;
  }

  async stop(): Promise<void> {
    this.#socket?.destroy();
    const gone = new Promise((resolve) => this.agent.once('exit', resolve));
    this.agent.kill('SIGTERM');
    await gone;
    rmSync(this.#runDir, { recursive: true, force: true });
  }
}
