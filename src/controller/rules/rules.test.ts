import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type {
  AuditView,
  DeviceView,
  ErrorView,
  GroupChangeView,
  GroupView,
  HomeView,
  PreviewView,
  RuleChangeView,
  RuleView,
  StatusView,
} from '../../contract/api.ts';
import type { DnsObservation, Observation } from '../../model/observation.ts';
import type { DesiredPolicy } from '../../model/policy.ts';
import { onDisk } from '../../store/testing.ts';
import { flows } from '../fake-agent.ts';
import { eventually, PASSWORD, Testbed } from '../testbed.ts';

const CAMERA = '02:00:00:00:00:07';
const TABLET = '02:00:00:00:00:08';
const ROUTER = '02:00:00:00:00:01';
const camera = 'd-020000000007';
const tablet = 'd-020000000008';
const NOW = Date.now();

const answered = (name: string, address: string, more: Partial<DnsObservation> = {}): Observation => ({
  kind: 'dns',
  at: Date.now(),
  client: { mac: CAMERA, address: '192.0.2.7' },
  server: { mac: ROUTER, address: '192.0.2.1' },
  response: true,
  name,
  type: 1,
  rcode: 0,
  size: 80,
  answers: [{ type: 'A', name, ttl: 300, address }],
  ...more,
});

const source = (prefixes: string[]): Observation => ({
  kind: 'source',
  at: Date.now(),
  source: 'test',
  home: { prefixes, macs: [] },
  own: { macs: [ROUTER], addresses: ['192.0.2.1'] },
  coverage: [],
  lost: { events: 0, packets: 0 },
});

/** A camera, a tablet, and the machine of the test itself as the console. */
const GREETING: Observation[] = [
  source(['192.0.2.0/24']),
  { kind: 'neighbour', at: NOW, mac: CAMERA, address: '192.0.2.7', source: 'kernel' },
  { kind: 'neighbour', at: NOW, mac: TABLET, address: '192.0.2.8', source: 'kernel' },
  { kind: 'lease', at: NOW, mac: CAMERA, source: 'lease-file', addresses: ['192.0.2.7'], hostname: 'porch' },
  { kind: 'lease', at: NOW, mac: TABLET, source: 'lease-file', addresses: ['192.0.2.8'], hostname: 'tablet' },
  answered('cloud.example.com', '198.51.100.9'),
];

let bed: Testbed;
let headers: Record<string, string>;
beforeEach(async () => {
  bed = new Testbed();
  await bed.start(GREETING);
  headers = await bed.setUp();
  await eventually(async () => ((await get('/api/devices')) as DeviceView[]).length === 2);
});
afterEach(() => bed.remove());

const get = async (path: string) => (await bed.ask({ path, headers })).json;
const send = (method: string, path: string, body?: unknown) => bed.ask({ method, path, headers, body });
const set = async (body: unknown) => (await send('POST', '/api/rules', body)).json as RuleChangeView;
const remove = (id: string) => send('DELETE', `/api/rules/${encodeURIComponent(id)}`);
const policy = (): DesiredPolicy | undefined => bed.agent!.policies.at(-1)?.policy;
const rules = async () => (await get('/api/rules')) as RuleView[];
const becomes = (look: (now: DesiredPolicy) => boolean) =>
  eventually(() => {
    const now = policy();
    return now !== undefined && look(now) && now;
  });
const always = { always: true };

