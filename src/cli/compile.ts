/**
 * Has Node.js compile the programs that run for as long as SPIN does. A program that finds itself compiled never loads the
 * type stripper, which would cost it 20 MB for as long as it runs. Each is started without its configuration: it loads
 * everything, refuses, and what was compiled is kept.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { COMPILE_CACHE } from './launch.ts';
import { ROOT } from './places.ts';

const env = { NODE_COMPILE_CACHE: COMPILE_CACHE, ...process.env };
for (const program of ['src/agent/main.ts', 'src/controller/main.ts', 'lab/main.ts']) {
  spawnSync(process.execPath, [join(ROOT, program)], { env, stdio: 'ignore' });
}
