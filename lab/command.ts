/** Other programs, always by argument list and never through a shell. */
import { spawn } from 'node:child_process';

/** Longest that a tool such as `ip` or `nft` may take, ms: they answer in milliseconds, a stuck one must not hang us. */
const DEADLINE = 15_000;
/** Most that is kept of what a tool prints, characters: enough for the address list of every namespace. */
const MAX_OUTPUT = 1 << 20;

/** Runs a program to its end with `input` on its stdin; its stdout, or an error with the first line of its stderr. */
export function run(program: string, args: readonly string[], input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'pipe', timeout: DEADLINE });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => {
      if (out.length < MAX_OUTPUT) out += chunk;
    });
    child.stderr.on('data', (chunk: Buffer) => {
      if (err.length < MAX_OUTPUT) err += chunk;
    });
    child.stdin.on('error', () => {});
    child.on('error', (error) => reject(new Error(`${program}: ${error.message}`)));
    child.on('close', (code, signal) => {
      if (code === 0) resolve(out);
      else
        reject(
          new Error(`${program} ${args.join(' ')}: ${err.trim().split('\n')[0] || `ended with ${signal ?? code}`}`),
        );
    });
    child.stdin.end(input);
  });
}

/** One `ip` process for many lines. */
export function ip(lines: readonly string[], namespace?: string): Promise<string> {
  return run('ip', [...(namespace === undefined ? [] : ['-n', namespace]), '-batch', '-'], `${lines.join('\n')}\n`);
}

/** Asks again every `pause` ms until `ask` says yes; an error that names what was waited for after `deadline` ms. */
export async function until(
  what: string,
  deadline: number,
  ask: () => boolean | Promise<boolean>,
  pause = 20,
): Promise<void> {
  const end = performance.now() + deadline;
  while (!(await ask())) {
    if (performance.now() > end) throw new Error(`gave up waiting for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