describe('a rule', () => {
  test('is what the kernel is told, at once, and says so when the kernel does it', async () => {
    const { rule, change } = await set({ action: 'block', target: { device: camera }, when: always });
    expect(change).toBeGreaterThan(0);
    expect(rule).toMatchObject({ action: 'block', by: 'owner', labels: { device: 'porch' }, notes: ['same-network'] });
    await becomes(({ blocks }) => blocks.length === 1 && blocks[0]!.device === camera);
    const inForce = await eventually(async () => (await rules()).find(({ inForce }) => inForce === 'yes'));
    expect(inForce.id).toBe(rule!.id);
    const { revision } = bed.agent!.policies.at(-1)!;
    expect((await get('/api/status')) as StatusView).toMatchObject({
      rules: 1,
      enforcement: { state: 'in-force', revision },
    });
    const [shown] = ((await get('/api/devices')) as DeviceView[]).filter(({ id }) => id === camera);
    expect(shown!.rules).toEqual([rule!.id]);
  });

  test('said twice is one, and taken back leaves nothing', async () => {
    const once = await set({ action: 'block', target: { device: camera }, when: always });
    const twice = await set({ action: 'block', target: { device: camera }, when: always });
    expect(twice).toEqual({ rule: expect.objectContaining({ id: once.rule!.id, since: once.rule!.since }) });
    expect(await remove(once.rule!.id)).toMatchObject({ status: 200, json: { change: expect.any(Number) } });
    await becomes(({ blocks }) => blocks.length === 0);
    expect(await rules()).toEqual([]);
    expect(await remove(once.rule!.id)).toMatchObject({ status: 404, json: { error: { code: 'unknown-rule' } } });
  });

  test('for a while ends by itself, and leaves nothing on the disk', async () => {
    await set({ action: 'pause', target: {}, when: { for: 1_500 } });
    await becomes(({ blocks }) => blocks.length === 1 && blocks[0]!.internet === true);
    await becomes(({ blocks }) => blocks.length === 0);
    expect(await rules()).toEqual([]);
    const left = onDisk(join(bed.config.stateDir, 'spin.db'), (database) =>
      database.prepare('SELECT count(*) AS count FROM rule').get(),
    );
    expect(left).toEqual({ count: 0 });
    expect((await get('/api/audit')) as AuditView[]).toMatchObject([{ kind: 'rule-ended', actor: 'spin' }, {}]);
  });

  test('of a name covers an address that a device is answered with, within a second', async () => {
    await set({ action: 'block', target: { node: { name: 'cloud.example.com' } }, when: always });
    await becomes(({ blocks }) => blocks[0]?.node?.addresses.join() === '198.51.100.9');
    const asked = performance.now();
    bed.agent!.send(answered('cloud.example.com', '198.51.100.77'));
    await becomes(({ blocks }) => blocks[0]?.node?.addresses.includes('198.51.100.77') === true);
    expect(performance.now() - asked).toBeLessThan(1_000);
  });

  test('of a name goes by what a device heard elsewhere for that device alone', async () => {
    await set({ action: 'block', target: { node: { name: 'cloud.example.com' } }, when: always });
    const elsewhere = { server: { mac: ROUTER, address: '198.51.100.53' } };
    bed.agent!.send(answered('cloud.example.com', '198.51.100.200', elsewhere));
    const { blocks } = await becomes(({ blocks }) => blocks.length === 2);
    expect(blocks[0]!.device).toBeUndefined();
    expect(blocks[0]!.node!.addresses).toEqual(['198.51.100.9']);
    expect(blocks[1]).toMatchObject({ device: camera, node: { addresses: ['198.51.100.200'] } });
  });

  test('who only uses the resolver’s address is not believed for all', async () => {
    await set({ action: 'block', target: { node: { name: 'cloud.example.com' } }, when: always });
    const spoofed = { server: { mac: CAMERA, address: '192.0.2.1' }, client: { mac: TABLET, address: '192.0.2.8' } };
    bed.agent!.send(answered('cloud.example.com', '198.51.100.201', spoofed));
    const { blocks } = await becomes(({ blocks }) => blocks.length === 2);
    expect(blocks[1]).toMatchObject({ device: tablet, node: { addresses: ['198.51.100.201'] } });
  });

  test('of a device covers its new address, and the prefix that was just replaced stays home', async () => {
    await set({ action: 'local', target: { device: camera }, when: always });
    bed.agent!.send(source(['192.0.2.0/24', '2001:db8:1::/64']));
    bed.agent!.send({ kind: 'neighbour', at: Date.now(), mac: CAMERA, address: '2001:db8:1::7', source: 'ndp' });
    await becomes(({ devices }) =>
      devices.some(({ id, addresses }) => id === camera && addresses.includes('2001:db8:1::7')),
    );
    bed.agent!.send(source(['192.0.2.0/24', '2001:db8:2::/64']));
    await becomes(({ home }) => home.includes('2001:db8:2::/64') && home.includes('2001:db8:1::/64'));
  });

  test('of two devices covers the other one’s new address, says where it does not hold, and is told of by their names', async () => {
    const target = { device: camera, node: { device: tablet } };
    const { rule } = await set({ action: 'block', target, when: always });
    expect(rule).toMatchObject({ target, labels: { device: 'porch', node: 'tablet' }, notes: ['same-network'] });
    const between = ({ blocks }: DesiredPolicy) => blocks.find(({ device }) => device === camera)?.node?.addresses;
    await becomes((now) => between(now)?.includes('192.0.2.8') === true);
    bed.agent!.send({ kind: 'neighbour', at: Date.now(), mac: TABLET, address: '192.0.2.88', source: 'kernel' });
    await becomes((now) => between(now)?.includes('192.0.2.88') === true);
    expect(
      await send('POST', '/api/rules', { action: 'block', target: { node: { device: tablet } }, when: always }),
    ).toMatchObject({
      status: 400,
      json: { error: { code: 'bad-target', field: 'target.node' } },
    });
  });

  test('hides without changing the kernel', async () => {
    await becomes(({ devices }) => devices.length === 2);
    const before = bed.agent!.policies.length;
    await set({ action: 'ignore', target: { device: camera }, when: always });
    const shown = (await get('/api/devices')) as DeviceView[];
    expect(shown.map(({ id, hidden }) => [id, hidden])).toEqual([
      [camera, true],
      [tablet, undefined],
    ]);
    expect(bed.agent!.policies.length).toBe(before);
    expect((await rules())[0]!.inForce).toBe('yes');
  });

  test('tells what it stopped, over a kernel that counts anew', async () => {
    const { rule } = await set({ action: 'block', target: { device: camera }, when: always });
    await eventually(async () => (await rules())[0]!.inForce === 'yes');
    const stopped = (packets: number) =>
      bed.agent!.send({ kind: 'stopped', at: Date.now(), entries: [{ id: rule!.id, packets, bytes: packets * 60 }] });
    const stream = await bed.stream(headers);
    stopped(5);
    stopped(7);
    stopped(2);
    await eventually(async () => (await rules())[0]!.stopped.packets === 9);
    await eventually(() => stream.messages.find((message) => message.kind === 'stopped'));
  });
});

