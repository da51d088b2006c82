import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GuardPreferences, HomeFacts, RuleAction, RuleCommand, RuleTarget } from '../model/household.ts';
import { nextPolicyChange, policyAt } from './policy.ts';
import { Refusal } from './refusal.ts';
import { command, expire, merge, type Rules } from './rules.ts';
import { isActive, nextChange } from './schedule.ts';

const HOUR = 3_600_000;
/** Wednesday. */
const NOON = Date.UTC(2026, 6, 1, 12);
const NONE: Rules = new Map();

const device = (n: number, groups: string[] = []) => ({
  id: `d-${n}`,
  macs: [`02:00:00:00:00:0${n}`],
  addresses: [`192.0.2.${n + 10}`, `2001:db8:1::${n}`],
  groups,
  tripwires: { mode: 'enforce' as const, limits: {}, unneeded: [] },
  critical: ['alarm.example.com'],
  essential: ['update.example.com'],
});

const HOME: HomeFacts = {
  utcOffset: 120,
  midnight: Date.UTC(2026, 6, 1, 22),
  lan: ['br-lan'],
  prefixes: ['192.0.2.0/24', '2001:db8:1::/64'],
  routers: [{ macs: ['02:00:00:00:00:99'], addresses: ['192.0.2.1', '2001:db8:1::ff'] }],
  resolvers: ['192.0.2.1', '198.51.100.53'],
  page: { addresses: ['192.0.2.2'], ports: [7746] },
  consoles: ['d-3'],
  devices: [device(1, ['children']), device(2, ['children', 'cameras']), device(3)],
  groups: ['children', 'cameras', 'empty'],
  heard: new Map(),
  names: new Map([
    ['video.example.com', ['203.0.113.1', '2001:db8:9::1']],
    ['alarm.example.com', ['203.0.113.9']],
    ['update.example.com', ['203.0.113.8', '192.0.2.1', '192.0.2.77']],
  ]),
};

const PREFERENCES: GuardPreferences = {
  spoofing: { mode: 'enforce', exempt: [] },
  strangers: { mode: 'enforce', connections: { perSecond: 100, burst: 200 } },
  hold: 10,
  slowBytesPerSecond: 16_000,
};

const set = (
  action: RuleAction,
  target: RuleTarget,
  when: Extract<RuleCommand, { name: 'set-rule' }>['when'] = { always: true },
): RuleCommand => ({
  name: 'set-rule',
  action,
  target,
  when,
});
const obey = (commands: readonly RuleCommand[], at = NOON, rules: Rules = NONE): Rules =>
  commands.reduce((now, one) => command(now, one, 'anna', at, HOME), rules);
const policy = (rules: Rules, at = NOON, home = HOME) => policyAt(rules, home, PREFERENCES, at);
const sorted = (rules: Rules) => [...rules.values()].sort((a, b) => (a.id < b.id ? -1 : 1));

