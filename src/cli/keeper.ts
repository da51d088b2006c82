import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { identify, type ProcessIdentity } from './process.ts';
import { say } from './terminal.ts';

/** Pause before a restart, ms: doubles from the first to the last, and starts anew after a minute of life. */
const FIRST_PAUSE = 250;
const LAST_PAUSE = 30_000;
const STEADY_AFTER = 60_000;

export type KeeperOptions = {
  /** The name that people know the program by. */
  name: string;
  launch: () => ChildProcess;
  /** A line of the program's standard output. */
  onLine?: (line: string) => void;
  /** Called when the set of running processes changed. */
  onChange?: () => void;
  /** Asked when the program ended by itself: a fault to mend, an end to begin again after, or over. */
  judge?: (code: number | null) => 'fault' | 'again' | 'over';
};

/** Keeps one program running: starts it again when it dies, more slowly each time, and says so. */
export class Keeper {
  readonly #options: KeeperOptions;
  #child: ChildProcess | undefined;
  #identity: ProcessIdentity | undefined;
  #pause = FIRST_PAUSE;
  #timer: NodeJS.Timeout | undefined;
  #stopping = false;

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  get process(): ProcessIdentity | undefined {
    return this.#identity;
  }

  start(): void {
    if (this.#stopping) return;
    const startedAt = performance.now();
    const child = this.#options.launch();
    this.#child = child;
    this.#identity = child.pid === undefined ? undefined : identify(child.pid);
    if (child.stdout) {
      createInterface({ input: child.stdout }).on('line', (line) => this.#options.onLine?.(line));
    }
    child.once('error', (error) => this.#gone(child, startedAt, error.message, null));
    child.once('exit', (code, name) => this.#gone(child, startedAt, name ?? `exit code ${code}`, code));
    this.#options.onChange?.();
  }

  /** Asks the program to end, and ends it after `grace` ms. */
  async stop(grace: number): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#timer);
    const child = this.#child;
    if (!child) return;
    const over = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill('SIGTERM');
    const force = setTimeout(() => {
      say(`the ${this.#options.name} did not end within ${grace / 1000} s and was killed`);
      child.kill('SIGKILL');
    }, grace);
    await over;
    clearTimeout(force);
  }

  /** Ends the program at once; it is started again unless it is being stopped. */
  kill(): void {
    this.#child?.kill('SIGKILL');
  }

  #gone(child: ChildProcess, startedAt: number, how: string, code: number | null): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    this.#identity = undefined;
    this.#options.onChange?.();
    const verdict = this.#stopping ? 'over' : (this.#options.judge?.(code) ?? 'fault');
    if (verdict === 'over') return;
    if (verdict === 'again' || performance.now() - startedAt > STEADY_AFTER) this.#pause = FIRST_PAUSE;
    if (verdict === 'fault') {
      say(`the ${this.#options.name} ended (${how}); it is started again in ${this.#pause / 1000} s`);
    }
    this.#timer = setTimeout(() => this.start(), this.#pause);
    this.#pause = Math.min(this.#pause * 2, LAST_PAUSE);
  }
}