describe('what the kernel does', () => {
  test('is told: refused with its reason, then in force', async () => {
    bed.agent!.answer = { result: 'refused', message: 'set is full' };
    await set({ action: 'block', target: { device: camera }, when: always });
    const refused = await eventually(async () => {
      const { enforcement } = (await get('/api/home')) as HomeView;
      return enforcement.state === 'refused' && enforcement;
    });
    expect(refused.message).toBe('set is full');
    expect((await rules())[0]!.inForce).toBe('not-enforced');
    const { revision } = bed.agent!.policies.at(-1)!;
    bed.agent!.send({ kind: 'enforcement', at: Date.now(), revision, result: 'in-force' });
    await eventually(async () => (await rules())[0]!.inForce === 'yes');
  });

  test('stays while the agent is away, what is new waits, and it is told again when it is back', async () => {
    const { rule } = await set({ action: 'block', target: { device: camera }, when: always });
    await eventually(async () => (await rules())[0]!.inForce === 'yes');
    await bed.agent!.close();
    await eventually(async () => ((await get('/api/status')) as StatusView).enforcement.state === 'agent-away');
    await set({ action: 'slow', target: { device: tablet }, when: always });
    const shown = (await rules()).map(({ id, inForce }) => [id, inForce]);
    expect(shown).toEqual([
      [rule!.id, 'yes'],
      [`step device=${tablet}`, 'waiting'],
    ]);
    await bed.startAgent(GREETING);
    await becomes(
      ({ blocks, devices }) => blocks.length === 1 && devices.some(({ ladder }) => ladder?.step === 'slow'),
    );
    await eventually(async () => (await rules()).every(({ inForce }) => inForce === 'yes'));
  });

  test('is nothing where this run only watches, and no policy is sent', async () => {
    await bed.remove();
    bed = new Testbed({ mode: 'watch' });
    await bed.start(GREETING);
    headers = await bed.setUp();
    await eventually(async () => ((await get('/api/devices')) as DeviceView[]).length === 2);
    const { rule } = await set({ action: 'block', target: { device: camera }, when: always });
    expect(rule!.inForce).toBe('not-enforced');
    expect(((await get('/api/status')) as StatusView).enforcement.state).toBe('passive');
    expect(bed.agent!.policies).toEqual([]);
  });

  test('a tripped device is shown, told and noted once', async () => {
    const stream = await bed.stream(headers);
    for (let i = 0; i < 3; i++)
      bed.agent!.send({ kind: 'tripped', at: Date.now(), mac: CAMERA, reason: 'connections', mode: 'enforce' });
    await eventually(() => stream.messages.filter(({ kind }) => kind === 'tripped').length === 3);
    const [shown] = ((await get('/api/devices')) as DeviceView[]).filter(({ id }) => id === camera);
    expect(shown!.tripped).toMatchObject({ reason: 'connections', mode: 'enforce' });
  });

  test('appliances are held by their limits, what is not known is only watched', async () => {
    const now = await becomes(({ devices }) => devices.length === 2);
    expect(now.strangers.mode).toBe('watch');
    expect(now.devices.map(({ volume }) => volume)).toEqual(['watch', 'watch']);
    // What is home is not known for long enough to say what is not.
    expect(now.spoofing.mode).toBe('off');
  });
});

