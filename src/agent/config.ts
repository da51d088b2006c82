/**
 * Reads the run's configuration. The agent checks by hand what it uses itself: the schema library would take a fifth of
 * its memory.
 */
import { readFileSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import type { RunConfig } from '../contract/config.ts';

/** As the kernel limits them (IFNAMSIZ), and no path. */
const INTERFACE = /^(?!\.{1,2}$)[^/\s]{1,15}$/;

/** @throws Error that names the file and the field at fault */
export function readConfig(path: string | undefined): RunConfig {
  if (path === undefined) throw new Error('usage: agent CONFIG.json');
  return checkConfig(JSON.parse(readFileSync(path, 'utf8')), path);
}

/** @param origin where the configuration is from, for messages */
export function checkConfig(value: unknown, origin: string): RunConfig {
  const config = (typeof value === 'object' && value !== null ? value : {}) as Partial<
    Record<keyof RunConfig, unknown>
  >;
  const demand = (field: keyof RunConfig, holds: boolean) => {
    if (!holds) throw new Error(`${origin}: ${field} is missing or wrong`);
  };
  demand('mode', config.mode === 'gateway' || config.mode === 'watch' || config.mode === 'read');
  demand('runDir', isPath(config.runDir));
  demand('stateDir', isPath(config.stateDir));
  demand('speed', typeof config.speed === 'number' && config.speed >= 0);
  demand(
    'home',
    isListOf(config.home, (entry) => typeof entry === 'string'),
  );
  demand('lan', isListOf(config.lan, isInterface) && (config.mode !== 'gateway' || config.lan.length > 0));
  demand('leases', config.leases === undefined || isListOf(config.leases, isPath));
  demand('watch', config.mode === 'watch' ? isInterface(config.watch) : true);
  demand('file', config.mode === 'read' ? isPath(config.file) : true);
  demand('user', config.user === undefined || typeof config.user === 'string');
  return config as RunConfig;
}

function isPath(value: unknown): boolean {
  return typeof value === 'string' && isAbsolute(value);
}

function isInterface(value: unknown): boolean {
  return typeof value === 'string' && INTERFACE.test(value);
}

function isListOf(value: unknown, holds: (entry: unknown) => boolean): value is unknown[] {
  return Array.isArray(value) && value.every(holds);
}
