/** What each subcommand does; a command resolves with the exit code. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { capture } from './capture.ts';
import { pause } from './home/clock.ts';
import { cleanDead, down, isKept, type LabInfo, living, type Play, up, visit } from './lab.ts';
import { endWithParent } from './netns.ts';
import { scenarioNamed, scenarios } from './scenario/all.ts';
import { printStatus } from './status.ts';

/** Wrong usage: exit code 64. */
export class UsageError extends Error {}
/** This machine cannot: exit code 77. */
export class Refused extends Error {}

export type Flags = {
  all?: boolean | undefined;
  dead?: boolean | undefined;
  for?: string | undefined;
  scenario?: string | undefined;
  seed?: string | undefined;
  speed?: string | undefined;
  lab?: string | undefined;
  new?: boolean | undefined;
  json?: boolean | undefined;
  help?: boolean | undefined;
};

type Command = (args: readonly string[], flags: Flags) => Promise<number>;

const RECORD_SECONDS = 60;
const MAX_SPEED = 1000;

export const commands: Readonly<Record<string, Command>> = {
  up: upCommand,
  down: downCommand,
  run: runCommand,
  record,
  status,
};

async function upCommand(args: readonly string[], flags: Flags): Promise<number> {
  expectAtMost(args, 0);
  requireMachine();
  const info = await up({ keep: true, progress });
  tellLab(info, flags);
  return 0;
}

async function downCommand(args: readonly string[], flags: Flags): Promise<number> {
  expectAtMost(args, 1);
  requireMachine();
  const removed = await cleanDead();
  const up = flags.dead ? [] : living().map(({ info }) => info.id);
  const id = args[0] ?? flags.lab;
  if (id !== undefined && !up.includes(id) && !removed.includes(id)) throw new UsageError(`there is no lab ${id}`);
  if (id === undefined && !flags.all && up.length > 1) throw new UsageError(`which one: ${up.join(', ')}, or --all`);
  const chosen = up.filter((one) => flags.all || id === undefined || one === id);
  for (const one of chosen) await down(one);
  const all = [...removed, ...chosen];
  if (flags.json) process.stdout.write(`${JSON.stringify({ removed: all })}\n`);
  else progress(all.length === 0 ? 'nothing to remove' : `removed ${all.join(', ')}`);
  return 0;
}

async function runCommand(args: readonly string[], flags: Flags): Promise<number> {
  expectAtMost(args, 1);
  const play = playOf(flags, args[0]);
  const seconds = secondsOf(flags);
  requireMachine();
  const stop = stopSignal();
  const there = existing(flags);
  if (there) return visitUntil(there, play, seconds, stop, flags);

  const failure = new AbortController();
  let reason: string | undefined;
  const info = await up({
    ...play,
    progress,
    beforeDevices: (info) => tellLab(info, flags),
    onFailure: (what) => {
      reason ??= what;
      failure.abort();
    },
  });
  let failed: string | undefined;
  try {
    if (!stop.aborted)
      progress(`playing ${play.scenario}${seconds === undefined ? '; Ctrl-C ends it' : ` for ${seconds} s`}`);
    await pauseFor(seconds, AbortSignal.any([stop, failure.signal]));
    failed = reason;
  } finally {
    await down(info.id);
  }
  if (failed !== undefined && !stop.aborted) throw new Error(failed);
  return 0;
}

/** Plays in a lab that was up before, and leaves it up. */
async function visitUntil(
  info: LabInfo,
  play: Play,
  seconds: number | undefined,
  stop: AbortSignal,
  flags: Flags,
): Promise<number> {
  tellLab(info, flags);
  const player = visit(info, play);
  const ended = new AbortController();
  player.child.once('exit', () => ended.abort());
  progress(`playing ${play.scenario} in lab ${info.id}`);
  await pauseFor(seconds, AbortSignal.any([stop, ended.signal]));
  if (ended.signal.aborted && !stop.aborted)
    throw new Error(`the player ended; see ${info.directory}/${player.name}.log`);
  player.child.kill('SIGTERM');
  if (!ended.signal.aborted) await once(player.child, 'exit');
  return 0;
}

