/**
 * The agent: sees, with the rights that takes, and tells the controller. `node src/agent/main.ts CONFIG.json`.
 * Exits 0 when told to stop, 1 when it cannot start, 2 for a bad configuration.
 */
import { randomUUID } from 'node:crypto';
import { flushCompileCache } from 'node:module';
import { join } from 'node:path';
import type { RunConfig } from '../contract/config.ts';
import { AGENT_SOCKET, type PolicyMessage } from '../contract/link.ts';
import { Clock } from './clock.ts';
import { readConfig } from './config.ts';
import { ControllerLink } from './controller-link.ts';
import { Gateway } from './gateway.ts';
import type { Mode, ModeOptions } from './mode.ts';
import { Read } from './read.ts';
import { Watch } from './watch.ts';

function log(line: string): void {
  process.stderr.write(`agent: ${line}\n`);
}

function fail(code: number, error: unknown): never {
  log(error instanceof Error ? error.message : String(error));
  process.exit(code);
}

async function startMode(options: ModeOptions): Promise<Mode> {
  switch (options.config.mode) {
    case 'gateway':
      return Gateway.start(options);
    case 'watch':
      return new Watch(options);
    case 'read':
      return new Read(options);
  }
}

async function run(config: RunConfig): Promise<void> {
  let mode: Mode | undefined;
  /** What came before the mode had started. */
  let early: PolicyMessage | undefined;
  const link = await ControllerLink.listen({
    path: join(config.runDir, AGENT_SOCKET),
    ...(config.user === undefined ? {} : { user: config.user }),
    epoch: randomUUID(),
    log,
    onReady: () => mode?.resume(),
    onPolicy: (message) => {
      if (mode) mode.enforce(message);
      else early = message;
    },
  });
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    await mode?.stop();
    await link.close();
    log('stopped');
    process.exit(0);
  };
  process.on('SIGTERM', () => void stop());
  process.on('SIGINT', () => void stop());
  try {
    mode = await startMode({ config, receiver: link, now: new Clock().now, log });
  } catch (error) {
    await link.close();
    throw error;
  }
  if (early) mode.enforce(early);
  log(`watches as ${config.mode}`);
  flushCompileCache();
}

// Whoever read what we say may be gone; that is no reason to stop watching.
process.stderr.on('error', () => {});

try {
  const config = readConfig(process.argv[2]);
  await run(config).catch((error: unknown) => fail(1, error));
} catch (error) {
  fail(2, error);
}
