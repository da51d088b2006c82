import type { HomeEvent } from '../model/event.ts';
import type { DetectorName } from '../model/finding-words.ts';
import type { CoverageNote, DnsObservation, Observation } from '../model/observation.ts';
import type { Home } from '../track/home.ts';
import { BadPlaces } from './absolute/bad-places.ts';
import { DETECTORS } from './all.ts';
import { type Contact, Contacts } from './contacts/contacts.ts';
import type { Claim, Detector, Hooks, OpenedFlow } from './detector.ts';
import { DnsBook } from './dns/book.ts';
import { Evidence } from './evidence/evidence.ts';
import { Findings } from './findings.ts';
import { blindDetectors } from './needs.ts';

const SECOND = 1000;
/** The name under which the detectors' own faults are told. */
const SOURCE = 'detection';

type Observer = { running: Running; observe: (observation: Observation, device: number) => void };
type Running = { name: DetectorName; hooks: Hooks; faults: number };
type Listener<T> = { running: Running; hear: (what: T) => void };

/** All detectors over one home: what happens goes in, findings come out. A detector that throws stops nobody. */
export class Detection {
  readonly findings = new Findings();
  readonly evidence: Evidence;
  readonly #home: Home;
  readonly #detectors: readonly Detector[];
  readonly #badPlaces: BadPlaces;
  readonly #running: Running[] = [];
  readonly #second: Running[];
  readonly #opened: Listener<OpenedFlow>[];
  readonly #called: Listener<Contact>[];
  readonly #named: Running[];
  readonly #contacts: Contacts;
  readonly #names = new DnsBook();
  readonly #observers = new Map<string, Observer[]>();
  /** Ids of the devices by index, as the detectors know them. */
  readonly #ids: (string | undefined)[] = [];
  #seen = Number.NEGATIVE_INFINITY;
  #notes = '[]';
  #sourcesChanged = false;
  #faultsTold = 0;

  /** @param build makes the home with the evidence as its witness */
  constructor(
    build: (evidence: Evidence) => Home,
    seed: number,
    detectors: readonly Detector[] = DETECTORS,
    badPlaces = new BadPlaces(),
  ) {
    this.#badPlaces = badPlaces;
    this.evidence = new Evidence(seed, (flow) => this.#open(flow));
    this.#home = build(this.evidence);
    this.#contacts = new Contacts(this.#home);
    this.#detectors = detectors;
    for (const detector of detectors) this.#start(detector);
    this.#second = this.#running.filter(({ hooks }) => hooks.second);
    this.#opened = this.#running.flatMap((running) => listener(running, running.hooks.opened));
    this.#called = this.#running.flatMap((running) => listener(running, running.hooks.called));
    this.#named = this.#running.filter(({ hooks }) => hooks.named);
    for (const running of this.#running)
      for (const [kind, observe] of Object.entries(running.hooks.observe ?? {})) {
        const observer = { running, observe: observe as Observer['observe'] };
        this.#observers.set(kind, [...(this.#observers.get(kind) ?? []), observer]);
      }
  }

  get home(): Home {
    return this.#home;
  }

  /** Takes one observation. @returns what follows from it, the home's events first */
  step(observation: Observation): HomeEvent[] {
    const events = this.#home.apply(observation);
    for (const event of events) if (event.kind === 'merged') this.findings.merge(event.device, event.into, event.at);
    const { kind } = observation;
    if (kind === 'source') this.#sourcesChanged = true;
    if (kind !== 'flows' && kind !== 'tick') this.#observe(observation);
    const { at } = this.#home;
    const second = Math.floor(at / SECOND);
    if (second > this.#seen) {
      this.#seen = second;
      this.#endSecond(at);
      if (this.#faults() !== this.#faultsTold || this.#sourcesChanged) events.push(...this.#tellFaults());
    }
    const found = this.findings.takeEvents();
    return found.length === 0 ? events : [...events, ...found];
  }

  #start(detector: Detector): void {
    const { name } = detector;
    const context = {
      home: this.#home,
      evidence: this.evidence,
      contacts: this.#contacts,
      names: this.#names,
      badPlaces: this.#badPlaces,
      claim: (claim: Claim) => this.#claim(name, claim),
    };
    const running: Running = { name, hooks: {}, faults: 0 };
    this.#running.push(running);
    this.#guard(running, () => {
      running.hooks = detector.start(context);
    });
  }

