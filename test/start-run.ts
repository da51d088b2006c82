/** A `spin start` under test: its own folders, a free port, and what it said. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ended, isAlive, type ProcessIdentity } from '../src/cli/process.ts';
import { type RunRecord, readRecord } from '../src/cli/run-record.ts';
import type { DeviceView } from '../src/contract/api.ts';

export const ROOT = resolve(import.meta.dirname, '..');
export const SPIN = join(ROOT, 'bin/spin');

export type Ready = { url: string; urls: string[]; code?: string; mode: string; demo?: string; pid: number };

/** Waits until `probe` gives something; fails with what was said so far when it takes longer than `limit` ms. */
export async function eventually<T>(
  what: string,
  limit: number,
  probe: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const deadline = performance.now() + limit;
  for (;;) {
    const found = await probe();
    if (found !== undefined) return found;
    if (performance.now() > deadline) throw new Error(`${what} did not happen within ${limit / 1000} s`);
    await new Promise((next) => setTimeout(next, 50));
  }
}

export type Through = (spin: string) => readonly string[];
const itself: Through = (spin) => [spin];

export class StartRun {
  readonly folder: string;
  readonly #through: Through;
  readonly #child: ChildProcess;
  #said = '';
  #answered = '';
  readonly #over: Promise<number>;

  /** @param through what `spin` is run by, such as a command that gives up rights @param options of `spin start` */
  constructor(through: Through = itself, options: readonly string[] = []) {
    this.folder = mkdtempSync(join(tmpdir(), 'spin-start-'));
    chmodSync(this.folder, 0o777);
    this.#through = through;
    const [command, ...args] = [...through(SPIN), 'start', '--json', '--port', '0', ...this.places, ...options];
    this.#child = spawn(command!, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd: '/' });
    this.#child.stdout!.on('data', (chunk) => {
      this.#answered += chunk;
    });
    this.#child.stderr!.on('data', (chunk) => {
      this.#said += chunk;
    });
    this.#over = new Promise((done) => this.#child.once('exit', (code) => done(code ?? -1)));
  }

  get places(): string[] {
    return ['--state', join(this.folder, 'state'), '--run', this.runDir];
  }

  get runDir(): string {
    return join(this.folder, 'run');
  }

  get said(): string {
    return this.#said;
  }

  async ready(limit: number): Promise<Ready> {
    try {
      await eventually('being ready', limit, () => {
        if (this.#child.exitCode !== null) throw new Error(`it ended with exit code ${this.#child.exitCode}`);
        return this.#answered.includes('\n') || undefined;
      });
    } catch (error) {
      throw new Error(`${(error as Error).message}; it said:\n${this.#said}`);
    }
    return JSON.parse(this.#answered) as Ready;
  }

  record(): RunRecord {
    return readRecord(this.runDir)!;
  }

  /** The process of SPIN that runs this program, as the kernel lists it. */
  child(program: string): ProcessIdentity | undefined {
    return this.record().children.find((child) => {
      try {
        return readFileSync(`/proc/${child.pid}/cmdline`, 'utf8').includes(program);
      } catch {
        return false;
      }
    });
  }

  /** Standard output of another `spin` command about this run. */
  ask(command: string, ...args: string[]): Answer {
    return spin(this.#through, [command, '--run', this.runDir, ...args]);
  }

  devices(): DeviceView[] {
    const { status, output, errors } = this.ask('devices', '--json');
    if (status !== 0) throw new Error(errors);
    return JSON.parse(output) as DeviceView[];
  }

  /** Exit code of the start itself. */
  async stop(): Promise<number> {
    this.#child.kill('SIGTERM');
    return this.#over;
  }

  /** Ends all of it whatever state it is in, and removes its folders. */
  async clear(): Promise<void> {
    const all = this.#child.pid === undefined ? [] : (readRecord(this.runDir)?.children ?? []);
    if (this.#child.exitCode === null) this.#child.kill('SIGTERM');
    const late = setTimeout(() => this.#child.kill('SIGKILL'), 30_000);
    await this.#over;
    clearTimeout(late);
    for (const one of all.filter(isAlive)) process.kill(one.pid, 'SIGKILL');
    await ended(all, 5_000);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export type Answer = { status: number | null; output: string; errors: string };

/** Runs `spin` to its end. */
export function spin(through: Through, args: readonly string[], input = ''): Answer {
  const [command, ...rest] = [...through(SPIN), ...args];
  const { status, stdout, stderr } = spawnSync(command!, rest, { encoding: 'utf8', input, timeout: 60_000 });
  return { status, output: stdout, errors: stderr };
}

/** Names of network namespaces on this machine. */
export function namespaces(): string[] {
  const list = execFileSync('ip', ['netns', 'list'], { encoding: 'utf8' });
  return list.split('\n').flatMap((line) => line.split(' ')[0] || []);
}
