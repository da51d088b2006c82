/** The virtual home as a child: network namespaces with devices that act for real (see `spin lab --help`). */
import { spawnSync } from 'node:child_process';
import { isAbsolute, join } from 'node:path';
import { visible } from '../model/visible.ts';
import { findProgram } from './debian.ts';
import { Keeper } from './keeper.ts';
import { launch } from './launch.ts';
import { ROOT } from './places.ts';
import { say } from './terminal.ts';

/** What a guard has to know of it: the part of the lab's report that is used here. */
export type LabRouter = { namespace: string; lan: string; wan: string; leaseFile: string };

const PROGRAM = 'lab/main.ts';
/** MB of JavaScript objects in the process that holds the home together. */
const HEAP = 128;

/** Why this process cannot make network namespaces, or `undefined` when it can. */
export function whyNoNamespaces(): string | undefined {
  if (process.getuid?.() !== 0) return 'SPIN was not started by root';
  const tool = findProgram('unshare');
  if (!tool || !findProgram('ip')) return 'the programs unshare and ip are missing';
  const trial = spawnSync(tool, ['--net', '--mount', '/bin/true'], { stdio: 'ignore' });
  return trial.status === 0 ? undefined : 'this machine does not let root make network namespaces';
}

/** Keeps the virtual home up; `onUp` is called each time that it has come up, with names that may be new ones. */
export function keepVirtualHome(onUp: (router: LabRouter) => void, onChange: () => void): Keeper {
  return new Keeper({
    name: 'virtual home',
    launch: () =>
      launch({
        file: PROGRAM,
        args: ['run', 'ordinary-evening', '--new', '--json'],
        heap: HEAP,
        stdin: 'pipe',
      }),
    onLine: (line) => {
      const router = parseRouter(line);
      if (router) onUp(router);
    },
    onChange,
  });
}

/** Removes what virtual homes of processes that are gone left behind. */
export function clearLeftovers(): void {
  spawnSync(process.execPath, [join(ROOT, PROGRAM), 'down', '--dead'], {
    stdio: ['ignore', 'ignore', 'ignore'],
    timeout: 30_000,
  });
}

function parseRouter(line: string): LabRouter | undefined {
  if (!line.startsWith('{')) return undefined;
  let report: { router?: Partial<LabRouter> };
  try {
    report = JSON.parse(line);
  } catch {
    say(`the virtual home said something that is no JSON: ${visible(line.slice(0, 200))}`);
    return undefined;
  }
  if (!report.router) return undefined;
  const { namespace, lan, wan, leaseFile } = report.router;
  const named = [namespace, lan, wan].every((name) => typeof name === 'string' && /^[\w.-]{1,64}$/.test(name));
  if (named && typeof leaseFile === 'string' && isAbsolute(leaseFile)) {
    return { namespace, lan, wan, leaseFile } as LabRouter;
  }
  say('the virtual home did not name its router');
  return undefined;
}
