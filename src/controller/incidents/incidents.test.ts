import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type {
  CorrectionView,
  ErrorView,
  HomeView,
  IncidentView,
  NewcomerView,
  NoticedView,
  PreferencesView,
  RehearsalView,
  RuleView,
} from '../../contract/api.ts';
import { FACT, W } from '../../model/flow.ts';
import type { Observation } from '../../model/observation.ts';
import type { DesiredPolicy } from '../../model/policy.ts';
import { flows } from '../fake-agent.ts';
import { eventually, Testbed } from '../testbed.ts';

const CAMERA = '02:00:00:00:00:07';
const ROUTER = '02:00:00:00:00:01';
const camera = 'd-020000000007';
const NOW = Date.now();

const GREETING: Observation[] = [
  {
    kind: 'source',
    at: NOW,
    source: 'test',
    home: { prefixes: ['192.0.2.0/24'], macs: [] },
    own: { macs: [ROUTER], addresses: ['192.0.2.1'] },
    coverage: [],
    lost: { events: 0, packets: 0 },
  },
  { kind: 'neighbour', at: NOW, mac: CAMERA, address: '192.0.2.7', source: 'kernel' },
  { kind: 'lease', at: NOW, mac: CAMERA, source: 'lease-file', addresses: ['192.0.2.7'], hostname: 'porch' },
];

let bed: Testbed;
let headers: Record<string, string>;
beforeEach(async () => {
  bed = new Testbed();
  await bed.start(GREETING);
  headers = await bed.setUp();
  await becomes(({ devices }) => devices.some(({ id }) => id === camera));
});
afterEach(() => bed.remove());

const get = async (path: string) => (await bed.ask({ path, headers })).json;
const send = async (method: string, path: string, body?: unknown) => {
  const { status, json } = await bed.ask({ method, path, headers, ...(body !== undefined && { body }) });
  return { status, json: json as IncidentView & ErrorView };
};
const policy = (): DesiredPolicy | undefined => bed.agent!.policies.at(-1)?.policy;
const becomes = (look: (now: DesiredPolicy) => boolean) =>
  eventually(() => {
    const now = policy();
    return now !== undefined && look(now) && now;
  });
const step = (now: DesiredPolicy) => now.devices.find(({ id }) => id === camera)?.ladder?.step;
const incidents = async (query = '') => (await get(`/api/incidents${query}`)) as IncidentView[];
const incident = () => eventually(async () => (await incidents())[0]);
const choose = (choice: object) => send('PUT', '/api/preferences', { scope: { home: true }, choice });

/** SYNs as Mirai sends them, to hosts that nobody looked up. */
function marks(at: number, second: number): Observation {
  const list = Array.from({ length: 8 }, (_, i) => ({
    ...{ slot: second * 10 + i, from: '192.0.2.7', to: `203.0.113.${10 + i}`, mac: CAMERA },
    ...{ port: 23, bytesUp: 60, bytesDown: 0 },
  }));
  const observation = flows(at, list);
  if (observation.kind !== 'flows') throw new Error('no flows');
  for (let i = 0; i < list.length; i++) {
    observation.flows.words[i * 32 + W.facts] = FACT.sequenceIsDestination;
    observation.flows.words[i * 32 + W.syns] = 1;
    observation.flows.words[i * 32 + W.packetsDown] = 0;
  }
  return observation;
}

/** @param from seconds from now @returns the observed time after it */
function attack(from = 0): number {
  const now = Date.now();
  for (let second = from; second < from + 3; second++) {
    bed.agent!.send(marks(now + second * 1_000, second));
    bed.agent!.send({ kind: 'tick', at: now + second * 1_000 + 999 });
  }
  return now + (from + 2) * 1_000 + 999;
}

