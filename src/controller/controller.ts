import type { HistorySpan, HistoryView, HomeView, StatusView } from '../contract/api.ts';
import { LIMITS } from '../contract/api.ts';
import type { HomeEvent } from '../model/event.ts';
import type { Observation } from '../model/observation.ts';
import type { Pipeline } from '../pipeline.ts';
import { CannotStore, type Door } from '../serve/door.ts';
import { Stream } from '../serve/stream.ts';
import { stepFor } from '../store/history.ts';
import { type Store, StoreFailing } from '../store/store.ts';
import { Coverage, verdictOf } from './coverage.ts';
import { InView } from './in-view.ts';
import { Rates, Series } from './rates.ts';
import { conversationView, deviceView, nodeView } from './views.ts';

export type ControllerOptions = {
  run: HomeView['run'];
  store: Store;
  /** A home that knows nothing yet. */
  createPipeline: () => Pipeline;
  newEpoch: () => string;
  now: () => number;
  /** Process figures for the status. */
  figures: () => { memory: number; written: number };
  log: (line: string) => void;
  /** Told when the home was erased, so that the agent tells everything anew. */
  onErased: () => void;
};

const MINUTE = 60_000;
const SPANS: Record<Exclude<HistorySpan, '10m'>, number> = {
  '1h': 60 * MINUTE,
  '1d': 24 * 60 * MINUTE,
  '1w': 7 * 24 * 60 * MINUTE,
  '1M': 30 * 24 * 60 * MINUTE,
  '1y': 365 * 24 * 60 * MINUTE,
};

/** Ids remembered as known; beyond it a device may be greeted twice. */
const MAX_KNOWN = 4_096;

/** Gone conversations are looked for this often, ms of observed time. */
const PRUNE_EVERY = 10_000;

/**
 * The home as it is now: takes observations, fans the core's events out to store and stream, and answers the server.
 */
export class Controller implements Door {
  readonly stream: Stream;
  readonly #options: ControllerOptions;
  #pipeline: Pipeline;
  #rates = new Rates();
  #inView = new InView();
  #coverage = new Coverage();
  #gateway: HomeView['gateway'] = { macs: [], addresses: [] };
  #routerAddresses: ReadonlySet<string> = new Set();
  readonly #isRouter = (address: string) => this.#routerAddresses.has(address);
  #agent: HomeView['agent'];
  #prunedAt = 0;
  /** Wall time of the last traffic, ms. */
  #movedAt = 0;
  /** Devices that the household was told of. */
  readonly #known = new Set<string>();

  constructor(options: ControllerOptions) {
    this.#options = options;
    this.#agent = { connected: false, since: options.now() };
    this.#pipeline = options.createPipeline();
    this.stream = new Stream({
      epoch: options.newEpoch(),
      home: (epoch, sequence) => this.home(epoch, sequence),
      now: options.now,
    });
  }

  /** Once the store is open. */
  begin(): void {
    this.#restore();
    this.noteStore();
  }

  /** Observed time, ms. */
  get at(): number {
    return this.#pipeline.home.at;
  }