describe('a restart', () => {
  test('of the controller keeps rules, groups and the addresses of blocked names', async () => {
    const { group } = (await send('POST', '/api/groups', { name: 'Children', members: [tablet] }))
      .json as GroupChangeView;
    await set({ action: 'block', target: { node: { name: 'cloud.example.com' } }, when: always });
    await set({
      action: 'pause',
      target: { group: group!.id },
      when: { weekly: [{ days: [1], from: '20:00', to: '07:00' }] },
    });
    await becomes(({ blocks }) => blocks.some(({ node }) => node?.addresses.length === 1));
    const before = (await rules()).map(({ id }) => id);
    await bed.stop();
    await bed.agent!.close();
    await bed.start([source(['192.0.2.0/24'])]);
    headers = await bed.logIn();
    expect((await rules()).map(({ id }) => id).sort()).toEqual(before.sort());
    const now = await becomes(({ blocks }) => blocks.length > 0);
    expect(now.blocks[0]!.node!.addresses).toEqual(['198.51.100.9']);
    expect(now.home).toEqual(['192.0.2.0/24']);
    expect(bed.agent!.policies[0]!.policy.blocks).toEqual(now.blocks);
    expect(((await get('/api/groups')) as GroupView[])[0]).toMatchObject({ name: 'Children', source: 'own' });
  });

  test('a controller that does not know yet what is home lets the agent keep what it does', async () => {
    await set({ action: 'block', target: { device: camera }, when: always });
    await bed.stop();
    await bed.agent!.close();
    await bed.start([]);
    await eventually(() => bed.log.filter((line) => line.includes('agent is here')).length === 2);
    expect(bed.agent!.policies).toEqual([]);
    bed.agent!.send(source(['192.0.2.0/24']));
    const { home, blocks } = await becomes(() => true);
    expect([home, blocks.length]).toEqual([['192.0.2.0/24'], 1]);
  });
});

