import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { type WebSocket, WebSocketServer } from 'ws';
import type {
  EventView,
  GroupBody,
  HomeView,
  PreferenceBody,
  SessionView,
  SetRuleBody,
  StreamMessage,
} from '../../src/contract/api.ts';
import { FakeHome, type FakeHomeOptions } from './fake-home.ts';
import { identityApi } from './fake-identity.ts';
import { FakeIncidents } from './fake-incidents.ts';
import { FakeRefusal, FakeRules } from './fake-rules.ts';
import { preview, stamp, standingOf } from './fake-standing.ts';
import { FakeWishes } from './fake-wishes.ts';

export type FakeServerOptions = Partial<FakeHomeOptions> & {
  /** Directory of a built page; without it only the API is served. */
  page?: string;
  port?: number;
  updatesPerSecond?: number;
  session?: SessionView['state'];
};

/** As the controller sends it, so that a violation shows up in the page's tests. */
export const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; " +
  "frame-ancestors 'none'; base-uri 'none'; form-action 'self'";
export const SETUP_CODE = 'ABCD-2345';
export const PASSWORD = 'correct horse battery';
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};
/** Messages kept for those who resume. */
const KEPT = 200;

/** The API of `src/contract/api.ts` over a made-up home, on loopback, with levers for tests. */
export class FakeServer {
  readonly home: FakeHome;
  readonly rules: FakeRules;
  readonly incidents: FakeIncidents;
  readonly wishes: FakeWishes;
  /** Changed by a test before the page asks. */
  session: SessionView['state'];
  /** Applied to every snapshot: a test's own truth. */
  change: (view: HomeView) => HomeView = (view) => view;
  refuseStreams = false;
  readonly requests: string[] = [];
  readonly streamQueries: string[] = [];

