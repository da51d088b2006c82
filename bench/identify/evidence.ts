/** What each capture of a labelled device tells of it, as the program itself comes to know it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { VendorLookup } from '../../src/data/oui.ts';
import { loadVendors } from '../../src/data/vendors.ts';
import type { Device } from '../../src/model/home.ts';
import { isKind, type Kind } from '../../src/model/kinds.ts';
import type { Observation } from '../../src/model/observation.ts';
import { digestFile } from '../../src/read/digest-file.ts';
import { Home } from '../../src/track/home.ts';
import type { Evident } from '../../src/track/identify/hits.ts';
import { KnownTraits } from '../../src/track/identify/traits.ts';

/** One recording of one device. */
export type Sample = {
  file: string;
  /** Folder of the device: what it is in truth. */
  product: string;
  truth: Kind;
  /** What the program answers; none where the device was not found at all. */
  device: Device | undefined;
  /** From the device's first packet until it was told as what it is in the end, s of observed time. */
  seconds: number | undefined;
  evident: Evident;
};

/** Kinds of the products of the published data set (IoT Sentinel, 2017), by the names of its folders. */
const PRODUCTS: Record<string, Kind> = {
  Aria: 'health',
  'D-LinkCam': 'camera',
  'D-LinkDayCam': 'camera',
  'D-LinkDoorSensor': 'sensor',
  'D-LinkHomeHub': 'hub',
  'D-LinkSensor': 'sensor',
  'D-LinkSiren': 'siren',
  'D-LinkSwitch': 'plug',
  'D-LinkWaterSensor': 'sensor',
  EdimaxCam1: 'camera',
  EdimaxCam2: 'camera',
  EdimaxPlug1101W: 'plug',
  EdimaxPlug2101W: 'plug',
  EdnetCam1: 'camera',
  EdnetCam2: 'camera',
  EdnetGateway: 'hub',
  HomeMaticPlug: 'plug',
  HueBridge: 'hub',
  HueSwitch: 'switch',
  Lightify: 'hub',
  MAXGateway: 'hub',
  SmarterCoffee: 'kitchen',
  'TP-LinkPlugHS100': 'plug',
  'TP-LinkPlugHS110': 'plug',
  WeMoInsightSwitch: 'plug',
  WeMoLink: 'hub',
  WeMoSwitch: 'plug',
  Withings: 'health',
  iKettle2: 'kitchen',
};

/** A folder for each device, `macs.tsv` (folder, hardware address) and, for other products, `kinds.tsv` (folder, kind). */
export async function samplesBelow(root: string, note: (text: string) => void): Promise<Sample[]> {
  const vendorOf = loadVendors();
  const kinds = new Map<string, string>([...Object.entries(PRODUCTS), ...rowsOf(join(root, 'kinds.tsv'))]);
  const samples: Sample[] = [];
  for (const [product, mac] of rowsOf(join(root, 'macs.tsv'))) {
    const truth = kinds.get(product) ?? '';
    if (!isKind(truth) || !existsSync(join(root, product))) {
      note(`${product}: ${isKind(truth) ? 'no such folder' : 'its kind is not known'}; left out`);
      continue;
    }
    for (const file of readdirSync(join(root, product)).sort()) {
      const { device, seconds } = await answerOf(join(root, product, file), mac, vendorOf);
      const evident = evidentOf(device, vendorOf(mac));
      samples.push({ file: `${product}/${file}`, product, truth, device, seconds, evident });
    }
  }
  return samples;
}

async function answerOf(
  file: string,
  mac: string,
  vendorOf: VendorLookup,
): Promise<Pick<Sample, 'device' | 'seconds'>> {
  const home = new Home({ vendorOf });
  const told: { at: number; kind: Kind | undefined }[] = [];
  const take = (observation: Observation) => {
    for (const event of home.apply(observation))
      if (event.kind === 'device' && event.device.macs.includes(mac))
        told.push({ at: event.at, kind: event.device.kind });
  };
  await digestFile(file, take, () => {});
  take({ kind: 'tick', at: home.at + 1000 });
  const device = home.devices().find(({ macs }) => macs.includes(mac));
  const last = told.findLastIndex(({ kind }) => kind !== device?.kind);
  const since = told[last + 1]?.at;
  const seconds = device?.kind === undefined || since === undefined ? undefined : (since - device.firstSeen) / 1000;
  return { device, seconds };
}

function evidentOf(device: Device | undefined, maker: string | undefined): Evident {
  const traits = new KnownTraits();
  traits.restore(device?.traits ?? {});
  return {
    makers: maker === undefined ? [] : [maker],
    hostnames: device?.names ?? [],
    vendorClass: device?.vendorClass,
    mudUrl: device?.mudUrl,
    traits,
    behaviours: [],
  };
}

function rowsOf(file: string): [string, string][] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.includes('\t'));
  return lines.map((line) => line.split('\t').slice(0, 2) as [string, string]);
}