describe('a device that does harm', () => {
  test('is stopped by itself, and the household is told in a story', async () => {
    const stream = await bed.stream(headers);
    attack();
    await becomes((now) => step(now) === 'essential');
    const seen = await eventually(async () => {
      const [one] = await incidents();
      return one?.verdict?.inForce === 'yes' && one;
    });
    expect(seen).toMatchObject({ device: camera, label: 'porch', state: 'open', wrong: ['goes-on'] });
    expect(seen.findings.map(({ detector }) => detector)).toContain('mirai-mark');
    expect(seen.story.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['first-sign', 'finding', 'acted']));
    expect(seen.cleanUp.map(({ name }) => name)).toContain('restart');
    const rules = (await get('/api/rules')) as RuleView[];
    expect(rules.find(({ incident: because }) => because === seen.id)).toMatchObject({
      by: 'spin',
      action: 'essential',
    });
    const own = rules.find(({ incident: because }) => because === seen.id)!.id;
    const remove = (id: string) =>
      bed.ask({ method: 'DELETE', path: `/api/rules/${encodeURIComponent(id)}`, headers }) as Promise<unknown>;
    expect(await remove(own)).toMatchObject({
      status: 409,
      json: {
        error: { code: 'spins-own', field: 'id', message: expect.stringContaining(`spin incidents ${seen.id} --undo`) },
      },
    });
    expect(await remove('spin i-over step')).toMatchObject({
      status: 404,
      json: { error: { code: 'unknown-rule', message: expect.stringContaining('ended it already') } },
    });
    const home = (await get('/api/home')) as HomeView;
    expect(home.verdict).toMatchObject({ code: 'harm-stopped', device: 'porch', incidents: 1 });
    await eventually(() => stream.messages.some((message) => message.kind === 'incident'));
  });

  test('stays stopped over a restart of the controller', async () => {
    attack();
    const { id } = await incident();
    await becomes((now) => step(now) === 'essential');
    await bed.stop();
    await bed.start();
    headers = await bed.logIn();
    await becomes((now) => step(now) === 'essential');
    expect(await incident()).toMatchObject({ id, state: 'open', verdict: { step: 'essential' } });
  });

  test('is told of and never touched where the household wants SPIN only to watch', async () => {
    await choose({ autonomy: 'watch' });
    attack();
    expect((await incident()).verdict).toBeUndefined();
    const now = await becomes(({ devices }) => devices.every(({ mode, ladder }) => mode === 'watch' && !ladder));
    expect(now.spoofing.mode).not.toBe('enforce');
    expect(((await get('/api/home')) as HomeView).verdict.code).toBe('harm-seen');
  });
});

