import { LIMITS } from '../../contract/api.ts';
import type { IncidentView, NewcomerView, NoticedView } from '../../contract/incidents.ts';
import { afterRestart, Casebook, type CaseInput, type CaseState } from '../../decide/casebook.ts';
import { type Newcomer, Newcomers } from '../../decide/newcomers.ts';
import type { HouseholdInput } from '../../decide/obey.ts';
import type { HomeEvent } from '../../model/event.ts';
import type { Device, Finding } from '../../model/home.ts';
import type { Incident, Sign } from '../../model/incident.ts';
import type { Observation } from '../../model/observation.ts';
import type { Announcement } from '../../serve/stream.ts';
import type { Store } from '../../store/store.ts';
import { Archive } from './archive.ts';
import { Chronicle } from './chronicle.ts';
import { incidentView, newcomerView, noticedView, type Shown } from './incident-views.ts';
import { type Around, OwnWishes } from './own-wishes.ts';
import { SignFeed } from './sign-feed.ts';
import { Wishes } from './wishes.ts';

/** Settings: when this home's SPIN began, and who is new. */
const INSTALLED = 'installed';
const NEWCOMERS = 'newcomers';
/** A device whose first packet is older was known before, ms. */
const JUST_NOW = 60_000;

export type IncidentsOptions = Omit<Shown, 'at'> &
  Around & {
    store: Store;
    /** The home's time, ms: of a recording, its own. */
    at: () => number;
    /** What detectors claim now. */
    findings: () => Finding[];
    /** Whether there is such a group. */
    isGroup: (id: string) => boolean;
    /** A recording is played anew at each start, so that its incidents are, too. */
    isRecording: boolean;
    announce: (message: Announcement) => void;
  };

/**
 * From findings to what SPIN does by itself: incidents, what the household says of them, who is new. What happens by
 * itself is done first and written then; what somebody says is written first and done then.
 */
export class Incidents {
  readonly #options: IncidentsOptions;
  readonly wishes: Wishes;
  readonly #own: OwnWishes;
  #archive: Archive;
  #book!: Casebook;
  #newcomers!: Newcomers;
  #signs!: SignFeed;
  readonly #chronicle = new Chronicle();
  #watched = '';

  constructor(options: IncidentsOptions) {
    this.#options = options;
    const { store, home, isGroup } = options;
    const known = { device: (id: string) => home().device(id) !== undefined, group: isGroup };
    this.wishes = new Wishes(store, known);
    this.#archive = new Archive(store, options.now);
    this.#own = new OwnWishes(this.wishes, options, () => ({ book: this.#book, newcomers: this.#newcomers }));
    this.#open({ incidents: [], corrections: [] }, 0, []);
  }

  /** Once the store is open, and again after the home was erased. */
  begin(): void {
    const { store, now, isRecording } = this.#options;
    if (isRecording) store.forgetCases();
    this.#archive = new Archive(store, now);
    this.wishes.load();
    const installed = (store.setting(INSTALLED) as number | undefined) ?? now();
    this.#save(INSTALLED, installed);
    const newcomers = (store.setting(NEWCOMERS) as Newcomer[] | undefined) ?? [];
    this.#open(afterRestart(this.#archive.load()), installed, newcomers);
    this.#watched = '';
    this.#chronicle.know(this.#book.current());
    this.#tell([]);
    this.#own.settle();
  }

  #open(state: CaseState, installed: number, newcomers: readonly Newcomer[]): void {
    const { home, label } = this.#options;
    this.#newcomers = new Newcomers((device) => this.#own.preferencesOf(device).newDevices, installed, newcomers);
    this.#signs = new SignFeed(home, label);
    this.#book = new Casebook({
      profileOf: (device) => this.#own.profileOf(device),
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

