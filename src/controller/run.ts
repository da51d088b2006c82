import { randomBytes, randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import { AGENT_SOCKET, type RunConfig } from '../contract/config.ts';
import { loadVendors } from '../data/vendors.ts';
import { parseAddress, scopeOf } from '../model/address.ts';
import { problemText } from '../model/file-problem.ts';
import { visible } from '../model/visible.ts';
import { createPipeline } from '../pipeline.ts';
import { Accounts } from '../serve/accounts.ts';
import { CannotStore, type Keeper } from '../serve/door.ts';
import { Hosts } from '../serve/hosts.ts';
import { listen } from '../serve/listener.ts';
import { readPages } from '../serve/pages.ts';
import { Reach } from '../serve/reach.ts';
import type { Api } from '../serve/routes/api.ts';
import { createApp } from '../serve/server.ts';
import { makeSetupCode } from '../serve/setup-code.ts';
import { StreamDoor } from '../serve/websocket.ts';
import { Store, StoreFailing } from '../store/store.ts';
import { AgentLink } from './agent-link.ts';
import { makeCliToken, writeCliToken } from './cli-token.ts';
import { Controller, type ControllerOptions } from './controller.ts';
import { writtenBytesReader } from './figures.ts';
import { readInstalled } from './installed.ts';
import { InstalledWatch } from './installed-watch.ts';
import { takeIn } from './new-password.ts';
import { becomeUser, isRoot } from './privileges.ts';

export type RunOptions = {
  config: RunConfig;
  /** Folder of the built dashboard. */
  pages: string;
  newEpoch: () => string;
  log: (line: string) => void;
};

const VERSION = (
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
).version;

/** ms between two looks at whether something must be settled. */
const BEAT = 1_000;
/** Setting under which the hash of the password is kept. */
export const PASSWORD = 'password';

/** One run of the controller, from rights given up to everything flushed. */
export class Run {
  readonly #options: RunOptions;
  #onStop: (() => Promise<void> | void)[] = [];
  #port: number | undefined;

  constructor(options: RunOptions) {
    this.#options = options;
  }

  /** @returns where the page is, and the one-time code while no password has been set */
  async start(): Promise<{ url: string; code?: string }> {
    const { config, log, newEpoch } = this.#options;
    const store = new Store({ directory: config.stateDir, now: Date.now, log });
    const controller = this.#makeController(store, {
      onErased: () => link.restart(),
      send: (revision, policy) => link.send({ revision, policy }),
      consoles: () => accounts.sessions.addresses(),
    });
    const cliToken = makeCliToken();
    const code = makeSetupCode();
    const accounts = new Accounts({
      keeper: keeperOf(store),
      now: Date.now,
      setupCode: code,
      cliToken,
      onSessionEnd: (hash) => controller.stream.endSessions((other) => other === hash),
    });
    const link = new AgentLink({
      path: join(config.runDir, AGENT_SOCKET),
      epoch: newEpoch(),
      observe: (observation) => controller.observe(observation),
      onChange: (connected, reason) => {
        log(connected ? 'the agent is here' : `the agent is gone (${reason ?? 'it ended'}); waiting for it`);
        controller.agentChanged(connected, reason);
      },
    });
    const listenNow = await this.#makeServer(controller, accounts);

    // Up to here all files of the program were read; from here on this process may have no right to.
    flushCompileCache();
    if (config.user !== undefined && isRoot()) becomeUser(config.user, config.stateDir);
    store.open();
    this.#onStop.push(() => store.close());
    writeCliToken(config.stateDir, cliToken, log);
    controller.begin();
    this.#onStop.push(() => controller.close());
    this.#takeInstalled(controller);
    this.#keepTime(controller, store, link, accounts);
    const port = await listenNow();
    this.#port = port;
    link.start();
    this.#onStop.push(() => link.close());
    return { url: urlOf(config.listen[0]!, port), ...(!accounts.isSetUp && { code }) };
  }

  /** In the reverse order of the start; the counters are on the disk when it resolves. */
  async stop(): Promise<void> {
    for (const stop of this.#onStop.reverse()) await stop();
    this.#onStop = [];
  }

  #makeController(store: Store, doors: Pick<ControllerOptions, 'onErased' | 'send' | 'consoles'>): Controller {
    const { config, log, newEpoch } = this.#options;
    const written = writtenBytesReader();
    const vendorOf = loadVendors();
    const seed = randomInt(2 ** 32);
    const run = { mode: config.mode, version: VERSION, startedAt: Date.now() };
    return new Controller({
      run: { ...run, ...(config.demo && { demo: config.demo }) },
      store,
      createPipeline: () => createPipeline({ history: true, vendorOf, seed }),
      newEpoch,
      now: Date.now,
      figures: () => ({ memory: process.memoryUsage.rss(), written: written() }),
      log,
      lan: config.lan,
      page: () => ({
        addresses: config.listen.filter(isOfTheHome),
        ports: this.#port === undefined ? [] : [this.#port],
      }),
      newId: () => randomBytes(6).toString('hex'),
      ...doors,
    });
  }

  /** @returns what opens the port */
  async #makeServer(controller: Controller, accounts: Accounts): Promise<() => Promise<number>> {
    const { config, log, pages: folder } = this.#options;
    const { stream } = controller;
    const hosts = new Hosts(config.listen, config.names);
    const pages = readPages(folder);
    const app = await createApp({ door: controller, stream, accounts, hosts, pages, version: VERSION, log });
    await rehearse(app);
    return async () => {
      const streams = new StreamDoor(stream, hosts, accounts);
      const reach = new Reach(config.listen, config.home);
      const listener = await listen(config.listen, config.port, {
        handle: app.routing,
        upgrade: streams.upgrade,
        admits: (remote) => reach.admits(remote),
      });
      this.#onStop.push(
        () => app.close(),
        () => listener.close(),
        () => streams.close(),
      );
      return listener.port;
    };
  }

  /** Reads what the owner installed, as the user that this process has become, now and at every change. */
  #takeInstalled(controller: Controller): void {
    const { config, log } = this.#options;
    const take = () => {
      const installed = readInstalled(config.stateDir);
      for (const problem of installed.problems) log(visible(problemText(problem)));
      controller.install(installed);
    };
    const watch = new InstalledWatch(config.stateDir, take, log);
    this.#onStop.push(() => watch.close());
    take();
  }

  #keepTime(controller: Controller, store: Store, link: AgentLink, accounts: Accounts): void {
    const { config } = this.#options;
    const live = config.mode !== 'read';
    let flushed = Date.now();
    const beat = setInterval(() => {
      const now = Date.now();
      if (live && !link.connected) controller.observe({ kind: 'tick', at: now });
      controller.settle();
      if (Math.abs(now - flushed) >= config.flushInterval) {
        flushed = now;
        store.flush();
      } else store.maintain(controller.at);
      takeIn(config.stateDir, (hash) => accounts.replacePassword(hash));
      controller.noteStore();
    }, BEAT);
    this.#onStop.push(() => clearInterval(beat));
  }
}