describe('rules become policy', () => {
  it('a group is its devices', () => {
    const { blocks } = policy(obey([set('block', { group: 'children', node: { name: 'Video.Example.COM.' } })]));
    const id = 'block group=children node=video.example.com';
    const node = { name: 'video.example.com', addresses: ['2001:db8:9::1', '203.0.113.1'], prefixes: [] };
    expect(blocks).toEqual([
      { id, device: 'd-1', node },
      { id, device: 'd-2', node },
    ]);
  });

  it('a name is what it resolves to now', () => {
    const rules = obey([set('block', { node: { name: 'video.example.com' } })]);
    const names = new Map([['video.example.com', ['203.0.113.50']]]);
    expect(policy(rules, NOON, { ...HOME, names }).blocks[0]?.node?.addresses).toEqual(['203.0.113.50']);
    expect(policy(rules, NOON, { ...HOME, names: new Map() }).blocks[0]?.node?.addresses).toEqual([]);
  });

  it('a name that claims to be the home or its resolver is not believed', () => {
    const rules = obey([set('block', { node: { name: 'update.example.com' } })]);
    expect(policy(rules).blocks[0]?.node?.addresses).toEqual(['203.0.113.8']);
    const names = new Map([['update.example.com', ['198.51.100.53', '192.0.2.5']]]);
    expect(policy(rules, NOON, { ...HOME, names }).blocks[0]?.node?.addresses).toEqual([]);
  });

  it('two devices of the home are cut from each other at all the addresses that the other has', () => {
    const [one, two] = HOME.devices;
    const rules = obey([set('block', { device: one!.id, node: { device: two!.id } })]);
    const node = { device: two!.id, addresses: two!.addresses, prefixes: [] };
    expect(policy(rules).blocks).toMatchObject([{ device: one!.id, node }]);
    const moved = {
      ...HOME,
      devices: HOME.devices.map((device) => (device === two ? { ...two, addresses: ['192.0.2.88'] } : device)),
    };
    expect(policyAt(rules, moved, PREFERENCES, NOON).blocks[0]!.node!.addresses).toEqual(['192.0.2.88']);
    expect(sorted(merge(rules, two!.id, 'd-3'))).toMatchObject([
      { target: { device: one!.id, node: { device: 'd-3' } } },
    ]);
    expect(sorted(merge(rules, two!.id, one!.id))).toEqual([]);
  });

  it('what a device heard elsewhere binds that device alone, and frees nothing', () => {
    const heard = new Map([['d-1', new Map([['video.example.com', ['203.0.113.1', '203.0.113.7', '192.0.2.1']]])]]);
    const home = { ...HOME, heard };
    const name = 'video.example.com';
    const rules = obey([set('block', { node: { name } }), set('allow', { node: { name } })]);
    const { blocks, allows } = policy(rules, NOON, home);
    const known = { name, addresses: ['2001:db8:9::1', '203.0.113.1'], prefixes: [] };
    const id = `block node=${name}`;
    expect(blocks).toEqual([
      { id, node: known },
      { id, device: 'd-1', node: { name, addresses: ['203.0.113.7'], prefixes: [] } },
    ]);
    expect(allows).toEqual([{ id: `allow node=${name}`, node: known }]);
    const ofTwo = policy(obey([set('block', { group: 'children', node: { name } })]), NOON, home).blocks;
    expect(ofTwo.map(({ device, node }) => [device, node?.addresses.length])).toEqual([
      ['d-1', 3],
      ['d-2', 2],
    ]);
  });

  it('a rule of an empty group is kept for the devices that will come', () => {
    expect(policy(obey([set('block', { group: 'empty' })])).blocks).toEqual([]);
  });

  it('what is blocked for all is one entry, where one can say it', () => {
    const home = {
      ...HOME,
      groups: ['all'],
      devices: HOME.devices.map((one) => ({ ...one, groups: ['all'] })),
      consoles: [],
    };
    const blocks = (action: RuleAction, target: RuleTarget) => {
      const asked = set(action, { group: 'all', ...target });
      return policy(command(NONE, asked, 'anna', NOON, home), NOON, home).blocks.map(({ device }) => device);
    };
    const service = { protocol: 6, port: 25, initiator: 'device' as const };
    const node = { address: '203.0.113.1' };
    expect(blocks('pause', {})).toEqual([undefined]);
    expect(blocks('block', { node })).toEqual([undefined]);
    expect(blocks('block', { service })).toEqual([undefined]);
    expect(blocks('block', { node, service })).toEqual(['d-1', 'd-2', 'd-3']);
    expect(blocks('block', {})).toEqual(['d-1', 'd-2', 'd-3']);
  });

  it('an hour’s pause does not end the pause of every night', () => {
    const nightly = { weekly: [{ days: [1, 2, 3, 4, 5, 6, 7], from: '22:00', to: '07:00' }] };
    const rules = obey([set('pause', { device: 'd-1' }, nightly), set('pause', { device: 'd-1' }, { for: HOUR })]);
    expect(policy(rules).blocks).toHaveLength(1);
    expect(policy(rules, NOON + HOUR).blocks).toEqual([]);
    expect(policy(expire(rules, NOON + HOUR), NOON + 11 * HOUR).blocks).toHaveLength(1);
  });

  it('two devices that turn out to be one keep the rules of both, the later word where they differ', () => {
    const earlier = obey([set('block', { device: 'd-1' }), set('slow', { device: 'd-2' })]);
    const rules = obey([set('local', { device: 'd-1' })], NOON + 1, earlier);
    const merged = merge(rules, 'd-1', 'd-2');
    expect(sorted(merged).map(({ id, action }) => [id, action])).toEqual([
      ['block device=d-2', 'block'],
      ['step device=d-2', 'local'],
    ]);
    expect(merge(merged, 'd-9', 'd-2')).toBe(merged);
  });

  it('a pause is of a device, a group or the home, and spares the home’s own traffic', () => {
    const rules = obey([set('pause', {}), set('pause', { group: 'cameras' })]);
    expect(policy(rules).blocks).toEqual([
      { id: 'pause', internet: true },
      { id: 'pause group=cameras', internet: true, device: 'd-2' },
    ]);
  });

  it('ignore changes nothing in the kernel', () => {
    expect(policy(obey([set('ignore', { device: 'd-1' })]))).toEqual(policy(NONE));
  });

  it('a device is on one step: the last one said, and the highest of its own and its groups', () => {
    const steps = (commands: RuleCommand[]) => policy(obey(commands)).devices.map(({ ladder }) => ladder?.step);
    expect(steps([set('isolated', { device: 'd-1' }), set('slow', { device: 'd-1' })])).toEqual([
      'slow',
      undefined,
      undefined,
    ]);
    expect(steps([set('local', { group: 'children' }), set('essential', { device: 'd-2' })])).toEqual([
      'local',
      'local',
      undefined,
    ]);
    expect(policy(obey([set('essential', { device: 'd-2' })])).devices[1]?.ladder).toMatchObject({
      essential: ['203.0.113.8'],
    });
  });

  it('no rule of a device fits a router, and the console is told to the kernel', () => {
    const home = { ...HOME, devices: [...HOME.devices, { ...device(4), macs: ['02:00:00:00:00:99'] }] };
    const made = policyAt(NONE, home, PREFERENCES, NOON);
    expect(made.devices.map(({ id }) => id)).toEqual(['d-1', 'd-2', 'd-3']);
    expect(made.consoles).toEqual([{ mac: '02:00:00:00:00:03', addresses: ['192.0.2.13', '2001:db8:1::3'] }]);
    expect(made.routers).toEqual(['02:00:00:00:00:99']);
  });
});

