import { describe, expect, it } from 'vitest';
import { FakeHome } from '../../dev/fake-home.ts';
import { EVERYBODY } from '../picture/graph.ts';
import { en } from '../text/en.ts';
import { concerns, deviceOf, type Known, membersOf, peersOf } from './peers.ts';

const home = new FakeHome({ devices: 6, farEnds: 40, seed: 3, at: 1e12 });
const [camera, lamp] = home.devices;
const known: Known = {
  devices: new Map(home.devices.map((device) => [device.id, device])),
  rules: new Map(),
  at: home.at,
  words: en,
};
const of = (chosen: string) => home.conversations.filter((conversation) => concerns(chosen, conversation));

describe('What belongs to a circle', () => {
  it('is all that a device says, and what is said to it', () => {
    const own = of(`d:${lamp!.id}`);
    expect(own.some(({ device }) => device === lamp!.id)).toBe(true);
    expect(own.some(({ node }) => node.device === lamp!.id)).toBe(true);
    expect(own.every(({ device, node }) => device === lamp!.id || node.device === lamp!.id)).toBe(true);
  });

  it('is one far end, all names under one domain, or everybody who listens', () => {
    const { key } = home.conversations[0]!.node;
    expect(new Set(of(`n:${key}`).map(({ node }) => node.key))).toEqual(new Set([key]));
    const domain = key.split('.').slice(-2).join('.');
    expect(of(`g:${domain}`).every(({ node }) => node.key.endsWith(domain))).toBe(true);
    expect(of(EVERYBODY).every(({ node }) => node.role === 'multicast')).toBe(true);
    expect(of('')).toEqual([]);
  });

  it.each([
    ['d:x', 'x'],
    ['o:x', 'x'],
    ['n:x', undefined],
  ])('%s stands for device %s', (chosen, device) => expect(deviceOf(chosen)).toBe(device));
});

describe('The other ends', () => {
  it('of a device are acted on as that device meets them; its router and groups are not', () => {
    const peers = peersOf(`d:${camera!.id}`, of(`d:${camera!.id}`), known);
    const far = peers.find(({ id }) => id.startsWith('n:') && !id.includes('role:'))!;
    expect(far.subject).toMatchObject({ kind: 'far', device: camera!.id });
    expect(peers.find(({ id }) => id === 'n:role:router')!.subject).toBeUndefined();
    expect(peers.map(({ bytes }) => bytes)).toEqual(peers.map(({ bytes }) => bytes).toSorted((a, b) => b - a));
  });

  it('of a device are devices, too, each as a pair with it, whoever of them began', () => {
    const [between] = home.conversations.filter(({ node }) => node.device === lamp!.id);
    const { device } = between!;
    for (const [chosen, other] of [
      [device, lamp!.id],
      [lamp!.id, device],
    ]) {
      const peer = peersOf(`d:${chosen}`, of(`d:${chosen}`), known).find(({ id }) => id === `d:${other}`);
      expect(peer!.subject).toMatchObject({ kind: 'far', device, far: { device: lamp!.id } });
    }
  });

  it('of a far end are devices, each as a pair with it', () => {
    const { key, name } = home.conversations[0]!.node;
    const [peer] = peersOf(`n:${key}`, of(`n:${key}`), known);
    expect(peer!.subject).toMatchObject({ kind: 'far', far: { key, name } });
    expect(peer!.id).toBe(`d:${home.conversations[0]!.device}`);
  });

  it('of many drawn as one are devices as such, and the many can be told apart', () => {
    const chosen = EVERYBODY;
    expect(peersOf(chosen, of(chosen), known).every(({ subject }) => subject?.kind === 'device')).toBe(true);
    const all = home.conversations.filter(({ node }) => node.role === undefined && node.device === undefined);
    expect(membersOf(all, known)).toHaveLength(new Set(all.map(({ node }) => node.key)).size);
  });
});
