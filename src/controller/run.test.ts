import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DeviceView, HistoryView, HomeView, NodeView } from '../contract/api.ts';
import type { Observation } from '../model/observation.ts';
import { onDisk } from '../store/testing.ts';
import { flows } from './fake-agent.ts';
import { eventually, PASSWORD, Testbed } from './testbed.ts';

const MAC = '02:00:00:00:00:07';
/** Ahead of the clock: until its agent is there a controller lets time pass by itself, on a busy machine for seconds. */
const NOW = Date.now() + 60_000;

/** A home with one camera, which has looked up a name. */
const GREETING: Observation[] = [
  {
    kind: 'source',
    at: NOW,
    source: 'test',
    home: { prefixes: ['192.0.2.0/24'], macs: [] },
    own: { macs: ['02:00:00:00:00:01'], addresses: ['192.0.2.1'] },
    coverage: [],
    lost: { events: 0, packets: 0 },
  },
  { kind: 'neighbour', at: NOW, mac: MAC, address: '192.0.2.7', source: 'kernel' },
  {
    kind: 'lease',
    at: NOW,
    mac: MAC,
    source: 'lease-file',
    addresses: ['192.0.2.7'],
    hostname: '<img-src=x-onerror=alert(1)>',
  },
  {
    kind: 'dns',
    at: NOW,
    client: { mac: MAC, address: '192.0.2.7' },
    server: { address: '192.0.2.1' },
    response: true,
    name: 'cloud.example.com',
    type: 1,
    rcode: 0,
    size: 80,
    answers: [{ type: 'A', name: 'cloud.example.com', ttl: 300, address: '198.51.100.9' }],
  },
];

const upload = (at: number, slot: number, bytesUp: number) =>
  flows(at, [{ slot, from: '192.0.2.7', to: '198.51.100.9', mac: MAC, port: 443, bytesUp, bytesDown: 50 }]);

let bed: Testbed;
beforeEach(() => {
  bed = new Testbed();
});
afterEach(() => bed.remove());

async function oneDevice(headers: Record<string, string>): Promise<DeviceView> {
  return eventually(async () => ((await bed.ask({ path: '/api/devices', headers })).json as DeviceView[])[0]);
}

describe('the first password', () => {
  beforeEach(() => bed.start());

  test('needs the code on the console; a LAN device that is faster is refused', async () => {
    const tried = await bed.ask({
      method: 'POST',
      path: '/api/setup',
      body: { code: 'AAAA-AAAA', password: PASSWORD },
    });
    expect(tried).toMatchObject({ status: 403, json: { error: { code: 'wrong-code', field: 'code' } } });
    expect((await bed.ask({ path: '/api/session' })).json).toEqual({ state: 'setup' });
    await bed.setUp();
    expect((await bed.ask({ path: '/api/session' })).json).toEqual({ state: 'login' });
  });

  test('is set once: the code opens nothing any more, and of two at once one wins', async () => {
    const body = { code: bed.code, password: PASSWORD };
    const both = await Promise.all([1, 2].map(() => bed.ask({ method: 'POST', path: '/api/setup', body })));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(await bed.ask({ method: 'POST', path: '/api/setup', body })).toMatchObject({ status: 409 });
  });

  test.each(['short', '1234567890', 'passwordpassword', 'aaaaaaaaaaaaaa'])('%s is refused', async (password) => {
    const answer = await bed.ask({ method: 'POST', path: '/api/setup', body: { code: bed.code, password } });
    expect(answer).toMatchObject({ status: 400, json: { error: { code: 'weak-password', field: 'password' } } });
  });

  test('guessing stops after five tries, also with the right code then', async () => {
    const guess = (code: string) => bed.ask({ method: 'POST', path: '/api/setup', body: { code, password: PASSWORD } });
    for (let i = 0; i < 5; i++) expect((await guess(`AAAA-AAA${i + 2}`)).status).toBe(403);
    expect(await guess(bed.code!)).toMatchObject({ status: 429, json: { error: { code: 'too-many-tries' } } });
  });

  test('survives a restart, as does the session; the code is not given again', async () => {
    const headers = await bed.setUp();
    await bed.stop();
    await bed.start();
    expect(bed.code).toBeUndefined();
    expect((await bed.ask({ path: '/api/session', headers })).json).toMatchObject({ state: 'open' });
    expect((await bed.ask({ method: 'POST', path: '/api/login', body: { password: 'not this one' } })).status).toBe(
      403,
    );
    await bed.logIn();
  });
});