describe('the household', () => {
  test('is asked, and nothing is cut until it answers', async () => {
    await choose({ autonomy: 'ask' });
    attack();
    const { id, question } = await incident();
    expect(question?.otherwise).toBe('stop');
    expect(step(policy()!)).toBeUndefined();
    expect(((await get('/api/home')) as HomeView).verdict.code).toBe('asks');
    const { status, json } = await send('POST', `/api/incidents/${id}/answer`, { answer: 'stop' });
    expect(status).toBe(200);
    expect(json).toMatchObject({ answer: 'stop', verdict: { step: 'essential' } });
    expect(json.question).toBeUndefined();
    await becomes((now) => step(now) === 'essential');
  });

  test('undoes it in one action: everything is as before, and the claim no longer counts, also after a restart', async () => {
    attack();
    const { id } = await incident();
    await becomes((now) => step(now) === 'essential');
    expect((await send('POST', `/api/incidents/${id}/undo`)).json).toMatchObject({ state: 'dismissed' });
    await becomes((now) => step(now) === undefined);
    const [correction] = (await get('/api/corrections')) as CorrectionView[];
    expect(correction).toMatchObject({ detector: 'mirai-mark', device: camera, label: 'porch', by: 'owner' });
    await bed.stop();
    await bed.start();
    headers = await bed.logIn();
    const until = attack(100);
    await eventually(async () => ((await get('/api/home')) as HomeView).at >= until);
    expect(await incidents()).toEqual([]);
    expect(await incidents('?state=all')).toMatchObject([{ id, state: 'dismissed' }]);
    expect(step(policy()!)).toBeUndefined();
    const left = await send('DELETE', `/api/corrections/${encodeURIComponent(correction!.id)}`);
    expect(left.json).toEqual([]);
    attack(200);
    await becomes((now) => step(now) === 'essential');
  });

  test('says that a step is done, and is not believed before the traffic shows it', async () => {
    attack();
    const { id } = await incident();
    const { json } = await send('POST', `/api/incidents/${id}/steps/restart`);
    expect(json.cleanUp.find(({ name }) => name === 'restart')).toMatchObject({ state: 'claimed' });
    attack(130);
    await eventually(async () =>
      (await incident()).cleanUp.some(({ name, state }) => name === 'restart' && state === 'doubted'),
    );
  });

  test('sees first what another preference would have done', async () => {
    attack();
    await incident();
    const body = { scope: { home: true }, choice: { autonomy: 'watch' } };
    const told = (await bed.ask({ method: 'POST', path: '/api/preferences/preview', headers, body }))
      .json as RehearsalView;
    expect(told.findings).toBeGreaterThan(0);
    expect(told.changed).toMatchObject([
      { device: camera, label: 'porch', now: { step: 'essential' }, would: { step: 'none', cut: 0 } },
    ]);
    expect(((await get('/api/preferences')) as PreferencesView).home.autonomy).toBe('stop');
    expect(step(policy()!)).toBe('essential');
  });

  test('names what must never be cut, and the kernel is told', async () => {
    await send('PUT', '/api/preferences', { scope: { device: camera }, choice: { critical: ['198.51.100.9'] } });
    await becomes(({ devices }) => devices.find(({ id }) => id === camera)?.critical.includes('198.51.100.9') === true);
    const { devices } = (await get('/api/preferences')) as PreferencesView;
    expect(devices).toEqual({ [camera]: { critical: ['198.51.100.9'] } });
  });

  test.each([
    ['GET', '/api/incidents/i-nothing', undefined, 404, 'unknown-incident', 'id'],
    ['POST', '/api/incidents/i-nothing/undo', undefined, 404, 'unknown-incident', 'id'],
    ['POST', '/api/incidents/i-nothing/answer', { answer: 'explode' }, 400, 'bad-request', 'answer'],
    ['POST', '/api/incidents/i-nothing/steps/pray', undefined, 404, 'unknown-step', 'name'],
    ['DELETE', '/api/corrections/nothing', undefined, 404, 'unknown-correction', 'id'],
    ['POST', '/api/newcomers/nothing/admit', undefined, 404, 'unknown-newcomer', 'device'],
    ['PUT', '/api/preferences', { scope: { device: 'd-nobody' }, choice: {} }, 404, 'unknown-device', 'scope.device'],
    [
      'PUT',
      '/api/preferences',
      { scope: { home: true }, choice: { autonomy: 'x' } },
      400,
      'bad-request',
      'choice.autonomy',
    ],
    [
      'PUT',
      '/api/preferences',
      { scope: { home: true }, choice: { critical: ['no name'] } },
      400,
      'bad-preference',
      'choice.critical[0]',
    ],
    ['POST', '/api/preferences/preview', { scope: {}, choice: {} }, 400, 'bad-request', 'scope'],
  ])('%s %s %j is refused with its field', async (method, path, body, status, code, field) => {
    const answer = await send(method, path, body);
    expect({ status: answer.status, ...answer.json.error }).toMatchObject({ status, code, field });
  });
});

