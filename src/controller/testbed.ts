import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import type { SessionView, StreamMessage } from '../contract/api.ts';
import { AGENT_SOCKET, type RunConfig } from '../contract/config.ts';
import { gatewayConfig } from '../contract/testing.ts';
import type { Observation } from '../model/observation.ts';
import { FakeAgent } from './fake-agent.ts';
import { Run } from './run.ts';

export const PASSWORD = 'green bicycle lamp';

export type Answer = { status: number; headers: Record<string, string | string[] | undefined>; json: unknown };
export type Asked = { method?: string; path: string; headers?: Record<string, string>; body?: unknown };

/** For tests: a controller in this process with a fake agent, in a folder of its own. */
export class Testbed {
  readonly folder = mkdtempSync(join(tmpdir(), 'spin-run-'));
  readonly log: string[] = [];
  readonly config: RunConfig;
  agent: FakeAgent | undefined;
  url = '';
  code: string | undefined;
  #run: Run | undefined;
  #epochs = 0;

  constructor(more: Partial<RunConfig> = {}) {
    const places = { stateDir: join(this.folder, 'state'), runDir: join(this.folder, 'run') };
    this.config = gatewayConfig(places, { lan: [], listen: ['127.0.0.1'], ...more });
    mkdirSync(this.config.runDir);
  }

  async start(greeting?: Observation[]): Promise<void> {
    if (greeting) await this.startAgent(greeting);
    this.#run = new Run({
      config: this.config,
      pages: join(this.folder, 'no-pages'),
      newEpoch: () => `${this.folder}-${this.#epochs++}`,
      log: (line) => this.log.push(line),
    });
    const { url, code } = await this.#run.start();
    this.url = url;
    this.code = code;
  }

  async startAgent(greeting: Observation[]): Promise<void> {
    this.agent = await FakeAgent.listen(join(this.config.runDir, AGENT_SOCKET), greeting);
  }

  async stop(): Promise<void> {
    await this.#run?.stop();
    this.#run = undefined;
  }

  async remove(): Promise<void> {
    await this.stop();
    await this.agent?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  ask({ method = 'GET', path, headers = {}, body }: Asked): Promise<Answer> {
    const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
    const sent = { ...(text !== undefined && { 'content-type': 'application/json' }), ...headers };
    return new Promise((resolve, reject) => {
      const request = httpRequest(new URL(path, this.url), { method, headers: sent, agent: false }, (response) => {
        let answer = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          answer += chunk;
        });
        response.on('end', () => {
          const isJson = String(response.headers['content-type']).startsWith('application/json;');
          resolve({
            status: response.statusCode!,
            headers: response.headers,
            json: isJson ? JSON.parse(answer) : answer,
          });
        });
      });
      request.on('error', reject);
      request.end(text);
    });
  }

  /** Sets the first password. @returns the headers of a signed-in page */
  async setUp(): Promise<Record<string, string>> {
    return signedIn(
      await this.ask({ method: 'POST', path: '/api/setup', body: { code: this.code, password: PASSWORD } }),
    );
  }

  async logIn(): Promise<Record<string, string>> {
    return signedIn(await this.ask({ method: 'POST', path: '/api/login', body: { password: PASSWORD } }));
  }

  stream(headers: Record<string, string>, query = ''): Promise<StreamClient> {
    const url = `${this.url.replace('http', 'ws')}api/stream${query}`;
    return StreamClient.connect(url, { origin: this.url.slice(0, -1), ...headers });
  }
}

function signedIn({ status, headers, json }: Answer): Record<string, string> {
  if (status !== 200) throw new Error(`not signed in: ${JSON.stringify(json)}`);
  return { cookie: headers['set-cookie']![0]!.split(';')[0]!, 'x-spin-csrf': (json as SessionView).csrf! };
}

export class StreamClient {
  readonly messages: StreamMessage[] = [];
  readonly socket: WebSocket;
  closed: number | undefined;

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data) => this.messages.push(JSON.parse(String(data)) as StreamMessage));
    socket.on('close', (code) => {
      this.closed = code;
    });
  }

  static connect(url: string, headers: Record<string, string>): Promise<StreamClient> {
    const client = new StreamClient(new WebSocket(url, { headers }));
    return new Promise((resolve, reject) => {
      client.socket.on('open', () => resolve(client));
      client.socket.on('unexpected-response', (_request, response) =>
        reject(new Error(`status ${response.statusCode}`)),
      );
      client.socket.on('error', reject);
    });
  }
}

/** Longest wait of a test, ms: a busy machine starts a program in seconds. */
const PATIENCE = 25_000;

/** Waits until `look` finds something. @throws when it never does */
export async function eventually<T>(look: () => T | undefined | false | Promise<T | undefined | false>): Promise<T> {
  const deadline = Date.now() + PATIENCE;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`never happened: ${look}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
