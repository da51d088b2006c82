import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { RunConfig } from '../contract/config.ts';
import { parseAddress, scopeOf } from '../model/address.ts';

/** Reads the configuration of a run. @throws with a sentence that names file and field */
export function readRunConfig(path: string): RunConfig {
  const config = JSON.parse(readFileSync(path, 'utf8')) as RunConfig;
  const wrong = wrongField(config) ?? wrongAddress(config);
  if (wrong !== undefined) throw new Error(`${path}: ${wrong}`);
  return config;
}

/** By hand, since a validator for this one small file would cost 8 MB of memory for as long as SPIN runs. */
function wrongField(config: RunConfig): string | undefined {
  const { mode, listen, names, stateDir, runDir, port, flushInterval, user } = config;
  const text = (value: unknown) => typeof value === 'string' && value !== '';
  const texts = (value: unknown) => Array.isArray(value) && value.every(text);
  const right: Record<string, boolean> = {
    mode: ['gateway', 'watch', 'read'].includes(mode),
    listen: texts(listen) && listen.length > 0,
    names: names === undefined || texts(names),
    stateDir: text(stateDir),
    runDir: text(runDir),
    port: Number.isInteger(port) && port >= 0 && port <= 65_535,
    flushInterval: Number.isInteger(flushInterval) && flushInterval >= 1_000,
    user: user === undefined || text(user),
  };
  const field = Object.keys(right).find((name) => !right[name]);
  return field && `${field} is missing or not what it should be`;
}

/** Nothing that others can reach in a demo, and never every address: one of them may face the internet. */
function wrongAddress({ listen, demo }: RunConfig): string | undefined {
  for (const address of listen) {
    const words = isIP(address) ? parseAddress(address) : undefined;
    const scope = words && scopeOf(...words);
    if (scope === undefined || scope === 'unspecified') return `listen: ${address} is not the address of one interface`;
    if (demo && scope !== 'loopback') return `listen: ${address} is no loopback address, which a demo must keep to`;
  }
  return undefined;
}
