import type { IncidentView, NewcomerView } from '../../contract/incidents.ts';
import { afterRestart, Casebook, type CaseInput, type CaseState, type HouseholdInput } from '../../decide/casebook.ts';
import { type Newcomer, Newcomers } from '../../decide/newcomers.ts';
import type { Profile } from '../../decide/verdicts.ts';
import type { HomeEvent } from '../../model/event.ts';
import type { Incident, Sign } from '../../model/incident.ts';
import type { Observation } from '../../model/observation.ts';
import { type Preferences, preferencesFor } from '../../model/preferences.ts';
import type { OwnLimit, OwnPolicy } from '../../model/verdict.ts';
import type { Announcement } from '../../serve/stream.ts';
import type { Store } from '../../store/store.ts';
import type { Home } from '../../track/home.ts';
import type { Stance } from '../rules/rulebook.ts';
import { Archive } from './archive.ts';
import { type Around, incidentView, newcomerView } from './incident-views.ts';
import { SignFeed } from './sign-feed.ts';
import { Wishes } from './wishes.ts';

/** Settings: when this home's SPIN began, and who is new. */
const INSTALLED = 'installed';
const NEWCOMERS = 'newcomers';
/** How well devices are secured changes slowly: they are looked at this often, ms, and only where somebody wishes it. */
const WEIGH_EVERY = 60_000;

export type IncidentsOptions = Omit<Around, 'at'> & {
  store: Store;
  now: () => number;
  /** The home's time, ms: of a recording, its own. */
  at: () => number;
  home: () => Home;
  /** Ids of the groups that a device is in. */
  groupsOf: (device: string) => string[];
  /** Whether there is such a group. */
  isGroup: (id: string) => boolean;
  /** Whether somebody could get into a device, as far as its traffic shows. */
  isWeak: (device: string) => boolean;
  announce: (message: Announcement) => void;
  /** Told when what SPIN wants by itself is another, or preferences are. */
  onWants: (wants: OwnPolicy) => void;
};

/**
 * From findings to what SPIN does by itself: incidents, what the household says of them, who is new. What happens by
 * itself is done first and written then; what somebody says is written first and done then.
 */
export class Incidents {
  readonly #options: IncidentsOptions;
  readonly wishes: Wishes;
  #archive: Archive;
  #book!: Casebook;
  #newcomers!: Newcomers;
  #signs!: SignFeed;
  #wants: OwnPolicy = { rules: [], limits: [] };
  #wanted = '';
  #weak: readonly string[] = [];
  #weighedAt = Number.NEGATIVE_INFINITY;
  #limits: ReadonlyMap<string, OwnLimit> = new Map();
  #watched = '';

  constructor(options: IncidentsOptions) {
    this.#options = options;
    const { store, home, isGroup } = options;
    const known = { device: (id: string) => home().device(id) !== undefined, group: isGroup };
    this.wishes = new Wishes(store, known);
    this.#archive = new Archive(store, options.now);
    this.#open({ incidents: [], corrections: [] }, 0, []);
  }

  /** Once the store is open, and again after the home was erased. */
  begin(): void {
    const { store, now } = this.#options;
    this.#archive = new Archive(store, now);
    this.wishes.load();
    const installed = (store.setting(INSTALLED) as number | undefined) ?? now();
    this.#save(INSTALLED, installed);
    const newcomers = (store.setting(NEWCOMERS) as Newcomer[] | undefined) ?? [];
    this.#open(afterRestart(this.#archive.load()), installed, newcomers);
    this.#watched = '';
    this.#wanted = '';
    this.#tell([]);
    this.#settleWants();
  }