describe('time', () => {
  it.each<[string, Parameters<typeof set>[2], number]>([
    ['for a while', { for: 2 * HOUR }, NOON + 2 * HOUR],
    ['until a moment', { until: NOON + HOUR }, NOON + HOUR],
    ['until tomorrow, by the clock of the home', { tomorrow: true }, Date.UTC(2026, 6, 1, 22)],
  ])('%s', (_, when, end) => {
    const rules = obey([set('block', { device: 'd-1' }, when)]);
    expect(policy(rules, end - 1).blocks).toHaveLength(1);
    expect(policy(rules, end)).toEqual(policy(NONE));
    expect(nextPolicyChange(rules, HOME, NOON)).toBe(end);
    expect(expire(rules, end - 1)).toBe(rules);
    expect(expire(rules, end).size).toBe(0);
  });

  it('several slots a week, across midnight and across the end of the week', () => {
    const weekly = [
      { days: [7], from: '22:00', to: '06:30' },
      { days: [1, 2], from: '13:00', to: '14:00' },
    ];
    const at = (day: number, hour: number, minute = 0) => Date.UTC(2026, 6, day, hour - 2, minute);
    const active = (time: number) => isActive({ weekly }, time, 120);
    expect(
      [at(5, 21, 59), at(5, 22), at(6, 6, 29), at(6, 6, 30), at(6, 13), at(6, 14), at(7, 13, 30), at(8, 13, 30)].map(
        active,
      ),
    ).toEqual([false, true, true, false, true, false, true, false]);
    expect(nextChange({ weekly }, at(5, 12), 120)).toBe(at(5, 22));
    expect(nextChange({ weekly }, at(5, 23), 120)).toBe(at(6, 6, 30));
  });

  it('a slot as long as a day is the whole day', () => {
    const weekly = [{ days: [3], from: '00:00', to: '00:00' }];
    expect([0, 12, 23].map((hour) => isActive({ weekly }, Date.UTC(2026, 6, 1, hour), 0))).toEqual([true, true, true]);
    expect(isActive({ weekly }, Date.UTC(2026, 6, 2), 0)).toBe(false);
  });

  it('changes exactly when it says that it changes next', () => {
    const clock = fc
      .tuple(fc.nat(23), fc.nat(59))
      .map((parts) => parts.map((n) => String(n).padStart(2, '0')).join(':'));
    const slot = fc.record({
      days: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
      from: clock,
      to: clock,
    });
    const weekly = fc.array(slot, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(weekly, fc.nat(14 * 24 * HOUR), fc.integer({ min: -720, max: 840 }), (weekly, after, offset) => {
        const at = NOON + after;
        const next = nextChange({ weekly }, at, offset)!;
        expect(next).toBeGreaterThan(at);
        expect(next - at).toBeLessThanOrEqual(7 * 24 * HOUR);
        for (const part of [0.1, 0.5, 0.999]) {
          const between = at + part * (next - at);
          expect(isActive({ weekly }, between, offset)).toBe(isActive({ weekly }, at, offset));
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('commands', () => {
  const target = fc.oneof<fc.Arbitrary<RuleTarget>[]>(
    fc.constantFrom('d-1', 'd-2').map((id) => ({ device: id })),
    fc.constantFrom({ group: 'children' }, { group: 'cameras' }),
    fc.constantFrom(
      { node: { name: 'video.example.com' } },
      { node: { address: '203.0.113.1' } },
      { node: { prefix: '203.0.113.0/24' } },
    ),
  );
  const order = fc
    .tuple(fc.constantFrom<RuleAction>('block', 'allow', 'ignore', 'pause', 'slow', 'local'), target, fc.boolean())
    .filter(([action, { node }]) => !node || ['block', 'allow', 'ignore'].includes(action))
    .map(([action, where, set_]) => ({ command: set(action, where), undo: !set_ }));
  const idOf = (one: RuleCommand) => [...obey([one]).keys()][0]!;
  const run = (orders: Array<{ command: RuleCommand; undo: boolean }>): Rules =>
    orders.reduce((rules, { command: one, undo }) => {
      if (!undo) return obey([one], NOON, rules);
      const id = idOf(one);
      return rules.has(id) ? obey([{ name: 'remove-rule', id }], NOON, rules) : rules;
    }, NONE);

  it('any sequence ends as its shortest equivalent: the last word on each thing, in any order', () => {
    fc.assert(
      fc.property(fc.array(order, { maxLength: 12 }), (orders) => {
        const last = new Map(orders.map((one) => [idOf(one.command), one]));
        const shortest = [...last.values()].filter(({ undo }) => !undo).reverse();
        expect(sorted(run(shortest))).toEqual(sorted(run(orders)));
        expect(policy(run(shortest))).toEqual(policy(run(orders)));
      }),
      { numRuns: 200 },
    );
  });

  it('repeated change nothing, undone leave nothing, expired leave nothing', () => {
    fc.assert(
      fc.property(fc.array(order, { maxLength: 8 }), target, (orders, where) => {
        const before = run(orders.map((one) => ({ ...one, undo: false })));
        const one = set('block', where, { for: HOUR });
        fc.pre(!before.has(idOf(one)));
        const after = obey([one], NOON, before);
        expect(sorted(obey([one], NOON, after))).toEqual(sorted(after));
        expect(sorted(obey([{ name: 'remove-rule', id: idOf(one) }], NOON, after))).toEqual(sorted(before));
        expect(policy(after, NOON + HOUR)).toEqual(policy(before, NOON + HOUR));
        expect(sorted(expire(after, NOON + HOUR))).toEqual(sorted(before));
      }),
      { numRuns: 100 },
    );
  });

  it.each<[string, RuleCommand, string, string]>([
    ['an unknown device', set('block', { device: 'd-9' }), 'target.device', 'unknown-device'],
    ['an unknown group', set('block', { group: 'nobody' }), 'target.group', 'unknown-group'],
    ['an unknown rule', { name: 'remove-rule', id: 'x' }, 'id', 'unknown-rule'],
    ['a bad prefix', set('block', { node: { prefix: '203.0.113.0/33' } }), 'target.node.prefix', 'bad-prefix'],
    ['all addresses', set('block', { node: { prefix: '::/0' } }), 'target.node.prefix', 'bad-prefix'],
    ['a bad address', set('block', { node: { address: '203.0.113' } }), 'target.node.address', 'bad-address'],
    ['a bad name', set('block', { node: { name: '<b>.example.com' } }), 'target.node.name', 'bad-name'],
    [
      'a bad port',
      set('block', { service: { protocol: 6, port: 65_536, initiator: 'device' } }),
      'target.service.port',
      'bad-service',
    ],
    ['a block of nothing', set('block', {}), 'target', 'bad-target'],
    [
      'an unknown other device',
      set('block', { device: 'd-1', node: { device: 'd-9' } }),
      'target.node.device',
      'unknown-device',
    ],
    [
      'a device and itself',
      set('block', { device: 'd-1', node: { device: 'd-1' } }),
      'target.node.device',
      'bad-target',
    ],
    ['a device as a node alone', set('block', { node: { device: 'd-1' } }), 'target.node', 'bad-target'],
    ['an end beyond reason', set('block', { device: 'd-1' }, { for: 1e300 }), 'when', 'unusable-schedule'],
    ['a past end', set('block', { device: 'd-1' }, { until: NOON }), 'when', 'unusable-schedule'],
    ['no time at all', set('block', { device: 'd-1' }, { for: Number.NaN }), 'when', 'unusable-schedule'],
    [
      'a clock that is none',
      set('block', { device: 'd-1' }, { weekly: [{ days: [1], from: '24:00', to: '06:00' }] }),
      'when.weekly[0].from',
      'unusable-schedule',
    ],
    [
      'a day that is none',
      set('block', { device: 'd-1' }, { weekly: [{ days: [8], from: '22:00', to: '06:00' }] }),
      'when.weekly[0].days',
      'unusable-schedule',
    ],
    ['blocking the device it is asked from', set('block', { device: 'd-3' }), 'target.device', 'cuts-owner-off'],
    ['isolating the device it is asked from', set('isolated', { device: 'd-3' }), 'target.device', 'cuts-owner-off'],
    ['blocking the router', set('block', { node: { address: '2001:db8:1::ff' } }), 'target.node', 'cuts-owner-off'],
    ['blocking the resolver', set('block', { node: { prefix: '198.51.100.0/24' } }), 'target.node', 'cuts-owner-off'],
    ['blocking the home', set('block', { node: { prefix: '192.0.2.128/25' } }), 'target.node', 'cuts-owner-off'],
  ])('%s is refused with its field, and changes nothing', (_, one, field, code) => {
    const rules = obey([set('block', { device: 'd-1' })]);
    const before = sorted(rules);
    expect(() => obey([one], NOON, rules)).toThrow(Refusal);
    expect(() => obey([one], NOON, rules)).toThrow(expect.objectContaining({ field, code }));
    expect(sorted(rules)).toEqual(before);
  });
});
