import type { HistorySpan, HistoryView, HomeView, StatusView } from '../contract/api.ts';
import { LIMITS } from '../contract/api.ts';
import type { HomeEvent } from '../model/event.ts';
import type { Exposure } from '../model/exposure.ts';
import type { Observation, ProfileObservation } from '../model/observation.ts';
import type { Pipeline } from '../pipeline.ts';
import { CannotStore, type Door } from '../serve/door.ts';
import { Stream } from '../serve/stream.ts';
import { type Store, StoreFailing } from '../store/store.ts';
import { Coverage, verdictOf } from './coverage.ts';
import { HabitKeeper } from './habit-keeper.ts';
import { Identity } from './identity.ts';
import { Desk } from './incidents/desk.ts';
import { Incidents } from './incidents/incidents.ts';
import type { Installed } from './installed.ts';
import { Live } from './live.ts';
import { Profiles } from './profiles.ts';
import { groupsOf } from './rules/groups.ts';
import { Household } from './rules/household.ts';
import { Rulebook, type RulebookOptions } from './rules/rulebook.ts';
import { askedOf } from './rules/standing.ts';
import { conversationView, deviceView, labelOf, nodeView } from './views.ts';

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
} & Pick<RulebookOptions, 'lan' | 'page' | 'consoles' | 'newId' | 'send'>;

/** Ids remembered as known; beyond it a device may be greeted twice. */
const MAX_KNOWN = 4_096;

/**
 * The home as it is now: takes observations, fans the core's events out to store and stream, and answers the server.
 */
export class Controller implements Door {
  readonly stream: Stream;
  readonly #options: ControllerOptions;
  #pipeline: Pipeline;
  #live: Live;
  readonly rulebook: Rulebook;
  readonly household: Household;
  readonly identity: Identity;
  readonly incidents: Incidents;
  readonly desk: Desk;
  #coverage = new Coverage();
  #gateway: HomeView['gateway'] = { macs: [], addresses: [] };
  #routerAddresses: ReadonlySet<string> = new Set();
  readonly #isRouter = (address: string) => this.#routerAddresses.has(address);
  #agent: HomeView['agent'];
  /** Devices that the household was told of. */
  readonly #known = new Set<string>();
  readonly #habits: HabitKeeper;
  readonly #profiles = new Profiles();
  #installed: Installed | undefined;

  constructor(options: ControllerOptions) {
    this.#options = options;
    this.#agent = { connected: false, since: options.now() };
    this.#pipeline = options.createPipeline();
    this.#habits = new HabitKeeper(options.store, options.now, () => this.#pipeline.habits());
    this.stream = new Stream({
      epoch: options.newEpoch(),
      home: (epoch, sequence) => this.home(epoch, sequence),
      now: options.now,
    });
    this.#live = this.#newLive();
    this.rulebook = this.#newRulebook();
    this.household = new Household({
      rulebook: this.rulebook,
      store: options.store,
      at: () => this.#time(),
      onStored: () => this.noteStore(),
    });
    this.identity = new Identity({
      store: options.store,
      decisions: this.rulebook.decisions,
      home: () => this.#pipeline.home,
      view: (id) => this.device(id),
      observe: (observation) => this.observe(observation),
      onStored: () => this.noteStore(),
    });
    this.incidents = this.#newIncidents();
    this.desk = new Desk({
      incidents: this.incidents,
      label: (id) => this.#label(id),
      devices: () => this.#pipeline.home.devices().map(({ id }) => id),
      at: () => this.#time(),
      onStored: () => this.noteStore(),
    });
    this.rulebook.follows(this.incidents.own.stance());
  }

  /** Once the store is open. */
  begin(): void {
    this.#restore();
    this.incidents.begin();
    this.rulebook.begin();
    this.noteStore();
  }

