/** Starts SPIN's programs that run for as long as SPIN does, so that they hold little memory. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { findProgram } from './debian.ts';
import { ROOT } from './places.ts';

export type Program = {
  /** Path below the project's folder. */
  file: string;
  args: readonly string[];
  /** Bound of its old generation, MB: an attacker's worst that its tables hold, with room to spare. */
  heap: number;
  /** Network namespace to run in, by name. */
  namespace?: string | undefined;
  /** `pipe`: its standard input closes when this process dies, however it dies. */
  stdin?: 'ignore' | 'pipe';
};

/** MB for each half of the young generation. Larger ones are touched wholly and stay resident for ever. */
const YOUNG_GENERATION = 1;

/**
 * Compiled programs kept between runs: a start takes half the time, and nothing loads the type stripper (some 20 MB).
 * They lie beside the sources, so that who may change the one may change the other and nobody else.
 */
export const COMPILE_CACHE = join(ROOT, 'node_modules/.cache/compile');

/** Else each of Node's threads keeps what it once needed to compile for itself: 4 MB in agent and controller each (mallopt(3)). */
const ONE_ARENA = { MALLOC_ARENA_MAX: '1' };

/** The program leads a process group of its own; what it says on its standard output is for us. */
export function launch({ file, args, heap, namespace, stdin = 'ignore' }: Program): ChildProcess {
  const node = [process.execPath, ...nodeFlags(heap), file, ...args];
  const inside = namespace === undefined ? [] : [findProgram('ip')!, 'netns', 'exec', namespace];
  const [command, ...rest] = [...inside, ...node];
  return spawn(command!, rest, {
    cwd: ROOT,
    env: { NODE_COMPILE_CACHE: COMPILE_CACHE, ...ONE_ARENA, ...process.env },
    stdio: [stdin, 'pipe', 'inherit'],
    detached: true,
  });
}

function nodeFlags(heap: number): string[] {
  return [`--max-semi-space-size=${YOUNG_GENERATION}`, `--max-old-space-size=${heap}`];
}