describe('who may ask', () => {
  const ROUTES: [string, string, unknown?][] = [
    ['GET', '/api/home'],
    ['GET', '/api/devices'],
    ['GET', '/api/devices/d-1'],
    ['PATCH', '/api/devices/d-1', { name: 'x' }],
    ['GET', '/api/devices/d-1/nodes'],
    ['GET', '/api/devices/d-1/conversations'],
    ['GET', '/api/history?span=1h'],
    ['GET', '/api/events'],
    ['GET', '/api/status'],
    ['POST', '/api/logout'],
    ['POST', '/api/erase', { password: PASSWORD }],
  ];
  let headers: Record<string, string>;

  beforeEach(async () => {
    await bed.start();
    headers = await bed.setUp();
  });

  test('every route but the open ones wants a session, the right host and no foreign origin', async () => {
    for (const [method, path, body] of ROUTES) {
      const ask = async (more: Record<string, string>) => (await bed.ask({ method, path, body, headers: more })).status;
      const name = `${method} ${path}`;
      expect([name, await ask({})]).toEqual([name, 401]);
      expect([name, await ask({ cookie: `spin=${'A'.repeat(43)}` })]).toEqual([name, 401]);
      expect([name, await ask({ authorization: 'Bearer guess' })]).toEqual([name, 401]);
      expect([name, await ask({ ...headers, host: 'evil.example' })]).toEqual([name, 421]);
      expect([name, await ask({ ...headers, origin: 'http://evil.example' })]).toEqual([name, 403]);
      expect([name, await ask({ ...headers, origin: 'null' })]).toEqual([name, 403]);
    }
  });

  test('what changes something wants the session’s token and no foreign site', async () => {
    for (const [method, path, body] of ROUTES.filter(([method]) => method !== 'GET')) {
      const without = { cookie: headers.cookie! };
      expect((await bed.ask({ method, path, body, headers: without })).json).toMatchObject({
        error: { code: 'wrong-csrf' },
      });
      const foreign = { ...headers, 'sec-fetch-site': 'cross-site' };
      expect((await bed.ask({ method, path, body, headers: foreign })).json).toMatchObject({
        error: { code: 'foreign-origin' },
      });
    }
  });

  test('every read route answers one who is signed in', async () => {
    for (const [method, path] of ROUTES.filter(([method]) => method === 'GET')) {
      const { status } = await bed.ask({ method, path, headers });
      expect([path, status]).toEqual([path, path.includes('d-1') ? 404 : 200]);
    }
  });

  test('the command line enters with the token in its file, which only its owner reads', async () => {
    const path = join(bed.config.stateDir, 'cli-token');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const authorization = `Bearer ${readFileSync(path, 'utf8')}`;
    expect((await bed.ask({ path: '/api/status', headers: { authorization } })).status).toBe(200);
  });

  test('signing out ends the session and its stream', async () => {
    const stream = await bed.stream(headers);
    await bed.ask({ method: 'POST', path: '/api/logout', headers });
    expect(await eventually(() => stream.closed)).toBe(4401);
    expect((await bed.ask({ path: '/api/home', headers })).status).toBe(401);
  });

  test('the stream refuses strangers, foreign origins and foreign hosts', async () => {
    await expect(bed.stream({})).rejects.toThrow('401');
    await expect(bed.stream({ ...headers, origin: 'http://evil.example' })).rejects.toThrow('403');
    await expect(bed.stream({ ...headers, host: 'evil.example' })).rejects.toThrow('421');
  });

  test('bad requests get a code and a field, never a stack', async () => {
    const cases: [string, string, unknown, number][] = [
      ['POST', '/api/login', '{"password":', 400],
      ['POST', '/api/login', { password: 7 }, 400],
      ['POST', '/api/login', { password: 'x'.repeat(70_000) }, 413],
      ['GET', '/api/history?span=forever', undefined, 400],
      ['GET', '/api/events?limit=-1', undefined, 400],
      ['GET', '/api/nothing', undefined, 404],
      ['GET', '/api/devices/%00', undefined, 404],
      ['GET', '/../../etc/passwd.txt', undefined, 404],
    ];
    for (const [method, path, body, status] of cases) {
      const answer = await bed.ask({ method, path, body, headers });
      expect([path, answer.status]).toEqual([path, status]);
      expect(JSON.stringify(answer.json)).toMatch(
        /^\{"error":\{"code":"[a-z-]+","message":"[^"]+"(,"field":"[^"]*")?\}\}$/,
      );
    }
  });
});

