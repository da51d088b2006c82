/** What has to be built once: the vendor data, the dashboard and the compiled programs. */
import { spawnSync } from 'node:child_process';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './places.ts';
import { Failure, say } from './terminal.ts';

type Target = { name: string; inputs: readonly string[]; command: readonly string[] };

const TARGETS: readonly Target[] = [
  {
    name: 'the vendor list',
    inputs: ['src/data/build-oui.ts', 'node_modules/oui-data/package.json'],
    command: ['src/data/build-oui.ts'],
  },
  {
    name: 'the dashboard',
    inputs: ['web', 'src/contract', 'src/model', 'package-lock.json'],
    command: ['node_modules/vite/bin/vite.js', 'build', '--config', 'web/vite.config.ts', '--logLevel', 'warn'],
  },
  { name: 'the compile cache', inputs: ['src', 'lab', 'package-lock.json'], command: ['src/cli/compile.ts'] },
];

const BUILD = join(ROOT, 'build');

/**
 * Builds what is older than its inputs. Where this user may not write there, it stays as it is, and that is said.
 * @throws Failure when a build fails and there is no earlier one.
 */
export function build(): void {
  TARGETS.forEach((target, index) => {
    const stamp = join(BUILD, `.built-${index}`);
    const builtAt = existsSync(stamp) ? statSync(stamp).mtimeMs : 0;
    const startedAt = new Date();
    if (newest(target.inputs) <= builtAt) return;
    if (!writable()) {
      say(
        `${target.name} ${builtAt ? 'is older than its sources' : 'is not built'}, and this user may not write in ${ROOT}`,
      );
      return;
    }
    say(`building ${target.name}`);
    const { status } = spawnSync(process.execPath, target.command, { cwd: ROOT, stdio: ['ignore', 2, 2] });
    if (status === 0) stampAt(stamp, startedAt);
    else if (builtAt === 0) throw new Failure(`${target.name} could not be built (see above)`);
    else say(`${target.name} could not be built; the earlier one stays in use`);
  });
}

function stampAt(path: string, time: Date): void {
  mkdirSync(BUILD, { recursive: true });
  writeFileSync(path, '');
  // What changes while it is being built is newer than the stamp.
  utimesSync(path, time, time);
}

function writable(): boolean {
  try {
    accessSync(existsSync(BUILD) ? BUILD : ROOT, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Latest change below the given paths, ms; folders count too, so that a removed file is noticed. */
function newest(paths: readonly string[]): number {
  let latest = 0;
  for (const path of paths) {
    const full = join(ROOT, path);
    if (!existsSync(full)) continue;
    const status = statSync(full);
    latest = Math.max(latest, status.mtimeMs);
    if (!status.isDirectory()) continue;
    const below = readdirSync(full).filter((name) => name !== 'node_modules');
    latest = Math.max(latest, newest(below.map((name) => join(path, name))));
  }
  return latest;
}
