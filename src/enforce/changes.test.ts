import { describe, expect, it } from 'vitest';
import type { DesiredPolicy, PolicyBlock } from '../model/policy.ts';
import { elementChanges } from './changes.ts';
import { compile } from './ruleset.ts';
import { openPolicy, withDevice } from './testing/bed.ts';

const changes = (before: DesiredPolicy, after: DesiredPolicy) => elementChanges(compile(before), compile(after));
const blocks = (...some: PolicyBlock[]) => openPolicy({ blocks: some });
const node = (...addresses: string[]) => ({ addresses, prefixes: [] });

describe('what changes by elements alone', () => {
  it.each<[string, DesiredPolicy]>([
    ['a block of a device', blocks({ id: 'b', device: 'd-1' })],
    ['of a conversation', blocks({ id: 'b', device: 'd-1', node: node('203.0.113.2') })],
    [
      'of one of its services',
      blocks({
        id: 'b',
        device: 'd-1',
        node: node('203.0.113.2'),
        service: { protocol: 6, port: 443, initiator: 'device' },
      }),
    ],
    ['a pause of a device', blocks({ id: 'b', device: 'd-1', internet: true })],
    ['an allowed device', openPolicy({ allows: [{ id: 'a', device: 'd-1' }] })],
    ['a step of the ladder', withDevice({ ladder: { id: 'q', step: 'essential', essential: ['203.0.113.2'] } })],
    ['a slower device', withDevice({ ladder: { id: 'q', step: 'slow', bytesPerSecond: 32_000 } })],
    ['tripwires', withDevice({ mode: 'enforce', limits: { packets: { perSecond: 10, burst: 10 } } })],
  ])('%s, and its undoing', (_, after) => {
    expect(changes(openPolicy(), after)!.length).toBeGreaterThan(2);
    expect(changes(after, openPolicy())!.length).toBeGreaterThan(2);
  });

  it('is a new address of a blocked device', () => {
    const blocked = blocks({ id: 'b', device: 'd-1' });
    const moved = changes(blocked, withDevice({ addresses: ['192.0.2.99'] }, blocked))!;
    expect(moved.filter(({ set }) => set === 'block_in_device4')).toMatchObject([
      { action: 'delete', keys: ['192.0.2.2'] },
      { action: 'add', elements: [['192.0.2.99', '']] },
    ]);
  });

  it('is a block for every device from its second on: each packet is looked up then', () => {
    const one = blocks({ id: 'b', node: node('203.0.113.2') });
    expect(changes(openPolicy(), one)).toBeUndefined();
    expect(changes(one, blocks({ id: 'b', node: node('203.0.113.2', '203.0.113.3') }))).toEqual([
      { action: 'flush', set: 'passed_out', type: 'ct id', counts: false },
      { action: 'flush', set: 'passed_in', type: 'ct id', counts: false },
      { action: 'add', set: 'block_out_address4', type: 'ipv4_addr', counts: true, elements: [['203.0.113.3', '']] },
      { action: 'add', set: 'block_in_address4', type: 'ipv4_addr', counts: true, elements: [['203.0.113.3', '']] },
    ]);
  });

  it('is nothing where nothing changes', () => {
    expect(changes(openPolicy(), openPolicy())).toEqual([]);
  });

  it('is no change of prefixes, nor one of very much', () => {
    const prefix = { addresses: [], prefixes: ['203.0.113.0/24'] };
    expect(changes(openPolicy(), blocks({ id: 'b', device: 'd-1', node: prefix }))).toBeUndefined();
    const many = Array.from({ length: 1001 }, (_, i) => `198.18.${i >> 8}.${i & 255}`);
    expect(changes(openPolicy(), blocks({ id: 'b', device: 'd-1', node: node(...many) }))).toBeUndefined();
  });

  it('takes away what has something else beside it before it is added anew', () => {
    const slow = (bytesPerSecond: number) => withDevice({ ladder: { id: 'q', step: 'slow', bytesPerSecond } });
    const of = changes(slow(32_000), slow(64_000))!.filter(({ set }) => set === 'slow');
    expect(of.map(({ action }) => action)).toEqual(['delete', 'add']);
  });
});