describe('undo', () => {
  test('brings the last change back exactly, then the one before it', async () => {
    const weekly = { weekly: [{ days: [1, 2], from: '20:00', to: '22:00' }] };
    await set({ action: 'slow', target: { device: camera }, when: always });
    const [slow] = await rules();
    await set({ action: 'local', target: { device: camera }, when: always });
    await set({ action: 'pause', target: { device: camera }, when: weekly });
    expect((await rules()).map(({ action }) => action).sort()).toEqual(['local', 'pause']);
    const first = (await send('POST', '/api/undo', {})).json as AuditView;
    expect(first).toMatchObject({ kind: 'undone', undoes: expect.any(Number), labels: { [camera]: 'porch' } });
    expect((await rules()).map(({ action }) => action)).toEqual(['local']);
    await send('POST', '/api/undo', {});
    expect((await rules())[0]).toMatchObject({ id: slow!.id, action: 'slow', since: slow!.since, by: 'owner' });
    await send('POST', '/api/undo', {});
    expect(await rules()).toEqual([]);
    expect(await send('POST', '/api/undo', {})).toMatchObject({
      status: 404,
      json: { error: { code: 'nothing-to-undo', field: 'change' } },
    });
  });

  test('of a named change, unless it was changed since or undone already', async () => {
    const first = await set({ action: 'slow', target: { device: camera }, when: always });
    await set({ action: 'local', target: { device: camera }, when: always });
    const undo = (change: number) => send('POST', '/api/undo', { change });
    expect(await undo(first.change!)).toMatchObject({ status: 409, json: { error: { code: 'changed-since' } } });
    const other = await set({ action: 'block', target: { device: tablet }, when: always });
    expect((await undo(other.change!)).status).toBe(200);
    expect(await undo(other.change!)).toMatchObject({ status: 409, json: { error: { code: 'undone-already' } } });
    expect((await rules()).map(({ action }) => action)).toEqual(['local']);
  });

  test('of a name and of a removed group, with its rules', async () => {
    await send('PATCH', `/api/devices/${camera}`, { name: 'Front door' });
    await send('POST', '/api/undo', {});
    expect(((await get(`/api/devices/${camera}`)) as DeviceView).label).toBe('porch');
    const { group } = (await send('POST', '/api/groups', { name: 'Children', members: [tablet] }))
      .json as GroupChangeView;
    await set({ action: 'pause', target: { group: group!.id }, when: always });
    await send('DELETE', `/api/groups/${group!.id}`);
    expect(await rules()).toEqual([]);
    await send('POST', '/api/undo', {});
    expect((await rules())[0]).toMatchObject({ target: { group: group!.id }, labels: { group: 'Children' } });
    expect(((await get('/api/groups')) as GroupView[])[0]).toMatchObject({ id: group!.id, members: [tablet] });
  });
});

describe('groups', () => {
  test('of a kind and of all follow the devices, and cannot be changed', async () => {
    const views = (await get('/api/groups')) as GroupView[];
    expect(views.at(-1)).toEqual({ id: 'all', name: 'all', members: [camera, tablet], source: 'all' });
    expect(await send('PATCH', '/api/groups/all', { name: 'x' })).toMatchObject({ status: 404 });
    expect((await set({ action: 'slow', target: { group: 'all' }, when: always })).rule).toMatchObject({ notes: [] });
    await becomes(({ devices }) => devices.every(({ ladder }) => ladder?.step === 'slow'));
  });

  test('are filled and emptied, and a rule follows', async () => {
    const { group } = (await send('POST', '/api/groups', { name: 'Children' })).json as GroupChangeView;
    await set({ action: 'pause', target: { group: group!.id }, when: always });
    const change = (body: unknown) => send('PATCH', `/api/groups/${group!.id}`, body);
    await change({ add: [tablet] });
    await becomes(({ blocks }) => blocks.length === 1 && blocks[0]!.device === tablet);
    await change({ name: 'Kids', remove: [tablet] });
    await becomes(({ blocks }) => blocks.length === 0);
    expect(await change({ add: ['d-none'] })).toMatchObject({
      status: 404,
      json: { error: { code: 'unknown-device', field: 'members' } },
    });
    expect((await send('POST', '/api/groups', { name: ' Kids ' })).json).toMatchObject({
      error: { code: 'bad-name', field: 'name' },
    });
  });
});