  #open(state: CaseState, installed: number, newcomers: readonly Newcomer[]): void {
    const { home, label } = this.#options;
    this.#newcomers = new Newcomers((device) => this.preferencesOf(device).newDevices, installed, newcomers);
    this.#signs = new SignFeed(home, label);
    this.#book = new Casebook({
      profileOf: (device) => this.profileOf(device),
      devices: () =>
        home()
          .devices()
          .map(({ id }) => id),
      preferences: () => this.wishes.set,
      state,
    });
  }

  close(): void {
    this.#archive.flush();
  }

  get book(): Casebook {
    return this.#book;
  }

  get newcomers(): Newcomers {
    return this.#newcomers;
  }

  get history(): CaseInput[] {
    return this.#archive.history();
  }

  /** After the home took it in. */
  take(observation: Observation): void {
    this.#read(this.#signs.take(observation));
  }

  /** After the home took something in. */
  follow(event: HomeEvent): void {
    this.#read(this.#signs.follow(event));
    if (event.kind === 'finding')
      this.#happened({ kind: 'finding', at: event.at, change: event.change, finding: event.finding });
    else if (event.kind === 'merged') {
      this.#happened({ kind: 'merged', at: event.at, device: event.device, into: event.into });
      if (this.#newcomers.admit(event.device)) this.#newcomersChanged();
    }
  }

  /** A device was seen for the very first time. */
  arrived(device: string, at: number): void {
    if (this.#newcomers.arrived(device, at)) this.#newcomersChanged();
  }

  /** Once a second. */
  tick(): void {
    const at = this.#options.at();
    this.#read(this.#signs.tick(at));
    this.#changed(undefined, this.#book.apply({ kind: 'tick', at }));
    if (this.#newcomers.tick(at)) this.#newcomersChanged();
    if (Math.abs(this.#options.now() - this.#weighedAt) >= WEIGH_EVERY) this.#weigh();
    this.#archive.settle();
  }

  /**
   * What somebody of the household says.
   * @throws {Refusal} and {StoreFailing}; nothing is changed then
   */
  say(input: HouseholdInput): void {
    const { at, by } = input;
    const { changed: would, corrections } = this.#book.trial(input);
    const said = { at, kind: `incident-${input.kind}`, actor: by, device: would[0]!.device, detail: wordOf(input) };
    this.#archive.keep(input, would, said, corrections);
    this.#changed(undefined, this.#book.apply(input));
    if (corrections.length > 0) this.#options.announce({ kind: 'wishes', at });
  }

  /** A claim that was undone counts again. @throws {Refusal} and {StoreFailing}; nothing is changed then */
  uncorrect(id: string, actor: string): void {
    const { store, at } = this.#options;
    const corrections = this.#book.corrections.without(id);
    const said = { at: at(), kind: 'correction-removed', actor, detail: id };
    store.keepCase({ incidents: [], inputs: [], corrections }, [said]);
    this.#book.corrections.remove(id);
    this.wished();
  }

  /** The owner knows a new device. @throws {Refusal} and {StoreFailing}; nothing is changed then */
  admit(device: string, actor: string): void {
    const { store, at } = this.#options;
    const others = this.#newcomers.without(device);
    const said = { at: at(), kind: 'newcomer-admitted', actor, device };
    store.keepCase({ incidents: [], inputs: [] }, [said], { [NEWCOMERS]: others });
    this.#newcomers.admit(device);
    this.#newcomersChanged();
  }

  /** Preferences, corrections or groups are others now. */
  wished(): void {
    const at = this.#options.at();
    this.#changed(undefined, this.#book.apply({ kind: 'tick', at }));
    this.#options.announce({ kind: 'wishes', at });
    this.#weigh();
    this.#options.onWants(this.#wants);
  }

  /** Those that are not closed. */
  views(): IncidentView[] {
    return this.#book.current().map((incident) => this.view(incident));
  }

  view(incident: Incident): IncidentView {
    return incidentView(incident, { ...this.#options, at: this.#options.at() });
  }

  newcomerViews(): NewcomerView[] {
    return this.#newcomers.all().flatMap((one) => newcomerView(one, this.#options.label));
  }

  /** What SPIN wants by itself now. */
  wants(): OwnPolicy {
    const { rules, limits } = this.#book.wants();
    const ofNewcomers = this.#newcomers.wants();
    const weak = this.#weak.map((device): OwnLimit => ({ device, reason: 'weak' }));
    // The last of a device counts: what it did weighs more than what it is.
    const byDevice = new Map([...ofNewcomers.limits, ...weak, ...limits].map((limit) => [limit.device, limit]));
    return { rules: [...rules, ...ofNewcomers.rules], limits: [...byDevice.values()] };
  }

  /** How far SPIN may go, as the rulebook asks each time it makes a policy. */
  stance(): Stance {
    return {
      criticalOf: (device) => this.preferencesOf(device).critical,
      guardOf: (device) => {
        const limit = this.#limits.get(device);
        return { mayAct: this.preferencesOf(device).autonomy !== 'watch', ...(limit && { limit }) };
      },
      mayAct: () => this.wishes.set.home.autonomy !== 'watch',
    };
  }

  preferencesOf(device: string): Preferences {
    return preferencesFor(this.wishes.set, device, this.#options.groupsOf(device));
  }

  profileOf(device: string): Profile {
    const kind = this.#options.kind(device);
    return { groups: this.#options.groupsOf(device), ...(kind !== undefined && { kind }) };
  }

  #read(signs: readonly Sign[]): void {
    for (const sign of signs) this.#happened({ kind: 'sign', at: sign.at, sign });
  }

  #happened(input: CaseInput): void {
    this.#changed(input, this.#book.apply(input));
  }

  #changed(input: CaseInput | undefined, changed: readonly Incident[]): void {
    if (!input && changed.length === 0) return;
    this.#archive.note(input, changed);
    this.#tell(changed);
    if (changed.length > 0) this.#settleWants();
  }

  #tell(changed: readonly Incident[]): void {
    const at = this.#options.at();
    for (const incident of changed) this.#options.announce({ kind: 'incident', at, incident: this.view(incident) });
    const devices = this.#book.current().map(({ device }) => device);
    const text = devices.join(' ');
    if (text !== this.#watched) this.#signs.watch(devices, at);
    this.#watched = text;
  }

  #newcomersChanged(): void {
    this.#save(NEWCOMERS, this.#newcomers.state());
    this.#options.announce({ kind: 'newcomers', at: this.#options.at(), newcomers: this.newcomerViews() });
    this.#settleWants();
  }

  /** Which devices are poorly secured, of those for whom that counts. */
  #weigh(): void {
    this.#weighedAt = this.#options.now();
    const { home, groups, devices } = this.wishes.set;
    const isWished = [home, ...Object.values(groups), ...Object.values(devices)].some(({ weak }) => weak === 'limit');
    const all = isWished ? this.#options.home().devices() : [];
    this.#weak = all
      .map(({ id }) => id)
      .filter((id) => this.preferencesOf(id).weak === 'limit' && this.#options.isWeak(id));
    this.#settleWants();
  }

  #settleWants(): void {
    this.#wants = this.wants();
    const text = JSON.stringify(this.#wants);
    if (text === this.#wanted) return;
    this.#wanted = text;
    this.#limits = new Map(this.#wants.limits.map((limit) => [limit.device, limit]));
    this.#options.onWants(this.#wants);
  }

  /** What happened is so, whether or not the disk takes it. */
  #save(key: string, value: unknown): void {
    try {
      this.#options.store.set(key, value);
    } catch {
      // The store says that it fails; it is written with the next change.
    }
  }
}

function wordOf(input: HouseholdInput): string {
  if (input.kind === 'answer') return `${input.incident} ${input.answer}`;
  return input.kind === 'claim' ? `${input.incident} ${input.step}` : input.incident;
}
