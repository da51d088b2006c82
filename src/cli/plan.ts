/** From what was asked to what agent and controller are told. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RunConfig } from '../contract/config.ts';
import { addressesOf } from './listening.ts';
import { isRoot, type Places, ROOT } from './places.ts';
import { SYSTEM_USER } from './setup.ts';
import type { StartOptions } from './start-options.ts';
import { Failure } from './terminal.ts';
import { whyNoNamespaces } from './virtual-home.ts';

const RECORDED_HOME = join(ROOT, 'lab/recorded/ordinary-evening.pcap.gz');
/** Each kind of home has a database of its own, so that a demo never mixes with what is real. */
export const HOMES = ['virtual', 'recorded', 'gateway', 'watch', 'read'] as const;
export const homesIn = (state: string): string => join(state, 'homes');
const LOOPBACK = '127.0.0.1';

export type Plan = {
  config: RunConfig;
  /** Why a recorded home is played where a virtual one would be the default. */
  instead?: string;
};

export function makePlan(options: StartOptions, { state, run }: Places): Plan {
  const instead = options.mode === 'demo' ? whyNoNamespaces() : undefined;
  const config: RunConfig = {
    ...sourceOf(options, instead !== undefined),
    home: options.home,
    stateDir: join(homesIn(state), homeOf(options, instead !== undefined)),
    runDir: run,
    listen: options.listen.length > 0 ? options.listen : listenOn(options.lan),
    port: options.port,
    flushInterval: 60_000,
    ...(isRoot() && { user: SYSTEM_USER }),
  };
  return { config, ...(instead !== undefined && { instead }) };
}

function homeOf({ mode }: StartOptions, recorded: boolean): (typeof HOMES)[number] {
  if (mode !== 'demo') return mode;
  return recorded ? 'recorded' : 'virtual';
}

type Source = Pick<RunConfig, 'mode' | 'lan' | 'wan' | 'watch' | 'file' | 'speed' | 'demo'>;

function sourceOf(options: StartOptions, recorded: boolean): Source {
  const { mode, lan, wan, watch, file, speed } = options;
  if (mode !== 'demo') {
    return {
      mode,
      lan,
      speed,
      ...(wan !== undefined && { wan }),
      ...(watch !== undefined && { watch }),
      ...(file !== undefined && { file }),
    };
  }
  if (!recorded) return { mode: 'gateway', lan: [], speed: 1, demo: 'virtual-home' };
  if (!existsSync(RECORDED_HOME)) throw new Failure(`the recorded home is missing: ${RECORDED_HOME}`);
  return { mode: 'read', lan: [], file: RECORDED_HOME, speed, demo: 'recorded-home' };
}

/** Loopback, and the addresses of the home's side where there is one; never those towards the internet. */
function listenOn(lan: readonly string[]): string[] {
  return [LOOPBACK, ...lan.flatMap(addressesOf)];
}