describe('the home', () => {
  let headers: Record<string, string>;
  beforeEach(async () => {
    await bed.start(GREETING);
    headers = await bed.setUp();
  });

  test('shows what the agent saw: device, far end by name, counters, rates, history', async () => {
    const { id } = await oneDevice(headers);
    bed.agent!.send(upload(NOW + 1_000, 1, 5_000));
    bed.agent!.send({ kind: 'tick', at: NOW + 2_500 });
    const home = await eventually(async () => {
      const view = (await bed.ask({ path: '/api/home', headers })).json as HomeView;
      return view.conversations.length > 0 && view;
    });
    expect(home.devices).toMatchObject([{ id, macs: [MAC], bytesUp: 5_000, bytesDown: 50 }]);
    expect(home.conversations).toMatchObject([
      {
        device: id,
        node: { key: 'cloud.example.com', nameSource: 'dns' },
        port: 443,
        service: 'https',
        bytesUp: 5_000,
      },
    ]);
    expect(home.verdict).toEqual({ level: 'ok', code: 'all-quiet', devices: 1 });
    const minute = (await bed.ask({ path: '/api/history?span=10m', headers })).json as HistoryView;
    expect(minute.points).toHaveLength(600);
    expect(minute.points.reduce((sum, point) => sum + point[1]!, 0)).toBe(5_000);
    bed.agent!.send({ kind: 'tick', at: NOW + 61_000 });
    const nodes = await eventually(async () => {
      const list = (await bed.ask({ path: `/api/devices/${id}/nodes`, headers })).json as NodeView[];
      return list.length > 0 && list;
    });
    expect(nodes).toMatchObject([
      { key: 'cloud.example.com', name: 'cloud.example.com', services: ['https'], bytesUp: 5_000 },
    ]);
  });

  test('where connections are too many to be read every second, rates are what the kernel says of devices as a whole', async () => {
    const { id } = await oneDevice(headers);
    const stream = await bed.stream(headers);
    const told = () =>
      stream.messages.flatMap((message) =>
        message.kind === 'traffic' ? message.devices.map(({ rateUp, rateDown }) => [rateUp, rateDown]) : [],
      );
    for (let second = 1; second <= 5; second++) {
      bed.agent!.send({
        kind: 'totals',
        at: NOW + second * 1_000,
        sent: [
          { mac: MAC, packets: 5, bytes: 5_000 },
          { mac: '02:00:00:00:00:99', packets: 9, bytes: 9_000 },
        ],
        received: [
          { address: '192.0.2.7', packets: 2, bytes: 200 },
          { address: '224.0.0.251', packets: 1, bytes: 100 },
          { address: 'nonsense', packets: 1, bytes: 100 },
        ],
      });
    }
    bed.agent!.send(upload(NOW + 5_100, 1, 25_000));
    bed.agent!.send({ kind: 'tick', at: NOW + 6_500 });
    const device = await eventually(async () => {
      const view = await oneDevice(headers);
      return view.bytesUp > 0 && view;
    });
    expect(device).toMatchObject({ id, bytesUp: 25_000, rateUp: 5_000, rateDown: 200 });
    expect(new Set(told().map(String))).toEqual(new Set(['5000,200']));
    const { points } = (await bed.ask({ path: '/api/history?span=10m', headers })).json as HistoryView;
    expect(points.map(([, up]) => up!).filter((up) => up > 0)).toEqual(new Array(5).fill(5_000));
  });

  test('hostile names arrive as inert JSON', async () => {
    const device = await oneDevice(headers);
    const name = `</script><script>alert('x')</script>"\u0000\u202e`;
    const renamed = await bed.ask({ method: 'PATCH', path: `/api/devices/${device.id}`, headers, body: { name } });
    expect(renamed).toMatchObject({ status: 200, json: { givenName: name, label: name } });
    expect(renamed.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'x-content-type-options': 'nosniff',
    });
    expect(renamed.headers['content-security-policy']).toContain("default-src 'none'");
  });

  test('a name is durable when it is confirmed, told to all, and taken away by an empty one', async () => {
    const { id } = await oneDevice(headers);
    const stream = await bed.stream(headers);
    const rename = (name: string) => bed.ask({ method: 'PATCH', path: `/api/devices/${id}`, headers, body: { name } });
    expect((await rename('Front door')).json).toMatchObject({ label: 'Front door', givenName: 'Front door' });
    const given = onDisk(join(bed.config.stateDir, 'spin.db'), (reader) =>
      reader.prepare('SELECT given_name FROM device WHERE key = ?').get(id),
    );
    expect(given).toEqual({ given_name: 'Front door' });
    await eventually(() => stream.messages.find((message) => message.kind === 'device' && message.device.givenName));
    expect((await rename('')).json).not.toHaveProperty('givenName');
    expect((await rename('x'.repeat(65))).status).toBe(400);
  });

  test('says when the agent is gone, goes on serving, and takes it back', async () => {
    await oneDevice(headers);
    await bed.agent!.close();
    const code = async () => ((await bed.ask({ path: '/api/home', headers })).json as HomeView).verdict.code;
    await eventually(async () => (await code()) === 'agent-gone');
    const home = (await bed.ask({ path: '/api/home', headers })).json as HomeView;
    expect(home.coverage).toMatchObject([{ code: 'agent-gone', source: 'controller' }]);
    expect(home.devices).toHaveLength(1);
    await bed.startAgent(GREETING);
    await eventually(async () => (await code()) === 'all-quiet');
  });

  test('an agent that ended just before the controller does is not told as a loss', async () => {
    await oneDevice(headers);
    await bed.agent!.close();
    await bed.ask({ path: '/api/home', headers });
    await bed.stop();
    expect(bed.log.filter((line) => line.includes('the agent is gone'))).toEqual([]);
  });

  test('an agent that speaks nonsense is cut off and tried again', async () => {
    await oneDevice(headers);
    bed.agent!.sendRaw(new Uint8Array(64).fill(0xff));
    await eventually(() => bed.log.some((line) => line.includes('the agent is gone')));
    await eventually(() => bed.log.filter((line) => line.includes('the agent is here')).length === 2);
  });

  test('remembers devices and names over a restart', async () => {
    const { id } = await oneDevice(headers);
    await bed.ask({ method: 'PATCH', path: `/api/devices/${id}`, headers, body: { name: 'Camera' } });
    await bed.stop();
    await bed.start();
    expect(await oneDevice(headers)).toMatchObject({ id, givenName: 'Camera' });
  });

  test('erase wants the password again and forgets everything but it', async () => {
    const { id } = await oneDevice(headers);
    await bed.ask({ method: 'PATCH', path: `/api/devices/${id}`, headers, body: { name: 'Camera' } });
    const erase = (password: string) => bed.ask({ method: 'POST', path: '/api/erase', headers, body: { password } });
    expect((await erase('not this one')).status).toBe(403);
    bed.agent!.greeting = [];
    expect(await erase(PASSWORD)).toMatchObject({ status: 200 });
    const again = await bed.logIn();
    expect((await bed.ask({ path: '/api/devices', headers: again })).json).toEqual([]);
  });

  test('a stream that breaks goes on without gap or repeat', async () => {
    await oneDevice(headers);
    const first = await bed.stream(headers);
    const snapshot = await eventually(() => first.messages[0]);
    const epoch = snapshot.kind === 'snapshot' ? snapshot.home.epoch : '';
    for (let i = 1; i <= 5; i++) bed.agent!.send(upload(NOW + i * 1_100, i, 100));
    await eventually(() => first.messages.length >= 4);
    first.socket.terminate();
    const seen = first.messages.at(-1)!.sequence;
    for (let i = 6; i <= 9; i++) bed.agent!.send(upload(NOW + i * 1_100, i, 100));
    const second = await bed.stream(headers, `?epoch=${encodeURIComponent(epoch)}&after=${seen}`);
    await eventually(() => second.messages.length >= 4);
    expect(second.messages[0]).toMatchObject({ kind: 'resumed', sequence: seen });
    const sequences = [...first.messages, ...second.messages.slice(1)].map(({ sequence }) => sequence);
    expect(sequences).toEqual(sequences.map((_, i) => sequences[0]! + i));
  });
});

describe('storing fails', () => {
  test('it is shown, what must be durable is refused, and all goes on', async () => {
    mkdirSync(join(bed.config.stateDir, 'spin.db'), { recursive: true });
    await bed.start(GREETING);
    const body = { code: bed.code, password: PASSWORD };
    const refused = await bed.ask({ method: 'POST', path: '/api/setup', body });
    expect(refused).toMatchObject({ status: 503, json: { error: { code: 'store-failing' } } });
    const authorization = `Bearer ${readFileSync(join(bed.config.stateDir, 'cli-token'), 'utf8')}`;
    const home = (await bed.ask({ path: '/api/home', headers: { authorization } })).json as HomeView;
    expect(home.coverage.map(({ code }) => code)).toContain('store-failing');
  });
});