describe('a refusal names the field and changes nothing', () => {
  test.each<[string, unknown, number, string, string]>([
    [
      'an unknown device',
      { action: 'block', target: { device: 'd-9' }, when: always },
      404,
      'unknown-device',
      'target.device',
    ],
    [
      'a bad prefix',
      { action: 'block', target: { node: { prefix: '1.2.3.4/99' } }, when: always },
      400,
      'bad-prefix',
      'target.node.prefix',
    ],
    [
      'a misspelt target',
      { action: 'pause', target: { devcie: camera }, when: always },
      400,
      'bad-request',
      'target.devcie',
    ],
    ['no time', { action: 'pause', target: {} }, 400, 'bad-request', 'when'],
    ['a time of no form', { action: 'pause', target: {}, when: { forever: true } }, 400, 'bad-request', 'when'],
    [
      'a clock that is none',
      { action: 'pause', target: {}, when: { weekly: [{ days: [1], from: '25:00', to: '06:00' }] } },
      400,
      'unusable-schedule',
      'when.weekly[0].from',
    ],
    [
      'the router',
      { action: 'block', target: { node: { address: '192.0.2.1' } }, when: always },
      409,
      'cuts-owner-off',
      'target.node',
    ],
  ])('%s', async (_, body, status, code, field) => {
    const answer = await send('POST', '/api/rules', body);
    expect(answer.status).toBe(status);
    expect((answer.json as ErrorView).error).toMatchObject({ code, field });
    expect((await send('POST', '/api/rules/preview', body)).json).toEqual(answer.json);
    expect(await rules()).toEqual([]);
    expect(await get('/api/audit')).toEqual([]);
  });

  test('without a session there is nothing', async () => {
    for (const path of ['/api/rules', '/api/groups', '/api/audit', '/api/audit/export'])
      expect((await bed.ask({ path })).status).toBe(401);
    const { 'x-spin-csrf': _, ...cookie } = headers;
    const body = { action: 'pause', target: {}, when: always };
    expect((await bed.ask({ method: 'POST', path: '/api/rules', headers: cookie, body })).status).toBe(403);
  });
});

describe('a preview', () => {
  const traffic = async () => {
    const at = Date.now();
    const one = (slot: number, from: string, mac: string, to: string) => ({
      slot,
      from,
      mac,
      to,
      port: 443,
      bytesUp: 1_000,
      bytesDown: 50,
    });
    bed.agent!.send(
      flows(at, [one(1, '192.0.2.7', CAMERA, '198.51.100.9'), one(2, '192.0.2.8', TABLET, '203.0.113.5')]),
    );
    bed.agent!.send({ kind: 'tick', at: at + 60_000 });
    return eventually(async () => {
      const view = (await send('POST', '/api/rules/preview', { action: 'pause', target: {}, when: always }))
        .json as PreviewView;
      return view.conversations === 2 && view;
    });
  };

  test('says what would have been cut, and changes nothing', async () => {
    const all = await traffic();
    expect(all).toMatchObject({ bytes: 2_100, packets: 4, devicesInAll: 2, nodesInAll: 2, notes: [] });
    const ask = async (body: unknown) => (await send('POST', '/api/rules/preview', body)).json as PreviewView;
    const byName = await ask({ action: 'block', target: { node: { name: 'cloud.example.com' } }, when: always });
    expect(byName).toMatchObject({
      bytes: 1_050,
      devices: [{ id: camera, label: 'porch', bytes: 1_050 }],
      nodes: [{ key: 'cloud.example.com' }],
    });
    const byDevice = await ask({ action: 'local', target: { device: tablet }, when: always });
    expect(byDevice.nodes).toMatchObject([{ key: '203.0.113.5', conversations: 1 }]);
    const byService = await ask({
      action: 'block',
      target: { device: camera, service: { protocol: 6, port: 80, initiator: 'device' } },
      when: always,
    });
    expect(byService).toMatchObject({ conversations: 0, nodes: [] });
    await set({ action: 'allow', target: { device: tablet }, when: always });
    expect(await ask({ action: 'pause', target: {}, when: always })).toMatchObject({ bytes: 1_050, devicesInAll: 1 });
    expect((await rules()).map(({ action }) => action)).toEqual(['allow']);
  });
});

