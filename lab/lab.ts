/** The virtual home as a whole: made, found and removed. */
import { ip, until } from './command.ts';
import type { LabInfo, LabState } from './instance.ts';
import * as instance from './instance.ts';
import { nameServerReady, writeInternetConfig, writeRouterConfig } from './nameservers.ts';
import type { LabProcess } from './processes.ts';
import { end, heard, nodeCommand, release, start } from './processes.ts';
import { build, describe, plugIn } from './topology.ts';

export type { LabInfo } from './instance.ts';

/** Longest that the far side's services and then the devices' addresses may take, ms. */
const SERVICES_DEADLINE = 10_000;
const JOIN_DEADLINE = 20_000;
/** Longest that a lab in the hands of another process may take to remove itself, ms. */
const HANDOVER_DEADLINE = 8000;

export type Play = {
  /** Name of a scenario; `none` has the devices join and do nothing more. */
  scenario: string;
  seed: number;
  /** Scenario seconds per second. */
  speed: number;
};

export type UpOptions = Partial<Play> & {
  /** Outlives this process; otherwise it ends with it, and the caller calls `down` to remove the rest. */
  keep?: boolean;
  progress?: (line: string) => void;
  /** Called when routers and services stand and no device has spoken yet. */
  beforeDevices?: (info: LabInfo) => void | Promise<void>;
  /** Called when a process of the lab ends that should not. */
  onFailure?: (reason: string) => void;
};

/**
 * Makes a lab and lets its devices join. Resolves once every device has its IPv4 lease. Throws, leaving nothing
 * behind, where it cannot be done.
 */
export async function up(options: UpOptions = {}): Promise<LabInfo> {
  const progress = options.progress ?? (() => {});
  const play = { scenario: options.scenario ?? 'none', seed: options.seed ?? 1, speed: options.speed ?? 1 };
  await cleanDead();
  const state = instance.create((id, directory) => ({
    info: describe(id, directory),
    keeper: instance.identify(process.pid),
    processes: [],
    scenario: play.scenario,
  }));
  try {
    return await raise(state, play, options, progress);
  } catch (error) {
    await down(state.info.id);
    throw error;
  }
}

async function raise(
  state: LabState,
  play: Play,
  options: UpOptions,
  progress: (line: string) => void,
): Promise<LabInfo> {
  const { info } = state;
  const keep = options.keep ?? false;
  const launched: LabProcess[] = [];
  const launch = (name: string, command: readonly string[], namespace?: string) => {
    const process = start(info, name, command, namespace === undefined ? { keep } : { keep, namespace });
    launched.push(process);
    state.processes.push(process.id);
    instance.save(state);
    return process;
  };

  progress(
    `lab ${info.id}: ${info.devices.length} devices, a router and an internet in ${info.devices.length + 2} namespaces`,
  );
  await build(info);
  launch('router-dnsmasq', ['dnsmasq', `--conf-file=${writeRouterConfig(info)}`], info.router.namespace);
  launch('internet-dnsmasq', ['dnsmasq', `--conf-file=${writeInternetConfig(info)}`], info.internet.namespace);
  const internet = launch('internet', nodeCommand('internet/main.ts', [info.directory]), info.internet.namespace);
  await Promise.all([
    nameServerReady(info.router.namespace),
    nameServerReady(info.internet.namespace),
    heard(internet, 'ready', SERVICES_DEADLINE, info),
  ]);
  progress(`router ${info.router.namespace} (${info.router.lan}, ${info.router.wan}) and internet services are up`);
  await options.beforeDevices?.(info);

  await plugIn(info);
  const home = launch('home', playCommand(info, play, true));
  await heard(home, 'joined', JOIN_DEADLINE, info);
  progress('all devices have joined');

  if (keep) state.keeper = home.id;
  instance.save(state);
  for (const process of launched) {
    if (keep) release(process);
    else
      process.child.on('exit', (code, signal) => options.onFailure?.(`${process.name} ended with ${signal ?? code}`));
  }
  return info;
}

/** Plays a scenario in a lab that is up already; resolves with the player, which ends with this process. */
export function visit(info: LabInfo, play: Play): LabProcess {
  const [program = '', ...args] = playCommand(info, play, false);
  return start(info, `visit-${process.pid}`, [program, ...args], { keep: false });
}

function playCommand(info: LabInfo, play: Play, join: boolean): string[] {
  const args = [info.directory, play.scenario, String(play.seed), String(play.speed), join ? 'join' : 'visit'];
  return nodeCommand('home/main.ts', args);
}

/** Removes a lab, all that runs in it and all that is left of it. Does nothing if there is no such lab. */
export async function down(id: string): Promise<void> {
  const state = instance.load(id);
  if (state !== undefined) await askKeeper(state);
  await end(instance.load(id)?.processes ?? [], instance.namespaces(id));
  const left = instance.namespaces(id);
  if (left.length > 0) await ip(left.map((name) => `netns del ${name}`)).catch(() => {});
  const stuck = instance.namespaces(id);
  if (stuck.length > 0) throw new Error(`cannot remove namespace ${stuck[0]}`);
  instance.forget(id);
}

/** A lab that another living `run` holds is best removed by that one. */
async function askKeeper(state: LabState): Promise<void> {
  const { keeper, info } = state;
  if (keeper.pid === process.pid || isKept(state) || !instance.isAlive(keeper)) return;
  process.kill(keeper.pid, 'SIGTERM');
  await until(`lab ${info.id} to end`, HANDOVER_DEADLINE, () => !instance.isAlive(keeper)).catch(() => {});
}

/** Removes what crashed labs left; the ids that were removed. */
export async function cleanDead(): Promise<string[]> {
  const dead = instance.ids().filter((id) => {
    const state = instance.load(id);
    return state === undefined || !instance.isAlive(state.keeper);
  });
  for (const id of dead) await down(id);
  return dead;
}

/** Whether a lab was put up to stay, so that it does not end with the program that made it. */
export function isKept({ keeper, processes }: LabState): boolean {
  return processes.some(({ pid }) => pid === keeper.pid);
}

/** The labs that are up. */
export function living(): LabState[] {
  return instance
    .ids()
    .map((id) => instance.load(id))
    .filter((state) => state !== undefined)
    .filter((state) => instance.isAlive(state.keeper));
}