function keeperOf(store: Store): Keeper {
  const durably = (work: () => void) => {
    try {
      work();
    } catch (error) {
      throw error instanceof StoreFailing ? new CannotStore(error.message) : error;
    }
  };
  return {
    password: () => store.setting(PASSWORD),
    setPassword: (hash) => durably(() => store.set(PASSWORD, hash)),
    record: (kind, actor, detail) => store.record({ at: Date.now(), kind, actor, ...(detail && { detail }) }),
    sessions: {
      all: () => store.sessions.all(),
      put: (session) => store.sessions.put(session),
      remove: (hash) => store.sessions.remove(hash),
      clear: () => store.sessions.clear(),
      version: () => store.opened,
    },
  };
}

function isOfTheHome(address: string): boolean {
  const words = parseAddress(address);
  return words !== undefined && scopeOf(...words) !== 'loopback';
}

function urlOf(address: string, port: number): string {
  return `http://${isIPv6(address) ? `[${address}]` : address}:${port}/`;
}

/** Libraries load some of their files only when they are first needed: that must be now. */
async function rehearse(app: Api): Promise<void> {
  const headers = { host: 'localhost' };
  await app.inject({ method: 'GET', url: '/', headers });
  await app.inject({ method: 'GET', url: '/api/nothing', headers });
  await app.inject({ method: 'POST', url: '/api/login', headers, payload: { password: 1 } });
  await app.inject({ method: 'POST', url: '/api/login', headers, payload: '{' });
}