  close(): void {
    if (this.#keepsHabits) this.#habits.keepAll();
    this.incidents.close();
    this.rulebook.close();
  }

  /** Takes over what the owner installed, all of it; files that could not be taken are told of. */
  install(installed: Installed): void {
    this.#installed = installed;
    this.#tellInstalled();
    this.#coverage.installed(installed.problems);
    this.#announceState();
  }

  /** Observed time, ms. */
  get at(): number {
    return this.#pipeline.home.at;
  }

  observe(observation: Observation): void {
    const profiles: ProfileObservation[] = [];
    this.rulebook.take(observation);
    for (const event of this.#pipeline.step(observation)) {
      this.#take(event);
      this.rulebook.follow(event);
      this.incidents.follow(event);
      const profile = this.#profiles.follow(event);
      if (profile) profiles.push(profile);
    }
    if (observation.kind === 'totals') this.#live.totals(observation);
    this.incidents.take(observation);
    for (const profile of profiles) this.observe(profile);
  }

  agentChanged(connected: boolean, reason?: string): void {
    const { mode, demo } = this.#options.run;
    const at = this.#options.now();
    this.#agent = { connected, since: at };
    this.#coverage.own('agent-gone', connected ? undefined : (reason ?? 'the connection ended'));
    if (connected && mode === 'read' && !demo) this.#playAgain();
    this.#options.store.note({ at, kind: connected ? 'agent-connected' : 'agent-gone', actor: 'spin' });
    this.rulebook.agentChanged(connected);
    this.#announceState();
  }

  /** Once a second. */
  settle(): void {
    if (this.#coverage.settle(this.at)) this.#announceState();
    this.#live.settle(this.at);
    this.rulebook.tick();
    this.incidents.tick();
    if (this.#keepsHabits) this.#habits.settle();
  }

  /** Says whether the store works. */
  noteStore(): void {
    if (this.#coverage.own('store-failing', this.#options.store.failing)) this.#announceState();
  }

  home(epoch: string, sequence: number): HomeView {
    return {
      epoch,
      sequence,
      at: this.at,
      ...this.#state(),
      run: this.#options.run,
      rules: this.household.rules(),
      groups: this.household.groups(),
      incidents: this.incidents.views(),
      newcomers: this.incidents.newcomerViews(),
      devices: this.devices(),
      conversations: this.#live.conversations(),
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
      rules: this.rulebook.rules().size,
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
    if (!device) return undefined;
    const counters = this.#pipeline.home.counters(id);
    const standing = { ...this.rulebook.outlook.ofDevice(id), ...this.identity.looksLike(id) };
    return { ...deviceView(device, counters, this.#live.rateOf(id)), ...standing };
  }

  exposure(id: string): Exposure | undefined {
    const model = this.#pipeline.home.device(id)?.identity?.model?.value.toLowerCase();
    const models = model === undefined ? undefined : this.#installed?.models.get(model);
    return this.#pipeline.exposure(id, models);
  }

  conversations(device: string) {
    const ids = this.#pipeline.home.conversationIds(device).slice(-LIMITS.conversationsInView);
    return ids.flatMap((id) => this.#live.conversation(id) ?? []);
  }

  nodes(device: string, order: 'volume' | 'new', limit: number) {
    return this.#options.store.contacts(device, order, limit).map((node) => ({
      ...nodeView(node, this.#isRouter),
      ...this.rulebook.outlook.ofNode(device, node.name),
    }));
  }

  history(span: HistorySpan, device?: string): HistoryView {
    return this.#live.history(span, this.at, this.#options.store, device);
  }

  events(limit: number) {
    return this.#options.store.events(limit);
  }

  rename(id: string, name: string, actor: string) {
    const device = this.#pipeline.home.device(id);
    if (!device) return undefined;
    this.#durably(() => this.rulebook.decisions.rename(device, name, actor));
    return this.device(id);
  }

  erase(): void {
    this.#durably(() => this.#options.store.erase(['password']));
    this.#known.clear();
    this.#habits.forget();
    this.#beginAnew();
    this.#options.onErased();
  }

  /** The home's time, ms: of a recording, its own. */
  #time(): number {
    return this.#options.run.mode === 'read' ? this.at : this.#options.now();
  }

  /** A recording is played again from its begin, and must not know then what comes. */
  get #keepsHabits(): boolean {
    return this.#options.run.mode !== 'read';
  }

  #newLive(): Live {
    return new Live({
      stream: this.stream,
      now: this.#options.now,
      home: () => this.#pipeline.home,
      device: (id) => this.device(id),
      conversation: (conversation, rate) => ({
        ...conversationView(conversation, rate, this.#isRouter),
        ...this.rulebook.outlook.ofConversation(askedOf(conversation)),
      }),
    });
  }

  #newRulebook(): Rulebook {
    const { run, store, now, lan, page, consoles, newId, send } = this.#options;
    return new Rulebook({
      store,
      now,
      lan,
      page,
      consoles,
      newId,
      send,
      passive: run.mode !== 'gateway',
      at: () => this.#time(),
      devices: () => this.#pipeline.home.devices(),
      device: (id) => this.#pipeline.home.device(id),
      label: labelOf,
      announce: (message) => this.stream.announce(message),
      onEnforcement: () => this.#announceState(),
      onStanding: (devices) => {
        for (const id of devices) this.#announceDevice(this.at, id);
        this.#live.tellAgain();
      },
      onNamed: (device, to, by) =>
        this.observe({ kind: 'command', at: this.at, by, command: { name: 'rename-device', device, to } }),
      onKindSet: (device, to, by) =>
        this.observe({ kind: 'command', at: this.at, by, command: { name: 'set-kind', device, to } }),
    });
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
    this.#profiles.forget();
    this.#live = this.#newLive();
    this.#restore();
    this.#tellInstalled();
    this.incidents.begin();
    this.rulebook.begin();
    this.stream.restart(this.#options.newEpoch());
  }

  #restore(): void {
    const devices = this.#options.store.devices();
    for (const { id } of devices) this.#known.add(id);
    const habits = this.#keepsHabits ? this.#habits.load() : [];
    if (devices.length > 0) this.observe({ kind: 'restore', at: 0, devices, habits });
  }

  #tellInstalled(): void {
    if (!this.#installed) return;
    const { lists, profiles } = this.#installed;
    this.observe({ kind: 'lists', at: this.at, lists });
    const told = this.#profiles.install(this.at, profiles, this.#pipeline.home.devices());
    for (const profile of told) this.observe(profile);
  }

  #greet(at: number, device: string): void {
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.add(device);
    this.#options.store.note({ at, kind: 'device-found', actor: 'spin', device });
  }

  #label(id: string): string {
    const device = this.#pipeline.home.device(id);
    return device ? labelOf(device) : id;
  }

  #newIncidents(): Incidents {
    const { store, now } = this.#options;
    return new Incidents({
      store,
      now,
      at: () => this.#time(),
      home: () => this.#pipeline.home,
      label: (id) => this.#label(id),
      kind: (id) => this.#pipeline.home.device(id)?.kind,
      groupsOf: (id) => {
        const kind = this.#pipeline.home.device(id)?.kind;
        return groupsOf({ id, ...(kind !== undefined && { kind }) }, this.rulebook.decisions.groups.values());
      },
      findings: () => this.#pipeline.findings(),
      isGroup: (id) => this.rulebook.outlook.isGroup(id),
      isRecording: this.#options.run.mode === 'read',
      isWeak: (id) => this.exposure(id)?.grade === 'weak',
      standing: (rule) => this.rulebook.standing(rule),
      stoppedBy: (rule) => this.rulebook.stoppedBy(rule),
      announce: (message) => this.stream.announce(message),
      onWants: (wants) => {
        this.rulebook.wants(wants.rules);
        this.#announceState();
      },
    });
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
        this.#live.merge(event.device, event.into);
        this.stream.announce({ kind: 'device-gone', at: event.at, device: event.device, into: event.into });
        return;
      case 'resemblance':
        this.#announceDevice(event.at, event.resemblance.device);
        return;
      case 'gateway':
        this.#gateway = { macs: event.macs, addresses: event.addresses };
        this.#routerAddresses = new Set(event.addresses);
        this.#live.tellAgain();
        this.#announceState();
        return;
      case 'traffic':
        this.#live.traffic(event.at, event.devices, event.conversations);
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
      verdict: verdictOf(devices, this.#agent.connected, coverage, this.incidents.views()),
      coverage,
      lost: this.#coverage.lost(),
      agent: this.#agent,
      gateway: this.#gateway,
      enforcement: this.rulebook.enforcement,
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