describe('what was noticed', () => {
  const noticed = async (query = '') => (await get(`/api/noticed${query}`)) as NoticedView[];
  const mails = (second: number): Observation => ({
    ...{ kind: 'tripped', at: Date.now() + second * 1_000, mac: CAMERA, reason: 'unneeded', mode: 'enforce' },
    to: { protocol: 6, address: '203.0.113.25', port: 25 },
  });
  const suspect = () => {
    bed.agent!.send(mails(1));
    return eventually(async () => (await noticed()).find(({ detector }) => detector === 'tripwire-service'));
  };

  test('a lone suspicion makes no incident and is told with why nothing is done', async () => {
    const seen = await suspect();
    expect(seen).toMatchObject({
      device: camera,
      label: 'porch',
      subject: 'tcp/25',
      reason: 'not-sure',
      confidence: 0.4,
    });
    expect(seen).toMatchObject({ sure: 'perhaps', wanted: 'likely' });
    expect(seen.until).toBeGreaterThan(seen.last);
    expect(seen).not.toHaveProperty('target');
    expect(await incidents()).toEqual([]);
    await choose({ certainty: 'certain' });
    expect(await suspect()).toMatchObject({ wanted: 'certain' });
  });

  test('of one device where one is asked for, and nothing of a device that is not known', async () => {
    await suspect();
    const mine = await noticed(`?device=${camera}`);
    expect(mine.map(({ detector }) => detector)).toContain('tripwire-service');
    expect(new Set(mine.map(({ device }) => device))).toEqual(new Set([camera]));
    expect(await noticed('?device=d-nobody')).toEqual([]);
  });

  test('once it is an incident it is told there, and here no more', async () => {
    const { id } = await suspect();
    attack(2);
    const { findings } = await incident();
    expect(findings.map((one) => one.id)).toContain(id);
    expect((await noticed()).map((one) => one.id)).not.toContain(id);
  });

  test('is told to nobody without a session', async () => {
    expect((await bed.ask({ path: '/api/noticed' })).status).toBe(401);
  });
});

describe('a new device', () => {
  const TABLET = '02:00:00:00:00:09';
  const joins = (mac: string): Observation[] => [
    { kind: 'neighbour', at: Date.now(), mac, address: '192.0.2.9', source: 'kernel' },
    { kind: 'lease', at: Date.now(), mac, source: 'lease-file', addresses: ['192.0.2.9'], hostname: 'tablet' },
  ];
  const newcomers = async () => (await get('/api/newcomers')) as NewcomerView[];

  test('is no newcomer on the day of the installation; later it is held until it is admitted, where the household wants that', async () => {
    expect(await newcomers()).toEqual([]);
    await bed.stop();
    // SPIN was installed two days ago.
    const database = new DatabaseSync(join(bed.config.stateDir, 'spin.db'));
    database.prepare("UPDATE setting SET value = ? WHERE key = 'installed'").run(String(Date.now() - 48 * 3_600_000));
    database.close();
    await bed.start();
    headers = await bed.logIn();
    await choose({ newDevices: 'hold' });
    for (const observation of joins(TABLET)) bed.agent!.send(observation);
    const tablet = 'd-020000000009';
    const ladder = (now: DesiredPolicy) => now.devices.find(({ id }) => id === tablet)?.ladder?.step;
    await becomes((now) => ladder(now) === 'isolated');
    const mine = (all: readonly NewcomerView[]) => all.filter(({ device }) => device === tablet);
    expect(mine(await newcomers())).toMatchObject([{ label: 'tablet', stance: 'hold' }]);
    const stream = await bed.stream(headers);
    await send('PUT', '/api/preferences', { scope: { device: tablet }, choice: { newDevices: 'limit' } });
    const told = () => stream.messages.findLast((message) => message.kind === 'newcomers')?.newcomers ?? [];
    expect(await eventually(() => mine(told())[0])).toMatchObject({ stance: 'limit' });
    await becomes((now) => ladder(now) === undefined);
    const left = await send('POST', `/api/newcomers/${tablet}/admit`);
    expect(mine(left.json as unknown as NewcomerView[])).toEqual([]);
    await becomes((now) => now.devices.some(({ id }) => id === tablet) && ladder(now) === undefined);
  });
});
