import type { ChildProcess } from 'node:child_process';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunConfig } from '../contract/config.ts';
import { Keeper } from './keeper.ts';
import { launch } from './launch.ts';
import { type RunRecord, update } from './run-record.ts';
import { Failure, say } from './terminal.ts';
import { clearLeftovers, keepVirtualHome, type LabRouter } from './virtual-home.ts';

/** Time for an orderly end, ms. */
const GRACE = { agent: 5_000, controller: 10_000, home: 15_000 } as const;
/** MB of JavaScript objects. Tables of packets and connections are outside of it; the controller's home is not. */
const HEAP = { agent: 96, controller: 384 } as const;
/** Longest wait for the page at a start, ms: the controller alone starts in well under a second. */
const READY_WITHIN = 60_000;
/** A controller that dies this often before it was ever ready will not be ready soon. */
const FAULTS_BEFORE_READY = 3;

/** What the controller says on its standard output when it serves. */
export type Ready = { url: string; code?: string };

/**
 * Runs agent and controller as two processes, with the virtual home beside them where there is one, and restarts what
 * dies. Each child leads a process group of its own, so that Ctrl-C reaches only this process, which ends them in order.
 */
export class Supervisor {
  readonly #config: RunConfig;
  readonly #record: RunRecord;
  readonly #controller: Keeper;
  readonly #agent: Keeper;
  readonly #home: Keeper | undefined;
  #agentStarted = false;
  #stopping = false;
  #faults = 0;
  #ready: Ready | undefined;
  #onReady: (ready: Ready) => void = () => {};
  #onFailure: (failure: Failure) => void = () => {};

  constructor(config: RunConfig, record: RunRecord) {
    this.#config = config;
    this.#record = record;
    const onChange = () => this.#writeRecord();
    this.#controller = new Keeper({
      name: 'controller',
      launch: () => this.#launch('controller'),
      onLine: (line) => this.#controllerSaid(line),
      judge: () => this.#judgeController(),
      onChange,
    });
    this.#agent = new Keeper({
      name: 'agent',
      launch: () => this.#launch('agent', this.#config.namespace),
      onLine: (line) => console.error(line),
      judge: (code) => this.#judgeAgent(code),
      onChange,
    });
    if (config.demo === 'virtual-home') {
      this.#home = keepVirtualHome((router) => this.#homeIsUp(router), onChange);
    }
  }

  /** Resolves when the page answers. The agent may still be on its way: it has to wait for the virtual home. */
  start(): Promise<Ready> {
    this.#writeConfig();
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Failure('the page did not come up in time')), READY_WITHIN);
      this.#onReady = (ready) => {
        clearTimeout(late);
        resolve(ready);
      };
      this.#onFailure = (failure) => {
        clearTimeout(late);
        reject(failure);
      };
      this.#controller.start();
      if (this.#home) this.#home.start();
      else this.#startAgent();
    });
  }

  /** Ends all in order: who sees, who keeps, what is seen. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#agent.stop(GRACE.agent);
    await this.#controller.stop(GRACE.controller);
    await this.#home?.stop(GRACE.home);
    rmSync(this.#configPath, { force: true });
  }

  /** Ends all at once. */
  kill(): void {
    this.#stopping = true;
    for (const keeper of [this.#agent, this.#controller, this.#home]) keeper?.kill();
    if (this.#home) clearLeftovers();
  }

  get #configPath(): string {
    return join(this.#config.runDir, 'config.json');
  }

  #startAgent(): void {
    this.#agentStarted = true;
    this.#agent.start();
  }

  #launch(name: keyof typeof HEAP, namespace?: string): ChildProcess {
    return launch({ file: `src/${name}/main.ts`, args: [this.#configPath], heap: HEAP[name], namespace });
  }

  #homeIsUp(router: LabRouter): void {
    const { namespace, lan, wan, leaseFile } = router;
    Object.assign(this.#config, { namespace, lan: [lan], wan, leases: [leaseFile] });
    this.#writeConfig();
    if (!this.#agentStarted) this.#startAgent();
    // A home that came up again has other namespaces: the agent in the old one sees nothing any more.
    else this.#agent.kill();
  }

  #controllerSaid(line: string): void {
    const ready = parseReady(line);
    if (!ready) {
      console.error(line);
      return;
    }
    if (this.#ready) {
      say(`the page answers again at ${ready.url}`);
      if (ready.code !== undefined) say(`the code for the first password is now ${ready.code}`);
    }
    this.#ready = ready;
    this.#record.url = ready.url;
    // A port that was chosen freely is kept, so that open pages find a restarted controller.
    this.#config.port = Number(new URL(ready.url).port) || this.#config.port;
    this.#writeConfig();
    this.#writeRecord();
    this.#onReady(ready);
  }

  #judgeController(): 'fault' | 'over' {
    if (this.#ready) return 'fault';
    this.#faults += 1;
    if (this.#faults < FAULTS_BEFORE_READY) return 'fault';
    this.#onFailure(new Failure('the controller does not start (see above)'));
    return 'over';
  }

  #judgeAgent(code: number | null): 'fault' | 'again' | 'over' {
    if (this.#config.mode !== 'read' || code !== 0) return 'fault';
    if (this.#config.demo === 'recorded-home') return 'again';
    say('the file was played to its end; the page stays open');
    return 'over';
  }

  #writeConfig(): void {
    const next = `${this.#configPath}.next`;
    writeFileSync(next, JSON.stringify(this.#config, null, 2), { mode: 0o644 });
    renameSync(next, this.#configPath);
  }

  #writeRecord(): void {
    // At the very end the folder may be gone already; nobody looks for the children then.
    if (this.#stopping) return;
    const keepers = [this.#agent, this.#controller, this.#home];
    this.#record.children = keepers.flatMap((keeper) => keeper?.process ?? []);
    update(this.#config.runDir, this.#record);
  }
}

function parseReady(line: string): Ready | undefined {
  if (!line.startsWith('{"ready"')) return undefined;
  const { url, code } = JSON.parse(line) as Partial<Ready>;
  if (url === undefined) return undefined;
  return { url, ...(code !== undefined && { code }) };
}
