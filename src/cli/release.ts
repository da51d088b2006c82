/** Gives back what SPIN changed on the machine's network (src/agent/release.ts), in this or another network namespace. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunConfig } from '../contract/config.ts';
import { findProgram } from './debian.ts';
import { ROOT } from './places.ts';
import { say } from './terminal.ts';

const PROGRAM = join(ROOT, 'src/agent/release.ts');
/** nft may take some seconds where sets are full. */
const PATIENCE = 30_000;

export type Released = {
  outcome: 'done' | 'another-enforces' | 'failed';
  /** Rules stay in force. */
  stays: boolean;
};

/** @param namespace path of the network namespace's file; this one if absent */
export function release(runDir: string, level: 'tidy' | 'open' | 'panic', namespace?: string): Released {
  const inside = namespace === undefined ? [] : [findProgram('nsenter') ?? 'nsenter', `--net=${namespace}`, '--'];
  const [command, ...args] = [...inside, process.execPath, PROGRAM, runDir, level];
  const { status, stdout } = spawnSync(command!, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    timeout: PATIENCE,
  });
  const outcome = status === 0 ? 'done' : status === 3 ? 'another-enforces' : 'failed';
  return { outcome, stays: stdout?.includes('"stays":true') ?? false };
}

/** After an end, orderly or not: says what stays. */
export function tidy(runDir: string): void {
  if (release(runDir, 'tidy').stays) say('what was blocked stays blocked; "spin stop --open" gives it free');
}

/** What the run in this folder was told; nothing where that cannot be read. */
export function readRunConfig(runDir: string): Partial<RunConfig> {
  try {
    const config: unknown = JSON.parse(readFileSync(join(runDir, 'config.json'), 'utf8'));
    return typeof config === 'object' && config !== null ? config : {};
  } catch {
    return {};
  }
}

/** Whether the run guards this machine's own network, and not a virtual home's or none. */
export function guardsThisMachine({ mode, namespace }: Partial<RunConfig>): boolean {
  return mode === 'gateway' && namespace === undefined;
}
