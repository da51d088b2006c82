/** Writes the two captures of the offline measurement, with the truth about them. */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Flood, NameFlood, Scan } from './attacks.ts';
import { FrameWriter } from './frames.ts';
import { type Device, type DeviceTruth, household } from './household.ts';
import { Advertisement, Exchange, fillNoise, Presence, Session, sessionOverhead } from './ordinary.ts';
import { Random } from './random.ts';
import { type Actor, play } from './schedule.ts';

export type CaptureName = 'home' | 'infected';

export type Truth = {
  packets: number;
  bytes: number;
  /** Five-tuples and the like that the generator opened: look-ups, connections, exchanges, attack packets. */
  flows: number;
  devices: DeviceTruth[];
};

type Recipe = {
  seconds: number;
  devices: number;
  /** Packets of the ordinary part, about. */
  packets: number;
  sessions: number;
  exchanges: number;
  attacks?: { scan: number; flood: number; names: number };
};

const RECIPES: Record<CaptureName, Recipe> = {
  home: { seconds: 3600, devices: 30, packets: 5_000_000, sessions: 100_000, exchanges: 40_000 },
  infected: {
    seconds: 1800,
    devices: 30,
    packets: 1_100_000,
    sessions: 50_000,
    exchanges: 20_000,
    attacks: { scan: 1_270_000, flood: 2_600_000, names: 150_000 },
  },
};

const START = 1_767_200_400;
const SEED = 0x5350494e;
/** Part of a home's data that goes through streams without a look-up. */
const STREAM_PACKETS = 12;

/**
 * Writes `NAME.pcap` and `NAME.json` into `folder`, `share` of the full size (1 or less); deterministic.
 * Both appear under their names only when they are complete.
 */
export function generate(name: CaptureName, folder: string, share: number): Truth {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}.pcap`);
  const writer = new FrameWriter(`${path}.part`);
  const random = new Random(SEED + name.length);
  fillNoise(random);
  const recipe = scaled(RECIPES[name], share);
  const devices = household(recipe.devices, recipe.attacks ? 4 : 0, random);
  play([
    ...ordinary(recipe, devices, writer, random),
    ...hostile(recipe, devices.slice(recipe.devices), writer, random),
  ]);
  writer.close();
  const { frames: packets, total: bytes } = writer;
  const truth = { packets, bytes, flows: flowsOf(recipe), devices: devices.map((device) => device.truth) };
  writeFileSync(join(folder, `${name}.json`), JSON.stringify(truth));
  renameSync(`${path}.part`, path);
  return truth;
}

function scaled(recipe: Recipe, share: number): Recipe {
  const part = (count: number) => Math.max(1, Math.round(count * share));
  const { attacks } = recipe;
  return {
    ...recipe,
    packets: part(recipe.packets),
    sessions: part(recipe.sessions),
    exchanges: part(recipe.exchanges),
    ...(attacks && { attacks: { scan: part(attacks.scan), flood: part(attacks.flood), names: part(attacks.names) } }),
  };
}

const flowsOf = ({ sessions, exchanges, attacks }: Recipe): number =>
  2 * sessions + exchanges + (attacks ? 2 * attacks.scan + attacks.flood + attacks.names : 0);

type Start = { at: number; actor: Actor };

function ordinary(recipe: Recipe, devices: readonly Device[], writer: FrameWriter, random: Random): Start[] {
  const innocent = devices.slice(0, recipe.devices);
  const until = START + recipe.seconds;
  const starts: Start[] = [{ at: START, actor: new Advertisement(writer, until) }];
  devices.forEach((device, index) => {
    starts.push({ at: START + 0.1 + index * 0.05, actor: new Presence(writer, device, until) });
  });
  const anyTime = () => START + 10 + random.unit() * (recipe.seconds - 40);
  for (let index = 0; index < recipe.exchanges; index++) {
    const device = innocent[index % innocent.length]!;
    const kind = (['time', 'echo', 'stream', 'stream'] as const)[random.below(4)]!;
    const service = device.services[random.below(device.services.length)]!;
    const packets = kind === 'stream' ? STREAM_PACKETS : 2;
    starts.push({ at: anyTime(), actor: new Exchange(writer, random, device, service, kind, packets, 20) });
  }
  const spent = recipe.exchanges * (STREAM_PACKETS / 2 + 1);
  return [...starts, ...sessions(recipe, innocent, recipe.packets - spent, writer, random, anyTime, until)];
}

/** Sessions whose sizes have a heavy tail, as those of a home do, and add up to `packets`. */
function sessions(
  recipe: Recipe,
  devices: readonly Device[],
  packets: number,
  writer: FrameWriter,
  random: Random,
  anyTime: () => number,
  until: number,
): Start[] {
  const chosen = Array.from({ length: recipe.sessions }, (_, index) => {
    const device = devices[index % devices.length]!;
    const service = device.services[random.below(device.services.length)]!;
    return { device, service, weight: (1 - random.unit()) ** -0.7 };
  });
  const weights = chosen.reduce((sum, { weight }) => sum + weight, 0);
  const data = Math.max(0, packets - chosen.reduce((sum, { service }) => sum + sessionOverhead(service), 0));
  let carry = 0;
  return chosen.map(({ device, service, weight }) => {
    carry += (weight / weights) * data;
    const share = Math.floor(carry);
    carry -= share;
    const at = anyTime();
    return { at, actor: new Session(writer, random, device, service, share, (until - at) / 2) };
  });
}

function hostile(recipe: Recipe, guilty: readonly Device[], writer: FrameWriter, random: Random): Start[] {
  const { attacks, seconds } = recipe;
  if (!attacks) return [];
  const [first, second, flooder, asker] = guilty as [Device, Device, Device, Device];
  return [
    { at: START + 20, actor: new Scan(writer, random, first, attacks.scan, seconds - 40) },
    { at: START + 25, actor: new Scan(writer, random, second, attacks.scan, seconds - 40) },
    { at: START + seconds / 3, actor: new Flood(writer, random, flooder, attacks.flood, 300) },
    { at: START + seconds / 2, actor: new NameFlood(writer, random, asker, attacks.names, 600) },
  ];
}
