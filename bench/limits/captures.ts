/** Captures of ordinary traffic, with the kind of each device in them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { DEVICES, LAN } from '../../lab/plan.ts';
import { isKind, type Kind } from '../../src/model/kinds.ts';
import { readCapture } from '../../src/source/capture/read.ts';
import { LIMITS, type Limit, Ordinary, RATES } from './ordinary.ts';

/** What one device of one capture needed: at each of RATES the smallest burst. */
export type Need = {
  capture: string;
  mac: string;
  kind: Kind | undefined;
  bursts: Readonly<Record<Limit, Float64Array>>;
  services: ReadonlyMap<string, number>;
};

export const RECORDED = join(import.meta.dirname, '../../lab/recorded/ordinary-evening.pcap.gz');

const LAB_KINDS: Readonly<Record<string, Kind>> = { fridge: 'kitchen', laptop: 'computer' };
const OF_LAB: ReadonlyMap<string, Kind> = new Map(
  DEVICES.flatMap(({ mac, kind }) => {
    const known = LAB_KINDS[kind] ?? kind;
    return isKind(known) ? [[mac, known] as const] : [];
  }),
);

/** Where only a name tells: of a capture, or beside a hardware address in `macs.tsv`. */
const NAMED: ReadonlyArray<[RegExp, Kind]> = [
  [/cam/i, 'camera'],
  [/hub|bridge|gateway|link$/i, 'hub'],
  [/lock/i, 'lock'],
  [/sonos/i, 'speaker'],
];
const kindNamed = (name: string) => NAMED.find(([pattern]) => pattern.test(name))?.[1];

/** @param folder captures at any depth; `macs.tsv` in it names the appliances by hardware address */
export async function needsOf(folder: string): Promise<Need[]> {
  const listed = macsOf(join(folder, 'macs.tsv'));
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.pcap(ng)?(\.gz)?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
  const needs: Need[] = [];
  for (const file of files.sort()) {
    const ofFile = listed ? undefined : kindNamed(basename(file));
    needs.push(...(await needsIn(file, [], (mac) => listed?.get(mac) ?? ofFile)));
  }
  return needs;
}

/** The virtual home's recorded evening. */
export const needsOfEvening = (): Promise<Need[]> =>
  needsIn(RECORDED, [LAN.prefix4, ...LAN.prefixes6], (mac) => OF_LAB.get(mac));

async function needsIn(file: string, home: readonly string[], kindOf: (mac: string) => Kind | undefined) {
  const ordinary = new Ordinary(home);
  await readCapture(file, ordinary);
  const own = [...ordinary.devices].filter(([mac, { packets }]) => packets > 0 && !ordinary.routers.has(mac));
  return own.map(([mac, { needs, services }]): Need => {
    const bursts = Object.fromEntries(LIMITS.map((limit) => [limit, needs[limit].bursts])) as Need['bursts'];
    return { capture: file.split('/').slice(-2).join('/'), mac, kind: kindOf(mac), bursts, services };
  });
}

function macsOf(path: string): Map<string, Kind> | undefined {
  if (!existsSync(path)) return undefined;
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  return new Map(
    lines.map((line) => {
      const [name = '', mac = ''] = line.split('\t');
      return [mac, kindNamed(name) ?? 'plug'];
    }),
  );
}

/** Smallest burst at a rate that may lie between two of RATES: that of the lower one, which is the larger. */
export function burstAt({ bursts }: Need, limit: Limit, perSecond: number): number {
  const at = RATES[limit].findLastIndex((rate) => rate <= perSecond);
  return bursts[limit][Math.max(0, at)]!;
}
