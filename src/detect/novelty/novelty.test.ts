import { describe, expect, it } from 'vitest';
import type { Kind } from '../../model/kinds.ts';
import type { MudProfile } from '../../model/mud.ts';
import type { Observation } from '../../model/observation.ts';
import { BEYOND, CAMERA, type FlowSpec, flows, lookUp, PHONE, START } from '../../track/testing.ts';
import { DAY, HOUR, MINUTE, SECOND, ticks, type Watch, watch } from '../testing/watch.ts';
import { habitBookOf } from './habit-book.ts';
import { novelty } from './novelty.ts';

const CLOUD = BEYOND('198.51.100.10');
const STRANGE = BEYOND('203.0.113.77');
const is = (to: Kind, { mac } = CAMERA): Observation => {
  const command = { name: 'set-kind', device: `d-${mac.replaceAll(':', '')}`, to } as const;
  return { kind: 'command', at: START, by: 'owner', command };
};
const call = (at: number, spec: Partial<FlowSpec> = {}) =>
  flows(at, { from: CAMERA, to: CLOUD, at, slot: 5, sourcePort: 30_000 + (at % 9999), ...spec });
const named = (at: number, name: string, address: string, spec: Partial<FlowSpec> = {}) => [
  lookUp(at, spec.from ?? CAMERA, name, [address], 300),
  call(at + SECOND, { to: BEYOND(address), ...spec }),
];
/** Two weeks in which the camera calls its cloud every hour. */
const ordinary = (who = CAMERA, kind: Kind = 'camera'): Watch => {
  const watched = watch(novelty);
  watched.take(flows(START, { from: who, to: CLOUD }), is(kind, who));
  for (const at of ticks(START, HOUR, 14 * 24))
    watched.take(...named(at, 'cloud.vendor.example', CLOUD.address, { from: who }));
  return watched;
};
const LATER = START + 15 * DAY;

describe('novelty', () => {
  it('is an address without a name, at an odd port, after weeks', () => {
    const watched = ordinary();
    watched.take(call(LATER, { to: STRANGE, port: 23_455 }));
    expect(watched.findings()).toMatchObject([
      { detector: 'novelty', subject: `tcp/23455 ${STRANGE.address}`, evidence: { service: 'tcp/23455' } },
    ]);
    expect(watched.findings()[0]!.confidence).toBeGreaterThan(0.6);
  });

  it('is not a new server of a known owner or network, nor a new function by name', () => {
    const watched = ordinary();
    watched.take(...named(LATER, 'cdn7.vendor.example', '203.0.113.200'));
    watched.take(call(LATER + HOUR, { to: BEYOND('198.51.100.99') }));
    watched.take(...named(LATER + 2 * HOUR, 'music.streaming.example', '203.0.113.5'));
    expect(watched.findings()).toEqual([]);
  });

  it('is not what comes in an update’s burst', () => {
    const watched = ordinary();
    for (let i = 0; i < 6; i++) watched.take(...named(LATER + i * SECOND, `s.owner${i}.example`, `203.0.113.${i}`));
    watched.take(call(LATER + MINUTE, { to: STRANGE, port: 8123 }));
    expect(watched.findings()).toEqual([]);
  });

  it('is not judged in the first days, nor of computers, phones and whoever needs many places', () => {
    const early = watch(novelty);
    early.take(
      flows(START, { from: CAMERA, to: CLOUD }),
      is('camera'),
      call(START + 3 * DAY, { to: STRANGE, port: 23_455 }),
    );
    expect(early.findings()).toEqual([]);
    const phone = ordinary(PHONE, 'phone');
    phone.take(call(LATER, { from: PHONE, to: STRANGE, port: 23_455 }));
    expect(phone.findings()).toEqual([]);
    const busy = ordinary();
    for (let i = 0; i < 80; i++) busy.take(...named(START + i * 4 * HOUR, `www.site${i}.example`, `192.0.2.${i}`));
    busy.take(call(LATER, { to: STRANGE, port: 23_455 }));
    expect(busy.findings()).toEqual([]);
  });

  it('is not another peer of a camera that always meets strangers over UDP', () => {
    const watched = watch(novelty);
    watched.take(flows(START, { from: CAMERA, to: CLOUD }), is('camera'));
    for (let day = 0; day < 10; day++)
      watched.take(call(START + day * DAY, { to: BEYOND(`192.0.${day}.9`), protocol: 17, port: 40_000 + day }));
    watched.take(call(LATER, { to: STRANGE, protocol: 17, port: 51_234 }));
    expect(watched.findings()).toEqual([]);
  });

  it('outlives a restart: what was learned is given back', () => {
    const before = ordinary();
    const habits = habitBookOf(before.detection.home).all();
    expect(JSON.parse(JSON.stringify(habits))).toEqual(habits);
    const [id] = before.detection.home.devices().map((known) => known.id);
    const known = { id: id!, macs: [CAMERA.mac], addresses: [], hostnames: [], firstSeen: START, lastSeen: LATER };
    const after = watch(novelty);
    after.take({ kind: 'restore', at: LATER, devices: [known], habits }, is('camera'));
    after.take(...named(LATER + SECOND, 'cloud.vendor.example', CLOUD.address));
    expect(after.findings()).toEqual([]);
    after.take(call(LATER + HOUR, { to: STRANGE, port: 23_455 }));
    expect(after.findings()).toHaveLength(1);
  });

  it('is bounded, however many places a device meets', () => {
    const watched = ordinary();
    for (let i = 0; i < 1000; i++)
      watched.take(
        call(START + i * MINUTE, { to: BEYOND(`10.${i >> 8}.${i & 255}.1`.replace('10.', '11.')), port: i + 1 }),
      );
    expect(habitBookOf(watched.detection.home).all()[0]!.places.length).toBeLessThanOrEqual(192);
  });
});

describe('a maker’s profile', () => {
  const profile: MudProfile = {
    url: 'https://vendor.example/camera.json',
    isSupported: true,
    allowed: [{ to: { name: 'cloud.vendor.example' }, protocol: 6, ports: [443, 443] }],
    skipped: 0,
  };

  it('makes what it does not list news from the first hour, and what it lists none', () => {
    const watched = watch(novelty);
    watched.take(flows(START, { from: CAMERA, to: CLOUD, port: 443 }), is('camera'));
    const [id] = watched.detection.home.devices().map((known) => known.id);
    watched.take({ kind: 'profile', at: START, device: id!, profile });
    watched.take(...named(START + MINUTE, 'cloud.vendor.example', CLOUD.address));
    expect(watched.findings()).toEqual([]);
    watched.take(call(START + HOUR, { to: STRANGE }));
    expect(watched.findings()).toMatchObject([{ detector: 'novelty', subject: `tcp/443 ${STRANGE.address}` }]);
  });
});