  observe(observation: Observation): void {
    for (const event of this.#pipeline.step(observation)) this.#take(event);
  }

  agentChanged(connected: boolean, reason?: string): void {
    const { mode, demo } = this.#options.run;
    const at = this.#options.now();
    this.#agent = { connected, since: at };
    this.#coverage.own('agent-gone', connected ? undefined : (reason ?? 'the connection ended'));
    if (connected && mode === 'read' && !demo) this.#playAgain();
    this.#options.store.note({ at, kind: connected ? 'agent-connected' : 'agent-gone', actor: 'spin' });
    this.#announceState();
  }

  /** Once a second: what moved last and is silent now has no rate any more. */
  settle(): void {
    if (this.#coverage.settle(this.at)) this.#announceState();
    if (this.#rates.moving && this.#options.now() - this.#movedAt > 1_500) this.#traffic(this.at, [], []);
  }

  /** Says whether the store works. */
  noteStore(): void {
    if (this.#coverage.own('store-failing', this.#options.store.failing)) this.#announceState();
  }

  home(epoch: string, sequence: number): HomeView {
    const conversations = this.#inView.ids().flatMap((id) => this.#conversationView(id) ?? []);
    return {
      epoch,
      sequence,
      at: this.at,
      ...this.#state(),
      run: this.#options.run,
      rules: [],
      groups: [],
      devices: this.devices(),
      conversations,
      conversationsInAll: this.#pipeline.home.conversationIds().length,
    };
  }

  status(): StatusView {
    const { verdict, coverage, lost, agent, enforcement } = this.#state();
    const { memory, written } = this.#options.figures();
    return {
      run: this.#options.run,
      verdict,
      agent,
      coverage,
      lost,
      enforcement,
      rules: 0,
      devices: this.#pipeline.home.devices().length,
      conversations: this.#pipeline.home.conversationIds().length,
      memory,
      database: { bytes: this.#options.store.bytes(), written },
    };
  }

  devices() {
    return this.#pipeline.home.devices().map((device) => this.device(device.id)!);
  }

  device(id: string) {
    const device = this.#pipeline.home.device(id);
    return device && deviceView(device, this.#pipeline.home.counters(id), this.#rates.rateOf(id));
  }

  conversations(device: string) {
    const ids = this.#pipeline.home.conversationIds(device).slice(-LIMITS.conversationsInView);
    return ids.flatMap((id) => this.#conversationView(id) ?? []);
  }

  nodes(device: string, order: 'volume' | 'new', limit: number) {
    return this.#options.store.contacts(device, order, limit).map((node) => nodeView(node, this.#isRouter));
  }

  history(span: HistorySpan, device?: string): HistoryView {
    if (span === '10m') {
      const series = device === undefined ? this.#rates.home : (this.#rates.seriesOf(device) ?? new Series());
      return { step: 1_000, points: series.points(Math.floor(this.at / 1_000)) };
    }
    const width = SPANS[span];
    const step = stepFor(width);
    return { step, points: this.#options.store.points(step, this.at - width + step, this.at, device) };
  }

  events(limit: number) {
    return this.#options.store.events(limit);
  }

  rename(id: string, name: string, actor: string) {
    const device = this.#pipeline.home.device(id);
    if (!device) return undefined;
    this.#durably(() => this.#options.store.nameDevice(device, name, actor));
    this.observe({ kind: 'command', at: this.at, by: actor, command: { name: 'rename-device', device: id, to: name } });
    return this.device(id);
  }

  erase(): void {
    this.#durably(() => this.#options.store.erase(['password']));
    this.#known.clear();
    this.#beginAnew();
    this.#options.onErased();
  }

  /** A recording begins again: its time and its traffic are those of before. */
  #playAgain(): void {
    if (this.at === 0) return;
    this.#options.store.flush();
    this.#options.store.forgetTraffic();
    this.#beginAnew();
  }

  #beginAnew(): void {
    this.#pipeline = this.#options.createPipeline();
    this.#rates = new Rates();
    this.#inView = new InView();
    this.#restore();
    this.stream.restart(this.#options.newEpoch());
  }

  #restore(): void {
    const devices = this.#options.store.devices();
    for (const { id } of devices) this.#known.add(id);
    if (devices.length > 0) this.observe({ kind: 'restore', at: 0, devices });
  }

  #greet(at: number, device: string): void {
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.add(device);
    this.#options.store.note({ at, kind: 'device-found', actor: 'spin', device });
  }

  #take(event: HomeEvent): void {
    const { store } = this.#options;
    switch (event.kind) {
      case 'device':
        if (event.change === 'found' && !this.#known.has(event.device.id)) this.#greet(event.at, event.device.id);
        store.saveDevice(event.device);
        this.#announceDevice(event.at, event.device.id);
        return;
      case 'merged':
        store.mergeDevice(event.device, event.into, event.at);
        this.#rates.merge(event.device, event.into);
        this.stream.announce({ kind: 'device-gone', at: event.at, device: event.device, into: event.into });
        return;
      case 'gateway':
        this.#gateway = { macs: event.macs, addresses: event.addresses };
        this.#routerAddresses = new Set(event.addresses);
        this.#inView.tellAgain();
        this.#announceState();
        return;
      case 'traffic':
        this.#movedAt = this.#options.now();
        this.#traffic(event.at, event.devices, event.conversations);
        return;
      case 'minute':
        store.addMinute(event.start, event.rows);
        return;
      case 'coverage':
        this.#coverage.set(event);
        this.#announceState();
        return;
      case 'finding':
        return;
    }
  }

  #traffic(at: number, devices: readonly string[], conversations: readonly number[]): void {
    const { home } = this.#pipeline;
    const find = (id: number) => home.conversation(id);
    const changed = this.#rates.update(at, devices, (id) => home.counters(id));
    this.#inView.update(at, conversations, find);
    if (Math.abs(at - this.#prunedAt) > PRUNE_EVERY) {
      this.#prunedAt = at;
      this.#inView.prune(find);
    }
    if (!this.stream.wanted) {
      this.stream.skip();
      return;
    }
    const told = this.#inView.take();
    this.stream.announce({
      kind: 'traffic',
      at,
      devices: changed.flatMap((id) => this.device(id) ?? []),
      conversations: told.changed.flatMap((id) => this.#conversationView(id) ?? []),
      gone: told.gone,
      rateUp: this.#rates.rateUp,
      rateDown: this.#rates.rateDown,
    });
  }

  #conversationView(id: number) {
    const conversation = this.#pipeline.home.conversation(id);
    return conversation && conversationView(conversation, this.#inView.rateOf(id), this.#isRouter);
  }

  #announceDevice(at: number, id: string): void {
    const device = this.device(id);
    if (device) this.stream.announce({ kind: 'device', at, device });
    else this.stream.announce({ kind: 'device-gone', at, device: id });
  }

  #announceState(): void {
    this.stream.announce({ kind: 'state', at: this.at, ...this.#state() });
  }

  #state() {
    const coverage = this.#coverage.views(this.at);
    const devices = this.#pipeline.home.devices().length;
    return {
      verdict: verdictOf(devices, this.#agent.connected, coverage),
      coverage,
      lost: this.#coverage.lost(),
      agent: this.#agent,
      gateway: this.#gateway,
      enforcement: { state: 'passive' as const, revision: 0, since: this.#options.run.startedAt },
    };
  }

  #durably(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (error instanceof StoreFailing) throw new CannotStore(error.message);
      throw error;
    } finally {
      this.noteStore();
    }
  }
}