  /** What SPIN wants by itself, and how far it may go. */
  get own(): OwnWishes {
    return this.#own;
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
    if (event.kind === 'device' && event.change === 'found') this.#arrived(event.device, event.at);
    else if (event.kind === 'finding')
      this.#happened({ kind: 'finding', at: event.at, change: event.change, finding: event.finding });
    else if (event.kind === 'merged') this.#merged(event.device, event.into, event.at);
  }

  /** Once a second. */
  tick(): void {
    const at = this.#options.at();
    this.#read(this.#signs.tick(at));
    this.#changed(undefined, this.#book.apply({ kind: 'tick', at }));
    if (this.#newcomers.tick(at)) this.#newcomersChanged();
    this.#own.tick();
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
    if (this.#newcomers.all().length > 0)
      this.#options.announce({ kind: 'newcomers', at, newcomers: this.newcomerViews() });
    this.#own.tellAgain();
  }

  /** The newest first, at most `LIMITS.incidents`. @param all those that are closed, too */
  views(all = false): IncidentView[] {
    const wanted = all ? this.#book.all() : this.#book.current();
    const newest = wanted.toSorted((a, b) => b.opened - a.opened).slice(0, LIMITS.incidents);
    return newest.map((incident) => this.view(incident));
  }

  view(incident: Incident): IncidentView {
    return incidentView(incident, { ...this.#options, at: this.#options.at() });
  }

  /** What may be harm first, at most `LIMITS.noticed`. @param device of this one only */
  noticedViews(device?: string): NoticedView[] {
    const { findings, at, home, label } = this.#options;
    const all = this.#book.noticed(findings(), at());
    const wanted = all.filter((one) => (device === undefined || one.device === device) && home().device(one.device));
    return wanted
      .slice(0, LIMITS.noticed)
      .map((one) => noticedView(one, label(one.device), this.#own.preferencesOf(one.device).certainty));
  }

  newcomerViews(): NewcomerView[] {
    return this.#newcomers.all().flatMap((one) => newcomerView(one, this.#options.label));
  }

  /** One that was seen for the very first time may be a newcomer. */
  #arrived({ id, firstSeen }: Device, at: number): void {
    const isFirst = Math.abs(at - firstSeen) < JUST_NOW;
    if (isFirst && this.#newcomers.arrived(id, at)) this.#newcomersChanged();
  }

  /** Two ids were one device: what was said of the one holds for it. */
  #merged(device: string, into: string, at: number): void {
    if (this.#book.corrections.merge(device, into)) this.#archive.keepCorrections(this.#book.corrections.all());
    if (this.wishes.merge(device, into)) this.#options.announce({ kind: 'wishes', at });
    this.#happened({ kind: 'merged', at, device, into });
    if (this.#newcomers.admit(device)) this.#newcomersChanged();
  }

  #read(signs: readonly Sign[]): void {
    for (const sign of signs) this.#happened({ kind: 'sign', at: sign.at, sign });
  }

  #happened(input: CaseInput): void {
    this.#changed(input, this.#book.apply(input));
  }

  #changed(input: CaseInput | undefined, changed: readonly Incident[]): void {
    if (changed.length > 0) this.#own.settle();
    if (input || changed.length > 0) this.#archive.note(input, changed);
    if (changed.length > 0) this.#tell(changed);
  }

  #tell(changed: readonly Incident[]): void {
    const at = this.#options.at();
    for (const incident of changed) this.#options.announce({ kind: 'incident', at, incident: this.view(incident) });
    for (const event of this.#chronicle.read(changed)) this.#options.store.note(event);
    const devices = this.#book.current().map(({ device }) => device);
    const text = devices.join(' ');
    if (text !== this.#watched) this.#signs.watch(devices, at);
    this.#watched = text;
  }

  #newcomersChanged(): void {
    this.#save(NEWCOMERS, this.#newcomers.state());
    this.#options.announce({ kind: 'newcomers', at: this.#options.at(), newcomers: this.newcomerViews() });
    this.#own.settle();
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