async function record(args: readonly string[], flags: Flags): Promise<number> {
  expectAtMost(args, 1);
  const [file] = args;
  if (file === undefined) throw new UsageError('record to which file?');
  const play = playOf(flags, flags.scenario);
  const seconds = secondsOf(flags) ?? RECORD_SECONDS;
  requireMachine('tcpdump');
  const stop = stopSignal();
  let recording: Awaited<ReturnType<typeof capture>> | undefined;
  const info = await up({
    ...play,
    progress,
    beforeDevices: async (info) => {
      recording = await capture(info, resolve(file));
    },
  });
  try {
    progress(`recording ${play.scenario} for ${seconds} s`);
    await pauseFor(seconds, stop);
    const packets = await recording?.finish();
    if (flags.json) process.stdout.write(`${JSON.stringify({ file: resolve(file), packets })}\n`);
    else progress(`${packets} packets in ${file}`);
  } finally {
    await down(info.id);
  }
  return 0;
}

async function status(args: readonly string[], flags: Flags): Promise<number> {
  expectAtMost(args, 0);
  await printStatus(living(), flags.json ?? false);
  return 0;
}

function playOf(flags: Flags, name = scenarios[0]?.name ?? 'none'): Play {
  if (!scenarioNamed(name)) {
    throw new UsageError(`no scenario "${name}"; there are ${scenarios.map((scenario) => scenario.name).join(', ')}`);
  }
  const speed = number(flags.speed, 'speed') ?? 1;
  if (speed > MAX_SPEED) throw new UsageError(`--speed goes up to ${MAX_SPEED}`);
  return { scenario: name, seed: number(flags.seed, 'seed') ?? 1, speed };
}

function secondsOf(flags: Flags): number | undefined {
  return number(flags.for, 'for');
}

function number(text: string | undefined, name: string): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}(\.\d{1,3})?$/.test(text) || Number(text) === 0)
    throw new UsageError(`--${name} needs a number above 0`);
  return Number(text);
}

/** The lab to play in: the one named, else the only one that was put up to stay, else none. */
function existing(flags: Flags): LabInfo | undefined {
  if (flags.new) return undefined;
  const chosen = living().filter((state) => (flags.lab === undefined ? isKept(state) : state.info.id === flags.lab));
  if (flags.lab !== undefined && chosen.length === 0) throw new UsageError(`there is no lab ${flags.lab}`);
  if (chosen.length > 1)
    throw new UsageError(`in which one: --lab ${chosen.map(({ info }) => info.id).join(', ')}, or --new`);
  return chosen[0]?.info;
}

function tellLab(info: LabInfo, flags: Flags): void {
  if (flags.json) process.stdout.write(`${JSON.stringify(info)}\n`);
  else progress(`guard it between ${info.router.lan} and ${info.router.wan} in namespace ${info.router.namespace}`);
}

function expectAtMost(args: readonly string[], most: number): void {
  if (args.length > most) throw new UsageError(`too many arguments: ${args.slice(most).join(' ')}`);
}

/** Aborted by Ctrl-C and its like, and when the program that started us ends, however it does. */
function stopSignal(): AbortSignal {
  endWithParent(constants.signals.SIGTERM);
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => stop.abort());
  return stop.signal;
}

async function pauseFor(seconds: number | undefined, stop: AbortSignal): Promise<void> {
  const LONGEST = 2 ** 31 - 1;
  await pause(Math.min((seconds ?? Number.POSITIVE_INFINITY) * 1000, LONGEST), stop);
}

/** Says in one line what this machine lacks. */
function requireMachine(...more: string[]): void {
  if (process.platform !== 'linux') throw new Refused('network namespaces need Linux');
  if (process.getuid?.() !== 0) throw new Refused('network namespaces need root');
  for (const program of ['ip', 'nft', 'dnsmasq', 'setpriv', ...more]) {
    const found = (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)));
    if (!found) throw new Refused(`the program ${program} is not installed`);
  }
}

function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}
