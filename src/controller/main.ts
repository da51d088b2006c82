/** `node src/controller/main.ts CONFIG.json`: the unprivileged half of SPIN, which understands, keeps and serves. */
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { Run } from './run.ts';
import { readRunConfig } from './run-config.ts';

const WEB = resolve(import.meta.dirname, '../../build/web');

process.umask(0o077);

async function main([path, ...rest]: readonly string[]): Promise<void> {
  if (path === undefined || rest.length > 0) throw new Error('usage: node src/controller/main.ts CONFIG.json');
  const run = new Run({
    config: readRunConfig(path),
    pages: WEB,
    newEpoch: randomUUID,
    log: (line) => console.error(`controller: ${line}`),
  });
  let stopping = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1);
      stopping = true;
      void run.stop().then(() => process.exit(0));
    });
  }
  // The supervisor may be gone before us; what we say then reaches nobody.
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});
  console.log(JSON.stringify({ ready: true, ...(await run.start()) }));
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(`controller: ${error.message}`);
  process.exit(1);
});
