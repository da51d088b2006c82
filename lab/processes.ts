/** The processes of a lab: started apart from our own terminal, found again by number and start time, ended for good. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, until } from './command.ts';
import type { LabInfo, ProcessId } from './instance.ts';
import { identify, isAlive } from './instance.ts';

/** Time that a process has to end by itself, ms. */
const GRACE = 2000;
/** A lab's own programs hold little; a small young generation halves what each keeps resident. */
const NODE_FLAGS = ['--max-semi-space-size=1', '--max-old-space-size=128'];

/** Compiled programs kept between runs: a start takes half the time and a process 18 MB less, since nothing loads the type stripper. */
const COMPILE_CACHE = join(import.meta.dirname, '..', 'node_modules', '.cache', 'compile');

export type LabProcess = { name: string; id: ProcessId; child: ChildProcess };

export type StartOptions = {
  /** Outlives this process; otherwise the kernel ends it with us. */
  keep: boolean;
  /** Namespace to run in. */
  namespace?: string;
};

/** Starts a program that writes its log to `NAME.log` in the lab's directory and leads its own session. */
export function start(info: LabInfo, name: string, command: readonly string[], options: StartOptions): LabProcess {
  const inside = options.namespace === undefined ? [] : ['ip', 'netns', 'exec', options.namespace];
  const bound = options.keep ? [] : ['setpriv', '--pdeathsig', 'KILL', '--'];
  const [program = '', ...args] = [...bound, ...inside, ...command];
  const log = openSync(join(info.directory, `${name}.log`), 'a');
  const env = { NODE_COMPILE_CACHE: COMPILE_CACHE, ...process.env };
  const child = spawn(program, args, { detached: true, stdio: ['ignore', log, log, 'ipc'], cwd: '/', env });
  closeSync(log);
  child.on('error', () => {});
  if (child.pid === undefined) throw new Error(`cannot start ${program}`);
  return { name, id: identify(child.pid), child };
}

/** A TypeScript program of the lab, run by the Node.js that runs this one. */
export function nodeCommand(file: string, args: readonly string[]): string[] {
  return [process.execPath, ...NODE_FLAGS, join(import.meta.dirname, file), ...args];
}

/** The line of a process's log that says what went wrong. */
export function lastError(info: LabInfo, name: string): string {
  const lines = readFileSync(join(info.directory, `${name}.log`), 'utf8')
    .trim()
    .split('\n');
  return lines.findLast((line) => /\w*(error|fail|cannot)\w*[: ]/i.test(line))?.trim() ?? lines.at(-1) ?? '';
}

/** Waits for a message of the process; an error with the reason from its log if it ends or says nothing for `deadline` ms. */
export function heard(process: LabProcess, message: string, deadline: number, info: LabInfo): Promise<void> {
  return new Promise((resolve, reject) => {
    const { child, name } = process;
    const settle = () => {
      clearTimeout(timer);
      // Its end, later on, is for others to judge; its log may be gone by then.
      child.off('exit', onExit);
      child.off('message', onMessage);
    };
    const fail = (what: string) => {
      settle();
      reject(new Error(`${name} ${what}: ${lastError(info, name)}`));
    };
    const onExit = (code: number | null, signal: NodeJS.Signals | null) => fail(`ended with ${signal ?? code}`);
    const onMessage = (said: unknown) => {
      if (said !== message) return;
      settle();
      resolve();
    };
    const timer = setTimeout(() => fail(`did not say "${message}" within ${deadline / 1000} s`), deadline);
    child.on('exit', onExit);
    child.on('message', onMessage);
  });
}

/** Lets go of a process that outlives us. */
export function release(process: LabProcess): void {
  if (process.child.connected) process.child.disconnect();
  process.child.unref();
}

/** Ends processes, those of ours and all that run inside the namespaces, first asking and then insisting. */
export async function end(processes: readonly ProcessId[], namespaces: readonly string[]): Promise<void> {
  const targets = new Map(processes.map((process) => [process.pid, process]));
  for (const namespace of namespaces) for (const pid of await pidsIn(namespace)) targets.set(pid, identify(pid));
  targets.delete(process.pid);
  const living = () => [...targets.values()].filter(isAlive);
  signalAll(living(), 'SIGTERM');
  try {
    await until('processes to end', GRACE, () => living().length === 0);
  } catch {
    signalAll(living(), 'SIGKILL');
    await until('killed processes to end', GRACE, () => living().length === 0);
  }
}

function signalAll(processes: readonly ProcessId[], signal: NodeJS.Signals): void {
  for (const { pid } of processes) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

async function pidsIn(namespace: string): Promise<number[]> {
  try {
    const out = await run('ip', ['netns', 'pids', namespace]);
    return out.split('\n').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}