  #claim(name: string, claim: Claim): void {
    const id = this.#home.deviceId(claim.device);
    if (id !== undefined) this.findings.claim(name, id, claim, this.#home.at);
  }

  #observe(observation: Observation): void {
    const observers = this.#observers.get(observation.kind) ?? [];
    const isName = observation.kind === 'dns';
    if (observers.length === 0 && !isName) return;
    const device = this.#home.actorOf(observation);
    if (isName) this.#name(observation, device);
    for (const { running, observe } of observers) {
      try {
        observe(observation, device);
      } catch {
        running.faults++;
      }
    }
  }

  #name(message: DnsObservation, device: number): void {
    const news = this.#names.take(message, device);
    if (!news) return;
    for (const running of this.#named) {
      try {
        running.hooks.named!(news, message);
      } catch {
        running.faults++;
      }
    }
  }

  #open(flow: OpenedFlow): void {
    const contact = this.#contacts.opened(flow);
    if (contact) tell(this.#called, contact);
    tell(this.#opened, flow);
  }

  #endSecond(at: number): void {
    const { evidence } = this;
    evidence.second(at);
    this.#forgetReplaced(evidence.active);
    for (const running of this.#second) this.#guard(running, () => running.hooks.second!(at, evidence.active));
    evidence.clear();
    this.findings.expire(at);
  }

  /** An index may stand for another device by now: nothing of the old one may be held against it. */
  #forgetReplaced(active: readonly number[]): void {
    for (const device of active) {
      const id = this.#home.deviceId(device);
      const known = this.#ids[device];
      if (id === known) continue;
      this.#ids[device] = id;
      if (known === undefined) continue;
      this.evidence.forget(device);
      this.#contacts.forget(device);
      this.#names.forget(device);
      for (const running of this.#running) this.#guard(running, () => running.hooks.forget?.(device));
    }
  }

  #guard(running: Running, act: () => void): void {
    try {
      act();
    } catch {
      running.faults++;
    }
  }

  #faults(): number {
    let sum = 0;
    for (const { faults } of this.#running) sum += faults;
    return sum;
  }

  /** Which detectors fail, and which cannot see what they need, as notes of a source of their own. */
  #tellFaults(): HomeEvent[] {
    this.#sourcesChanged = false;
    this.#faultsTold = this.#faults();
    const failing = this.#running.filter(({ faults }) => faults > 0).map(({ name }) => name);
    const blind = blindDetectors(this.#detectors, this.#home.coverage()).map(({ name }) => name);
    const notes: CoverageNote[] = [];
    if (failing.length > 0) notes.push({ code: 'detector-failing', detail: failing.join(' ') });
    if (blind.length > 0) notes.push({ code: 'detector-blind', detail: blind.join(' ') });
    if (JSON.stringify(notes) === this.#notes) return [];
    this.#notes = JSON.stringify(notes);
    const lost = { events: 0, packets: 0 };
    return this.#home.apply({ kind: 'source', at: this.#home.at, source: SOURCE, coverage: notes, lost });
  }
}

function listener<T>(running: Running, hear: ((what: T) => void) | undefined): Listener<T>[] {
  return hear === undefined ? [] : [{ running, hear }];
}

/** As `#guard`, without an object for each call. */
function tell<T>(listeners: readonly Listener<T>[], what: T): void {
  for (let i = 0; i < listeners.length; i++) {
    const { running, hear } = listeners[i]!;
    try {
      hear(what);
    } catch {
      running.faults++;
    }
  }
}
