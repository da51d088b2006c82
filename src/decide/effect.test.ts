import { describe, expect, it } from 'vitest';
import type { DesiredPolicy, PolicyDevice } from '../model/policy.ts';
import { type Asked, Effects } from './effect.ts';

const device = (id: string, more: Partial<PolicyDevice> = {}): PolicyDevice => ({
  id,
  macs: [],
  addresses: [],
  mode: 'enforce',
  limits: {},
  unneeded: [],
  critical: ['203.0.113.9'],
  ...more,
});

const POLICY: DesiredPolicy = {
  lan: [],
  home: ['192.0.2.0/24', '2001:db8:1::/64'],
  routers: [],
  resolvers: ['192.0.2.1', '198.51.100.53'],
  page: { addresses: [], ports: [] },
  consoles: [],
  spoofing: { mode: 'off', exempt: [] },
  strangers: { mode: 'off', connections: { perSecond: 1, burst: 1 } },
  hold: 10,
  devices: [device('d-1'), device('d-2')],
  allows: [],
  blocks: [],
};

const to = (node: Asked['node'], more: Partial<Asked> = {}): Asked => ({
  device: 'd-1',
  node,
  protocol: 6,
  port: 443,
  initiator: 'device',
  ...more,
});
const FAR = { name: 'a.example', addresses: ['203.0.113.1'] };
const effect = (policy: Partial<DesiredPolicy>, asked: Asked) => new Effects({ ...POLICY, ...policy }).of(asked);
const node = { name: 'a.example', addresses: ['203.0.113.1'], prefixes: [] };

describe('a block', () => {
  it.each<[string, Asked, string | undefined]>([
    ['by name', to({ name: 'a.example', addresses: [] }), 'b'],
    ['by an address that the name has, also under another name', to({ ...FAR, name: 'b.example' }), 'b'],
    ['not of other far ends', to({ name: 'c.example', addresses: ['203.0.113.2'] }), undefined],
  ])('of a node: %s', (_, asked, cutBy) => {
    expect(effect({ blocks: [{ id: 'b', node }] }, asked).cutBy).toBe(cutBy);
    expect(effect({ blocks: [{ id: 'b', device: 'd-1', node }] }, asked).cutBy).toBe(cutBy);
    expect(effect({ blocks: [{ id: 'b', device: 'd-2', node }] }, asked).cutBy).toBeUndefined();
  });

  it('of a prefix', () => {
    const blocks = [{ id: 'b', node: { addresses: [], prefixes: ['203.0.113.0/24'] } }];
    expect(effect({ blocks }, to({ addresses: ['203.0.113.77'] }))).toEqual({ cutBy: 'b' });
    expect(effect({ blocks }, to({ addresses: ['203.0.114.1'] }))).toEqual({});
  });

  it('of one device with another, as either of them sees it', () => {
    const other = { device: 'd-2', addresses: ['192.0.2.2'], prefixes: [] };
    const service = { protocol: 6, port: 443, initiator: 'device' as const };
    const seenBy2 = (more: Partial<Asked> = {}) => to({ device: 'd-1' }, { device: 'd-2', initiator: 'node', ...more });
    for (const blocks of [
      [{ id: 'b', device: 'd-1', node: other }],
      [{ id: 'b', device: 'd-1', node: other, service }],
    ]) {
      expect(effect({ blocks }, to({ device: 'd-2' }))).toEqual({ cutBy: 'b' });
      expect(effect({ blocks }, seenBy2())).toEqual({ cutBy: 'b' });
      expect(effect({ blocks }, to({ device: 'd-3' }))).toEqual({});
      expect(effect({ blocks }, to(FAR))).toEqual({});
    }
    expect(
      effect({ blocks: [{ id: 'b', device: 'd-1', node: other, service }] }, seenBy2({ initiator: 'device' })),
    ).toEqual({});
  });

  it('of a service, by who began', () => {
    const blocks = [{ id: 'b', device: 'd-1', service: { protocol: 6, port: 25, initiator: 'device' as const } }];
    expect(effect({ blocks }, to(FAR, { port: 25 }))).toEqual({ cutBy: 'b' });
    expect(effect({ blocks }, to(FAR, { port: 25, initiator: 'node' }))).toEqual({});
    expect(effect({ blocks }, to(FAR))).toEqual({});
  });

  it('of a device cuts what others have with it, too', () => {
    expect(effect({ blocks: [{ id: 'b', device: 'd-2' }] }, to({ device: 'd-2' }))).toEqual({ cutBy: 'b' });
  });

  it('is beaten by an allow of either end', () => {
    const blocks = [{ id: 'b', device: 'd-1' }];
    expect(effect({ blocks, allows: [{ id: 'a', device: 'd-1' }] }, to(FAR))).toEqual({ allowedBy: 'a' });
    expect(effect({ blocks, allows: [{ id: 'a', node }] }, to(FAR))).toEqual({ allowedBy: 'a' });
    expect(effect({ blocks, allows: [{ id: 'a', device: 'd-2' }] }, to({ device: 'd-2' }))).toEqual({ allowedBy: 'a' });
  });

  it('never cuts DHCP or the home’s resolver', () => {
    const blocks = [{ id: 'b', device: 'd-1' }];
    expect(effect({ blocks }, to({ addresses: ['192.0.2.1'] }, { protocol: 17, port: 67 }))).toEqual({});
    expect(effect({ blocks }, to({ addresses: ['198.51.100.53'] }, { protocol: 17, port: 53 }))).toEqual({});
    expect(effect({ blocks }, to({ addresses: ['198.51.100.53'] }))).toEqual({ cutBy: 'b' });
  });
});

it('a pause spares what is within the home', () => {
  const blocks = [{ id: 'b', internet: true as const }];
  expect(effect({ blocks }, to(FAR))).toEqual({ cutBy: 'b' });
  for (const inside of [{ device: 'd-2' }, { addresses: ['192.0.2.9'] }, { addresses: ['ff02::fb'] }])
    expect(effect({ blocks }, to(inside))).toEqual({});
});

describe('a step of the ladder', () => {
  const on = (ladder: NonNullable<PolicyDevice['ladder']>) => ({ devices: [device('d-1', { ladder }), device('d-2')] });

  it.each([
    ['slow', on({ id: 's', step: 'slow', bytesPerSecond: 1 }), [], []],
    ['essential', on({ id: 's', step: 'essential', essential: ['203.0.113.5'] }), ['far'], []],
    ['local', on({ id: 's', step: 'local' }), ['far', 'essential'], []],
    ['isolated', on({ id: 's', step: 'isolated' }), ['far', 'essential', 'critical', 'inside', 'resolver'], ['inside']],
  ])('%s', (_, policy, cut, cutOfOther) => {
    const all: Record<string, Asked> = {
      far: to(FAR),
      essential: to({ addresses: ['203.0.113.5'] }),
      critical: to({ addresses: ['203.0.113.9'] }),
      inside: to({ device: 'd-2' }),
      resolver: to({ addresses: ['192.0.2.1'] }, { protocol: 17, port: 53 }),
    };
    const names = Object.keys(all);
    expect(names.filter((name) => effect(policy, all[name]!).cutBy)).toEqual(cut);
    const other = effect(policy, to({ device: 'd-1' }, { device: 'd-2' })).cutBy ? ['inside'] : [];
    expect(other).toEqual(cutOfOther);
  });
});
