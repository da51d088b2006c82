import { describe, expect, it } from 'vitest';
import { actionsFor, isNode, pairOf, type Subject, scopesOf, targetOf } from './subject.ts';

const far = { key: 'cloud.example', name: 'cloud.example' };
const service = { protocol: 'tcp', port: 443, initiator: 'device' as const, label: 'https' };
const conversation: Subject = { kind: 'far', far, device: 'd-1', service };

describe('What a rule can be about', () => {
  it('begins with the narrowest: that which asked', () => {
    expect(scopesOf(conversation)).toEqual(['service', 'pair', 'node', 'device']);
    expect(scopesOf({ kind: 'far', far, device: 'd-1' })).toEqual(['pair', 'node', 'device']);
    expect(scopesOf({ kind: 'far', far })).toEqual(['node']);
    expect(scopesOf({ kind: 'device', id: 'd-1' })).toEqual(['device']);
  });

  it.each([
    [
      'service',
      { device: 'd-1', node: { name: 'cloud.example' }, service: { protocol: 6, port: 443, initiator: 'device' } },
    ],
    ['pair', { device: 'd-1', node: { name: 'cloud.example' } }],
    ['node', { node: { name: 'cloud.example' } }],
    ['device', { device: 'd-1' }],
  ] as const)('%s is %j', (scope, target) => {
    expect(targetOf(conversation, scope, 'block')).toEqual(target);
  });

  it('is an address where no name is known, and a whole protocol where there are no ports', () => {
    const bare: Subject = {
      kind: 'far',
      far: { key: '198.51.100.1' },
      device: 'd-1',
      service: { ...service, protocol: 'gre', port: 0 },
    };
    expect(targetOf(bare, 'service', 'block')).toEqual({
      device: 'd-1',
      node: { address: '198.51.100.1' },
      service: { protocol: 47, initiator: 'device' },
    });
  });

  it('is the home itself when all of it is paused, so that newcomers are, too', () => {
    expect(targetOf({ kind: 'group', id: 'all' }, 'group', 'pause')).toEqual({});
    expect(targetOf({ kind: 'group', id: 'all' }, 'group', 'slow')).toEqual({ group: 'all' });
    expect(targetOf({ kind: 'group', id: 'g-1' }, 'group', 'pause')).toEqual({ group: 'g-1' });
  });

  it('is never a step of the ladder for a far end', () => {
    expect(actionsFor('node')).toEqual(['block', 'allow', 'ignore']);
    expect(actionsFor('pair')).toEqual(['block']);
    expect(actionsFor('device')).toContain('isolated');
  });
});

describe('A far end that no rule can name', () => {
  it.each([
    [{ key: 'cloud.example' }, true],
    [{ key: '198.51.100.1' }, true],
    [{ key: 'role:router', role: 'router' as const }, false],
    [{ key: 'device:d-1', device: 'd-1' }, false],
    [{ key: 'device:d-2' }, false],
    [{ key: '(others)' }, false],
  ])('%j: %s', (node, is) => expect(isNode(node)).toBe(is));
});

describe('Two devices of the home', () => {
  const lamp = { key: 'device:d-2', device: 'd-2' };
  const phoneAndLamp = pairOf('d-1', lamp, service)!;

  it('can be cut from each other, in one way or in all; each can be acted on by itself', () => {
    expect(scopesOf(phoneAndLamp)).toEqual(['service', 'pair', 'device', 'other']);
    expect(scopesOf(pairOf('d-1', lamp)!)).toEqual(['pair', 'device', 'other']);
    expect(actionsFor('other')).toEqual(actionsFor('device'));
  });

  it.each([
    ['service', { device: 'd-1', node: { device: 'd-2' }, service: { protocol: 6, port: 443, initiator: 'device' } }],
    ['pair', { device: 'd-1', node: { device: 'd-2' } }],
    ['device', { device: 'd-1' }],
    ['other', { device: 'd-2' }],
  ] as const)('%s is %j', (scope, target) => expect(targetOf(phoneAndLamp, scope, 'block')).toEqual(target));

  it('are known also by the key alone, as lists over all history have it', () => {
    const met = { key: 'device:d-2', name: 'device:d-2' };
    expect(targetOf(pairOf('d-1', met)!, 'pair', 'block')).toEqual({
      device: 'd-1',
      node: { device: 'd-2' },
    });
  });

  it.each([
    ['the router', { key: 'role:router', role: 'router' as const }],
    ['a group', { key: '(others)' }],
    ['the device itself', { key: 'device:d-1', device: 'd-1' }],
  ])('are not a device and %s', (_who, met) => expect(pairOf('d-1', met)).toBeUndefined());

  it('and a node are a device and a far end', () => {
    expect(scopesOf(pairOf('d-1', { key: 'cloud.example' })!)).toEqual(['pair', 'node', 'device']);
  });
});
