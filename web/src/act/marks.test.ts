import { describe, expect, it } from 'vitest';
import type { RuleView } from '../../../src/contract/api.ts';
import { FakeHome } from '../../dev/fake-home.ts';
import { FakeRules } from '../../dev/fake-rules.ts';
import { stamp } from '../../dev/fake-standing.ts';
import { deviceMark, farMark, rulesOn } from './marks.ts';

function householdOf() {
  const home = new FakeHome({ devices: 4, farEnds: 12, seed: 3, at: Date.UTC(2026, 10, 23, 12) });
  const rules = new FakeRules(home);
  const want = (action: RuleView['action'], target: RuleView['target'], when: RuleView['when'] = { always: true }) => {
    const { rule } = rules.set({ action, target, when });
    stamp(home, rules);
    return rule.id;
  };
  const [camera, lamp] = home.devices;
  const call = home.conversations.find((one) => one.device === camera!.id && one.node.name !== undefined)!;
  const devices = new Map(home.devices.map((device) => [device.id, device]));
  return { home, rules, want, camera: camera!, lamp: lamp!, call, known: { rules: rules.rules, devices } };
}

describe('A device is marked', () => {
  it('by nothing, as long as nobody wants anything of it', () => {
    const { camera, rules, want, lamp } = householdOf();
    want('block', { device: lamp.id });
    expect(deviceMark(camera, rules.rules)).toBeUndefined();
  });

  it('by the strictest of what holds for it, its groups and the home', () => {
    const { camera, rules, want } = householdOf();
    want('allow', { device: camera.id });
    expect(deviceMark(camera, rules.rules)?.action).toBe('allow');
    want('slow', { group: 'kind:camera' });
    expect(deviceMark(camera, rules.rules)?.action).toBe('slow');
    want('pause', {});
    expect(deviceMark(camera, rules.rules)?.action).toBe('pause');
    want('isolated', { device: camera.id });
    expect(deviceMark(camera, rules.rules)?.action).toBe('isolated');
  });

  it('not by what is cut of it only towards one far end, nor by what is hidden', () => {
    const { camera, rules, want, call } = householdOf();
    want('block', { device: camera.id, node: { name: call.node.name! } });
    want('ignore', { device: camera.id });
    expect(deviceMark(camera, rules.rules)).toBeUndefined();
    expect(camera.hidden).toBe(true);
  });

  it('not by what is scheduled for another time, and as wanted only where nothing enforces it', () => {
    const { camera, rules, want } = householdOf();
    const day = ((new Date(Date.UTC(2026, 10, 23, 12)).getDay() + 6) % 7) + 1;
    want('block', { device: camera.id }, { weekly: [{ days: [(day % 7) + 1], from: '08:00', to: '09:00' }] });
    expect(deviceMark(camera, rules.rules)).toBeUndefined();
    rules.enforcement = { ...rules.enforcement, state: 'passive' };
    want('pause', { device: camera.id });
    expect(deviceMark(camera, rules.rules)).toEqual({ action: 'pause', wanted: true });
  });
});

describe('A far end is marked', () => {
  it('by a rule of its own, not by one of the whole device', () => {
    const { rules, want, call, camera } = householdOf();
    const whole = want('block', { device: camera.id });
    expect(call.cutBy).toBe(whole);
    expect(farMark(call, rules.rules)).toBeUndefined();
    rules.remove(whole);
    want('block', { node: { name: call.node.name! } });
    expect(farMark(call, rules.rules)?.action).toBe('block');
    want('allow', { node: { name: call.node.name! } });
    expect(farMark(call, rules.rules)?.action).toBe('allow');
  });
});

describe('What is in force on something', () => {
  it('is what names it, its group or the whole home', () => {
    const { known, want, camera, lamp, call } = householdOf();
    const own = want('block', { device: camera.id });
    const group = want('slow', { group: 'kind:camera' });
    const far = want('block', { node: { name: call.node.name! } });
    const pair = want('block', { device: lamp.id, node: { name: call.node.name! } });
    const everything = want('pause', {});
    const idsOn = (subject: Parameters<typeof rulesOn>[0]) => rulesOn(subject, known).map(({ id }) => id);
    expect(idsOn({ kind: 'device', id: camera.id }).sort()).toEqual([own, group, everything].sort());
    expect(idsOn({ kind: 'group', id: 'kind:camera' })).toEqual([group]);
    expect(idsOn({ kind: 'group', id: 'all' })).toEqual([everything]);
    expect(idsOn({ kind: 'far', far: call.node }).sort()).toEqual([far, pair].sort());
    expect(idsOn({ kind: 'far', far: call.node, device: camera.id })).not.toContain(pair);
  });

  it('is, between two devices of the home, what cuts them from each other or either of them from all, whoever is named first', () => {
    const { home, known, want, camera, lamp } = householdOf();
    const third = home.devices[2]!;
    const both = [want('block', { device: camera.id, node: { device: lamp.id } }), want('slow', { device: lamp.id })];
    want('block', { device: camera.id, node: { device: third.id } });
    want('block', { device: third.id });
    const idsOn = (device: string, other: string) => {
      const far = { key: `device:${other}`, device: other };
      return rulesOn({ kind: 'far', far, device }, known).map(({ id }) => id);
    };
    expect(idsOn(camera.id, lamp.id)).toEqual(both);
    expect(idsOn(lamp.id, camera.id)).toEqual(both);
    expect(rulesOn({ kind: 'device', id: lamp.id }, known).map(({ id }) => id)).toEqual(both);
  });
});
