/** A real agent in the test bed's router, and a controller's stand-in. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AGENT_SOCKET } from '../../src/contract/config.ts';
import { gatewayConfig } from '../../src/contract/testing.ts';
import { type Testbed, until } from '../../src/source/live/testbed.ts';
import type { Listener } from './connections.ts';
import type { Seen } from './controller.ts';
import { cpuOf, memoryOf } from './process.ts';

const AGENT = join(import.meta.dirname, '../../src/agent/main.ts');
const CONTROLLER = join(import.meta.dirname, 'controller.ts');
const START_MS = 30_000;

export class Guard implements Listener {
  readonly agent: ChildProcess;
  readonly #runDir = mkdtempSync(join(tmpdir(), 'spin-bench-'));
  #controller: ChildProcess | undefined;

  constructor(bed: Testbed) {
    const config = join(this.#runDir, 'config.json');
    const runDir = this.#runDir;
    writeFileSync(config, JSON.stringify(gatewayConfig({ runDir, stateDir: runDir })));
    this.agent = bed.start(bed.router, [process.execPath, AGENT, config]);
  }

  async ready(): Promise<void> {
    const path = join(this.#runDir, AGENT_SOCKET);
    await until('the agent', () => existsSync(path), START_MS);
    this.#controller = fork(CONTROLLER, [path]);
    const deadline = performance.now() + START_MS;
    while (!(await this.seen()).watches) {
      if (performance.now() > deadline) throw new Error('the agent does not watch connections');
      await sleep(50);
    }
  }

  async seen(): Promise<Seen> {
    const controller = this.#controller!;
    const answer = once(controller, 'message');
    controller.send('');
    const [seen] = (await answer) as [Seen];
    return seen;
  }

  cpu(): { listener: number; controller: number } {
    return { listener: cpuOf(this.agent.pid!), controller: cpuOf(this.#controller!.pid!) };
  }

  /** Resident memory of the agent now, MB. */
  memory(): number {
    return memoryOf(this.agent.pid!);
  }

  async ends(): Promise<number> {
    return (await this.seen()).ends;
  }

  async stop(): Promise<void> {
    this.#controller?.kill();
    const gone = once(this.agent, 'exit');
    this.agent.kill('SIGTERM');
    await gone;
    rmSync(this.#runDir, { recursive: true, force: true });
  }
}