/** Changes the database between two runs. */
async function whileStopped(sql: string): Promise<void> {
  await bed.stop();
  const database = new DatabaseSync(join(bed.config.stateDir, 'spin.db'));
  database.exec(sql);
  database.close();
  await bed.start();
}

test('what cannot be stored is refused, and changes nothing', async () => {
  await set({ action: 'slow', target: { device: tablet }, when: always });
  const isSlowed = ({ blocks, devices }: DesiredPolicy) =>
    blocks.length === 0 && devices.some(({ id, ladder }) => id === tablet && ladder?.step === 'slow');
  await becomes(isSlowed);
  const before = bed.agent!.policies.length;
  await whileStopped(`CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'disk full'); END`);
  await becomes((now) => bed.agent!.policies.length > before && isSlowed(now));
  for (const [method, path, body] of [
    ['POST', '/api/rules', { action: 'block', target: { device: camera }, when: always }],
    ['DELETE', `/api/rules/${encodeURIComponent(`step device=${tablet}`)}`],
    ['POST', '/api/groups', { name: 'Children' }],
    ['POST', '/api/undo', {}],
  ] as const)
    expect(await send(method, path, body)).toMatchObject({ status: 503, json: { error: { code: 'store-failing' } } });
  expect((await rules()).map(({ action }) => action)).toEqual(['slow']);
  expect(((await get('/api/groups')) as GroupView[]).map(({ source }) => source)).not.toContain('own');
  expect(bed.agent!.policies.slice(before).every(({ policy }) => isSlowed(policy))).toBe(true);
  await whileStopped('DROP TRIGGER full');
  await set({ action: 'block', target: { device: camera }, when: always });
  await becomes(({ blocks }) => blocks.length === 1);
});

test('an erased home has no rules, and the kernel is told', async () => {
  await set({ action: 'block', target: { device: camera }, when: always });
  await becomes(({ blocks }) => blocks.length === 1);
  expect((await send('POST', '/api/erase', { password: PASSWORD })).status).toBe(200);
  await becomes(({ blocks }) => blocks.length === 0);
  headers = await bed.logIn();
  expect(await rules()).toEqual([]);
  expect(await get('/api/audit')).toEqual([]);
});

test('the audit log is exported whole, the oldest first', async () => {
  for (const step of ['slow', 'essential', 'local'])
    await set({ action: step, target: { device: camera }, when: always });
  const { json, headers: sent } = await bed.ask({ path: '/api/audit/export', headers });
  expect(sent['content-disposition']).toContain('spin-audit.jsonl');
  const entries = String(json)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as AuditView);
  expect(entries.map(({ rules }) => rules[0]!.after!.action)).toEqual(['slow', 'essential', 'local']);
  const page = (await get(`/api/audit?before=${entries[2]!.id}&limit=1`)) as AuditView[];
  expect(page).toEqual([entries[1]]);
});