  private readonly options: FakeServerOptions;
  private readonly server: Server;
  private readonly sockets = new WebSocketServer({ noServer: true });
  private readonly kept: StreamMessage[] = [];
  private told: ReadonlySet<string> = new Set();
  private epoch = 'e1';
  private sequence = 1;
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(options: FakeServerOptions = {}) {
    this.options = options;
    this.session = options.session ?? 'open';
    const { devices = 10, farEnds = 40, seed = 7, at = Date.now() } = options;
    this.home = new FakeHome({ devices, farEnds, seed, at });
    this.rules = new FakeRules(this.home);
    this.incidents = new FakeIncidents(this.home);
    this.wishes = new FakeWishes(this.home);
    this.server = createServer((request, response) => void this.answer(request, response));
    this.server.on('upgrade', (request, socket, head) => {
      if (this.refuseStreams || this.session !== 'open') socket.destroy();
      else this.sockets.handleUpgrade(request, socket, head, (client) => this.welcome(client, request));
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(this.options.port ?? 0, '127.0.0.1', resolve));
    const rate = this.options.updatesPerSecond ?? 5;
    if (rate > 0) this.timer = setInterval(() => this.tick(1000 / rate), 1000 / rate);
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.dropStreams();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  tick(ms: number): void {
    const { devices, conversations } = this.home.step(ms);
    const rateUp = conversations.reduce((sum, one) => sum + one.rateUp, 0);
    const rateDown = conversations.reduce((sum, one) => sum + one.rateDown, 0);
    this.send({ kind: 'traffic', sequence: 0, at: this.home.at, devices, conversations, gone: [], rateUp, rateDown });
    this.countStopped();
    const over = this.rules.expire();
    if (over.length > 0) this.tellRules(over);
  }

  /** As after a change: what the rules mean now, for all that they are about. */
  tellRules(gone: string[] = []): void {
    this.rules.refresh();
    stamp(this.home, this.rules);
    const { at, devices, conversations } = this.home;
    const none = { gone: [], rateUp: 0, rateDown: 0 };
    this.send({ kind: 'rules', sequence: 0, at, changed: [...this.rules.rules.values()], gone });
    this.send({ kind: 'groups', sequence: 0, at, groups: this.rules.groups() });
    this.send({ kind: 'traffic', sequence: 0, at, devices, conversations, ...none });
  }

  /** What the kernel makes of the rules from now on. */
  sendEnforcement(state: HomeView['enforcement']['state'], message?: string): void {
    const { revision } = this.rules.enforcement;
    this.rules.enforcement = { state, revision, since: this.home.at, ...(message ? { message } : {}) };
    this.sendState({});
    this.tellRules();
  }

  private countStopped(): void {
    const rules = new Map<string, HomeView['rules'][number]['stopped']>();
    for (const { cutBy } of this.home.tried) {
      const rule = this.rules.rules.get(cutBy ?? '');
      if (!rule) continue;
      rule.stopped = { packets: rule.stopped.packets + 1, bytes: rule.stopped.bytes + 60 };
      rules.set(rule.id, rule.stopped);
    }
    const told = [...rules].map(([id, stopped]) => ({ id, stopped }));
    if (told.length > 0) this.send({ kind: 'stopped', sequence: 0, at: this.home.at, rules: told });
  }

  /** Gives the message its number and sends it to everybody. */
  send(message: StreamMessage): void {
    message.sequence = ++this.sequence;
    this.kept.push(message);
    if (this.kept.length > KEPT) this.kept.shift();
    const text = JSON.stringify(message);
    for (const client of this.sockets.clients) client.send(text);
  }

  sendState(change: Partial<HomeView>): void {
    const { verdict, coverage, lost, agent, gateway, enforcement } = { ...this.view(), ...change };
    this.send({ kind: 'state', sequence: 0, at: this.home.at, verdict, coverage, lost, agent, gateway, enforcement });
  }

  dropStreams(): void {
    for (const client of this.sockets.clients) client.terminate();
  }

  /** As after a restart of the controller: old positions mean nothing. */
  restart(): void {
    this.epoch += '+';
    this.kept.length = 0;
    this.dropStreams();
  }

  private view(): HomeView {
    const { enforcement, rules } = this.rules;
    const own = {
      ...{ enforcement, rules: [...rules.values()], groups: this.rules.groups() },
      incidents: this.incidents.open(),
      newcomers: this.wishes.newcomers(),
    };
    return this.change({ ...this.home.view(this.epoch, this.sequence), ...own });
  }

  private welcome(client: WebSocket, request: IncomingMessage): void {
    const query = new URL(request.url ?? '', 'http://fake').searchParams;
    this.streamQueries.push(query.toString());
    const after = Number(query.get('after') ?? -1);
    const missed = this.kept.filter((message) => message.sequence > after);
    const complete = after === this.sequence || missed[0]?.sequence === after + 1;
    if (query.get('epoch') === this.epoch && complete) {
      client.send(JSON.stringify({ kind: 'resumed', sequence: after, epoch: this.epoch }));
      for (const message of missed) client.send(JSON.stringify(message));
    } else client.send(JSON.stringify({ kind: 'snapshot', sequence: this.sequence, home: this.view() }));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://fake');
    this.requests.push(`${request.method} ${url.pathname}${url.search}`);
    if (!url.pathname.startsWith('/api/')) return this.servePage(url.pathname, response);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const body = text ? (JSON.parse(text) as Record<string, string>) : {};
    const route = `${request.method} ${url.pathname.slice(4)}`;
    const [status, value] = this.rulesApi(route, url.searchParams, body) ?? this.api(route, url.searchParams, body);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  }

  private rulesApi(route: string, query: URLSearchParams, body: object): [number, unknown] | undefined {
    if (this.session !== 'open') return undefined;
    try {
      const wished = this.wish(route, body);
      if (wished) return [200, wished];
      const value = this.obey(route, query, body);
      if (value === undefined || route.startsWith('GET') || route.endsWith('/preview')) return value && [200, value];
      const gone = [...this.told].filter((id) => !this.rules.rules.has(id));
      this.told = new Set(this.rules.rules.keys());
      this.tellRules(gone);
      return [200, value];
    } catch (error) {
      if (!(error instanceof FakeRefusal)) throw error;
      const { status, code, message, field } = error;
      return [status, { error: { code, message, ...(field ? { field } : {}) } }];
    }
  }

  private wish(route: string, body: object): object | undefined {
    const [, deed, id] = /^(\w+ \/(?:preferences|corrections|newcomers)(?:\/preview)?)(?:\/([^/]+))?(?:\/admit)?$/.exec(route) ?? [];
    const name = decodeURIComponent(id ?? '');
    switch (deed) {
      case 'GET /preferences':
        return this.wishes.view;
      case 'PUT /preferences':
        return this.wished(this.wishes.prefer(body as PreferenceBody));
      case 'POST /preferences/preview':
        return this.wishes.rehearse(body as PreferenceBody);
      case 'GET /corrections':
        return this.wishes.corrections;
      case 'DELETE /corrections':
        return this.wished(this.wishes.uncorrect(name));
      case 'GET /newcomers':
        return this.wishes.newcomers();
      case 'POST /newcomers':
        return this.wishes.admit(name);
      default:
        return undefined;
    }
  }

  /** As after any change of preferences or corrections. */
  private wished<Value>(value: Value): Value {
    this.send({ kind: 'wishes', sequence: 0, at: this.home.at });
    return value;
  }

  private obey(route: string, query: URLSearchParams, body: object): object | undefined {
    const [, method, kind, id] = /^(\w+) \/(\w+)(?:\/(.+))?$/.exec(route) ?? [];
    const name = decodeURIComponent(id ?? '');
    switch (`${method} ${kind}${id === undefined ? '' : '/'}`) {
      case 'POST rules':
        return this.rules.set(body as SetRuleBody);
      case 'POST rules/':
        return preview(body as SetRuleBody, this.home, this.rules);
      case 'DELETE rules/':
        return this.rules.remove(name);
      case 'POST groups':
        return this.rules.setGroup(undefined, body as GroupBody);
      case 'PATCH groups/':
        return this.rules.setGroup(name, body as GroupBody);
      case 'DELETE groups/':
        return this.rules.removeGroup(name);
      case 'POST incidents/': {
        const incident = this.incidents.obey(name, body);
        this.send({ kind: 'incident', sequence: 0, at: this.home.at, incident });
        return incident;
      }
      case 'POST undo':
        return this.rules.undo((body as { change?: number }).change);
      case 'GET audit': {
        const before = Number(query.get('before') ?? Number.POSITIVE_INFINITY);
        return this.rules.audit.filter((entry) => entry.id < before).slice(0, Number(query.get('limit')));
      }
      default:
        return undefined;
    }
  }

  private api(route: string, query: URLSearchParams, body: Record<string, string>): [number, unknown] {
    if (route === 'GET /session') return [200, this.sessionView()];
    if (route === 'POST /setup') return this.enter(body['code'] === SETUP_CODE, 'wrong-code');
    if (route === 'POST /login') return this.enter(body['password'] === PASSWORD, 'wrong-password');
    if (this.session !== 'open') return refusal(401, 'unauthorized');
    if (route === 'POST /logout') {
      this.session = 'login';
      this.dropStreams();
      return [200, this.sessionView()];
    }
    if (route === 'GET /home') return [200, this.view()];
    if (route === 'GET /noticed')
      return [200, this.incidents.noticed.filter((one) => one.device === query.get('device'))];
    if (route === 'GET /events') return [200, this.events()];
    if (route === 'POST /erase') return this.erase(body['password'] === PASSWORD);
    if (route === 'GET /history') return [200, this.history(query.get('span') ?? '')];
    const told = identityApi(this.home, route, body);
    if (told) {
      this.send(told.message ?? { kind: 'device', sequence: 0, at: this.home.at, device: told.device });
      return [200, told.device];
    }
    if (route.endsWith('/exposure')) return [200, this.home.exposure(decodeURIComponent(route.split('/')[2] ?? ''))];
    const match = /^(GET|PATCH) \/devices\/([^/]+)(?:\/(nodes|conversations))?$/.exec(route);
    const device = this.view().devices.find(({ id }) => id === decodeURIComponent(match?.[2] ?? ''));
    if (!match || !device) return refusal(404, 'not-found');
    if (match[3] === 'nodes') {
      const nodes = this.home.nodes(device.id, query.get('order') === 'new' ? 'new' : 'volume');
      return [200, nodes.map((node) => standingOf(node, device.id, this.home))];
    }
    if (match[3]) return [200, this.view().conversations.filter((one) => one.device === device.id)];
    if (match[1] === 'PATCH') this.rename(device, body['name'] ?? '');
    return [200, device];
  }

  private events(): EventView[] {
    return this.home.devices.map(({ id, firstSeen }, i) => ({
      ...{ id: i + 1, at: firstSeen, kind: 'device-found', actor: 'spin', device: id },
    }));
  }

  private erase(right: boolean): [number, unknown] {
    if (!right) return refusal(401, 'wrong-password');
    this.home.devices.length = 0;
    this.home.conversations.length = 0;
    this.restart();
    return [200, this.sessionView()];
  }

  private rename(device: HomeView['devices'][number], name: string): void {
    device.label = name || device.names[0] || device.id;
    if (name) device.givenName = name;
    else delete device.givenName;
    this.send({ kind: 'device', sequence: 0, at: this.home.at, device });
  }

  private history(span: string) {
    if (span === '10m') return this.home.history(1000, 600, 60_000);
    if (span === '1h') return this.home.history(60_000, 60, 4_000_000);
    if (span === '1y') return { step: 86_400_000, points: [] };
    return this.home.history(3_600_000, span === '1d' ? 24 : span === '1w' ? 168 : 744, 200_000_000);
  }

  private enter(right: boolean, code: string): [number, unknown] {
    if (!right) return refusal(code === 'wrong-code' ? 403 : 401, code);
    this.session = 'open';
    return [200, this.sessionView()];
  }

  private sessionView(): SessionView {
    return { state: this.session, ...(this.session === 'open' ? { csrf: 'fake-csrf' } : {}) };
  }

  private async servePage(path: string, response: ServerResponse): Promise<void> {
    const name = normalize(path === '/' ? '/index.html' : path);
    try {
      const bytes = await readFile(join(this.options.page ?? '', name));
      const type = TYPES[extname(name)] ?? 'application/octet-stream';
      response.writeHead(200, {
        'content-type': type,
        'content-security-policy': POLICY,
        'x-content-type-options': 'nosniff',
      });
      response.end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  }
}

function refusal(status: number, code: string): [number, unknown] {
  return [status, { error: { code, message: `Refused: ${code}.` } }];
}
