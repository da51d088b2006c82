import { describe, expect, test } from 'vitest';
import type { HomeEvent } from '../model/event.ts';
import type { MudProfile } from '../model/mud.ts';
import type { LeaseObservation, Observation } from '../model/observation.ts';
import { createPipeline } from '../pipeline.ts';
import { BEYOND, CAMERA, flows, START } from '../track/testing.ts';
import { Profiles } from './profiles.ts';

const URL = 'https://maker.example/camera.json';
const id = `d-${CAMERA.mac.replaceAll(':', '')}`;
const profile = (url: string): MudProfile => ({
  ...{ url, isSupported: true, skipped: 0 },
  allowed: [{ to: { name: 'cloud.maker.example' }, protocol: 6, ports: [443, 443] }],
});
const installed = (...files: [name: string, profile: MudProfile][]) => {
  const profiles = new Profiles();
  profiles.install(START, new Map(files), []);
  return profiles;
};
const lease = (mudUrl: string): LeaseObservation => ({
  ...{ kind: 'lease', at: START, mac: CAMERA.mac, source: 'dhcp4', message: 'request', addresses: [CAMERA.address] },
  mudUrl,
});
const device = (change: 'found' | 'changed' | 'gone', mudUrl?: string): HomeEvent => {
  const said = { ...createKnown(), ...(mudUrl !== undefined && { mudUrl }) };
  return { kind: 'device', at: START, change, device: said };
};
function createKnown() {
  const home = createPipeline();
  home.step({ ...lease(''), mudUrl: '' });
  return home.home.device(id)!;
}

describe('profiles of makers', () => {
  test('hold from a device’s first seconds on: what its maker does not list is news', () => {
    const pipeline = createPipeline();
    const profiles = installed([URL, profile(URL)]);
    const take = (observation: Observation): void => {
      const events = pipeline.step(observation);
      for (const told of events.flatMap((event) => profiles.follow(event) ?? [])) take(told);
    };
    take(lease(URL));
    take({ kind: 'tick', at: START + 2_000 });
    take(flows(START + 5_000, { from: CAMERA, to: BEYOND('203.0.113.9'), at: START + 5_000, port: 4_567 }));
    take({ kind: 'tick', at: START + 7_000 });
    expect(pipeline.findings()).toMatchObject([{ detector: 'novelty', device: id, subject: 'tcp/4567 203.0.113.9' }]);
  });

  test('are given once, and again to a device that comes back', () => {
    const profiles = installed([URL, profile(URL)]);
    expect(profiles.follow(device('found'))).toBeUndefined();
    expect(profiles.follow(device('changed', URL))).toMatchObject({ kind: 'profile', device: id });
    expect(profiles.follow(device('changed', URL))).toBeUndefined();
    expect(profiles.follow(device('gone', URL))).toBeUndefined();
    expect(profiles.follow(device('found', URL))).toMatchObject({ device: id });
    profiles.forget();
    expect(profiles.follow(device('changed', URL))).toMatchObject({ device: id });
  });

  test('do not change with what the device announces later; a file with its id goes before all', () => {
    const wide = 'https://wide.example/';
    const profiles = installed([URL, profile(URL)], [wide, profile(wide)]);
    profiles.follow(device('found', URL));
    expect(profiles.follow(device('changed', wide))).toBeUndefined();
    const named = installed([id, profile('own')], [wide, profile(wide)]);
    expect(named.follow(device('found', wide))).toMatchObject({ profile: { url: 'own' } });
  });

  test('that are installed, changed or removed later are told for the devices that are there, and only then', () => {
    const known = { id, mudUrl: URL };
    const profiles = new Profiles();
    const install = (...files: [name: string, profile: MudProfile][]) =>
      profiles.install(START, new Map(files), [known]).map((told) => told.profile?.isSupported);
    expect(install()).toEqual([]);
    expect(install([URL, profile(URL)])).toEqual([true]);
    expect(install([URL, profile(URL)])).toEqual([]);
    expect(install([URL, { ...profile(URL), isSupported: false }])).toEqual([false]);
    expect(install()).toEqual([undefined]);
    known.mudUrl = 'https://wide.example/';
    expect(install([known.mudUrl, profile(known.mudUrl)])).toEqual([]);
    expect(install([URL, profile(URL)])).toEqual([true]);
  });
});
