import type { CaseInput } from '../../decide/casebook.ts';
import { meaningOf, type Sort } from '../../decide/meanings.ts';
import { outcomes } from '../../decide/rehearsal.ts';
import { DETECTORS } from '../../detect/all.ts';
import { Detection } from '../../detect/detection.ts';
import { blindDetectors } from '../../detect/needs.ts';
import { parseMac } from '../../model/address.ts';
import type { HomeEvent } from '../../model/event.ts';
import type { Device, Finding } from '../../model/home.ts';
import type { Observation } from '../../model/observation.ts';
import { AUTONOMIES, type Autonomy, DEFAULT_PREFERENCES, type PreferenceSet } from '../../model/preferences.ts';
import { Home } from '../../track/home.ts';
import type { FlowWitness } from '../../track/witness.ts';
import { BASELINES, type Baseline, Baselines } from './baselines.ts';
import type { Truth } from './truth.ts';

/** Same file, same answer. */
export const SEED = 0x5b1d_e5e1;

export type Told = {
  detector: string;
  subject: string;
  device: string;
  confidence: number;
  sort: Sort;
  at: number;
  first: number;
};

/** How one view of a capture came out. */
export type Outcome = {
  findings: Told[];
  /** The offender raised a finding that counts (a note does not). */
  found: boolean;
  /** s from the deed's first packet, and from the offender's own first, to the first finding. */
  afterDeed?: number;
  afterStart?: number;
  /** Ids of devices that were accused and are not the offender. */
  wronged: string[];
  /** Ids of innocent devices of which anything would be cut, by preference. */
  blocked: Record<Autonomy, string[]>;
  /** Whether anything of the offender's would be cut under the default preference. */
  stopped: boolean;
  /** Nothing that the offender did passes this view: devices of one home speak past their router. */
  outOfSight: boolean;
  /** Detectors that did not see all that they need. */
  blind: string[];
  baselines: Record<Baseline, { found: boolean; wronged: number }>;
  devices: number;
};

/** One home, watched by the detectors and the baselines. */
export class Run {
  readonly detection: Detection;
  readonly #truth: Truth;
  readonly #baselines = new Baselines();
  readonly #told = new Map<string, Told>();
  readonly #history: CaseInput[] = [];
  /** Ids that were another device all the time. */
  readonly #merged = new Map<string, string>();

  constructor(truth: Truth) {
    this.#truth = truth;
    this.detection = new Detection((evidence) => new Home({ witness: both(evidence, this.#baselines) }), SEED);
    const { prefixes, macs } = truth.lan;
    if (prefixes.length + macs.length > 0)
      this.sink({
        ...{ kind: 'source', at: 0, source: 'capture' },
        home: truth.lan,
        coverage: [],
        lost: { events: 0, packets: 0 },
      });
  }

  readonly sink = (observation: Observation): void => {
    this.#take(this.detection.step(observation));
    if (observation.kind === 'neighbour')
      this.#baselines.neighbour(observation, this.detection.home.actorOf(observation));
    if (observation.kind !== 'source') this.#baselines.advance(this.detection.home.at);
  };

  /** The last, unfinished seconds count too. */
  end(): void {
    if (this.detection.home.at > 0)
      this.sink({ kind: 'tick', at: Math.floor(this.detection.home.at / 1000) * 1000 + 2000 });
  }

  isOffenderKnown(): boolean {
    const { offender } = this.#truth;
    return offender === '?' || offender === '-' || this.offenders().length > 0;
  }

  /** @param isThere the offender is known to be in the capture, whether or not this view shows it */
  outcome(isThere: boolean): Outcome {
    const { home } = this.detection;
    const findings = [...this.#told.values()].map((told) => ({ ...told, device: this.#now(told.device) }));
    const counted = findings.filter(({ sort }) => sort !== 'note');
    const offenders = this.#guilty(counted);
    const byOffender = counted.filter(({ device }) => offenders.includes(device)).sort((a, b) => a.at - b.at);
    const first = byOffender[0];
    const innocent = (device: string) => !offenders.includes(device);
    const blocked = this.#blocked();
    const start = first && home.device(first.device)?.firstSeen;
    return {
      findings,
      found: first !== undefined,
      ...(first && { afterDeed: (first.at - first.first) / 1000 }),
      ...(first && start !== undefined && { afterStart: (first.at - start) / 1000 }),
      wronged: [...new Set(counted.map(({ device }) => device))].filter(innocent),
      blocked: mapOf(AUTONOMIES, (autonomy) => blocked[autonomy].filter(innocent)),
      stopped: blocked[DEFAULT_PREFERENCES.autonomy].some((device) => offenders.includes(device)),
      outOfSight: isThere && this.#isOutOfSight(),
      blind: blindDetectors(DETECTORS, home.coverage()).map(({ name }) => name),
      baselines: mapOf(Object.keys(BASELINES) as Baseline[], (baseline) => this.#baseline(baseline)),
      devices: home.devices().length,
    };
  }

  #take(events: readonly HomeEvent[]): void {
    for (const event of events) {
      if (event.kind === 'merged') this.#merged.set(event.device, event.into);
      if (event.kind === 'merged') this.#history.push(event);
      if (event.kind !== 'finding') continue;
      this.#history.push(event);
      this.#note(event.finding, event.at);
    }
  }

  #note({ id, detector, subject, device, confidence, first }: Finding, at: number): void {
    const known = this.#told.get(id);
    if (known) known.confidence = Math.max(known.confidence, confidence);
    else this.#told.set(id, { detector, subject, device, confidence, sort: meaningOf(detector).sort, at, first });
  }

  #now(id: string): string {
    let now = id;
    for (let step = 0; step < 8 && this.#merged.has(now); step++) now = this.#merged.get(now)!;
    return now;
  }

  /** Ids of the devices that are named as such. */
  offenders(): string[] {
    const { offender } = this.#truth;
    return this.detection.home
      .devices()
      .filter((device) => isAt(device, offender))
      .map(({ id }) => id);
  }

  #isOutOfSight(): boolean {
    const { home } = this.detection;
    const { kind, offender } = this.#truth;
    if (kind !== 'attack') return false;
    const ids = offender === '?' ? home.devices().map(({ id }) => id) : this.offenders();
    return ids.every((id) => home.counters(id).packetsUp === 0);
  }

  /** Who is to be found; where nobody labelled it, the device that most is found of, and who does the same. */
  #guilty(findings: readonly Told[]): string[] {
    const { offender, kind } = this.#truth;
    if (kind !== 'attack' || offender === '-') return [];
    if (offender !== '?') return this.offenders();
    const counts = new Map<string, number>();
    for (const { device, confidence } of findings) counts.set(device, (counts.get(device) ?? 0) + confidence);
    const [most] = [...counts].sort((a, b) => b[1] - a[1]);
    const deeds = new Set(findings.filter(({ device }) => device === most?.[0]).map(({ detector }) => detector));
    return [...new Set(findings.filter(({ detector }) => deeds.has(detector)).map(({ device }) => device))];
  }

  /** Ids of the devices of which anything would be cut under each preference. */
  #blocked(): Record<Autonomy, string[]> {
    const { home } = this.detection;
    const view = {
      profileOf: (id: string) => ({ ...kindOf(home.device(id)), groups: [] }),
      devices: () => home.devices().map(({ id }) => id),
    };
    return mapOf(AUTONOMIES, (autonomy) => {
      const set: PreferenceSet = { home: { ...DEFAULT_PREFERENCES, autonomy }, groups: {}, devices: {} };
      const told = [...outcomes(this.#history, set, view, home.at).values()];
      const acted = told.filter(
        ({ outcome }) => outcome.acted !== undefined && (outcome.blocks > 0 || outcome.step !== 'none'),
      );
      return [...new Set(acted.map(({ device }) => this.#now(device)))];
    });
  }

  #baseline(baseline: Baseline): { found: boolean; wronged: number } {
    const { home } = this.detection;
    const ids = [...(this.#baselines.accused.get(baseline)?.keys() ?? [])].map((index) => home.deviceId(index));
    const accused = new Set(ids.filter((id) => id !== undefined));
    const { offender, kind } = this.#truth;
    if (kind !== 'attack') return { found: false, wronged: accused.size };
    if (offender === '?') return { found: accused.size > 0, wronged: Math.max(0, accused.size - 1) };
    const offenders = this.offenders();
    const found = offenders.some((id) => accused.has(id));
    return { found, wronged: [...accused].filter((id) => !offenders.includes(id)).length };
  }
}

function kindOf(device: Device | undefined): { kind?: string } {
  return device?.kind === undefined ? {} : { kind: device.kind };
}

function isAt(device: Device, offender: string): boolean {
  return parseMac(offender)
    ? device.macs.includes(offender)
    : device.addresses.includes(offender) || device.id === `a-${offender}`;
}

function mapOf<Key extends string, Value>(keys: readonly Key[], value: (key: Key) => Value): Record<Key, Value> {
  return Object.fromEntries(keys.map((key) => [key, value(key)])) as Record<Key, Value>;
}

function both(a: FlowWitness, b: FlowWitness): FlowWitness {
  return {
    flow(words, doubles, record, device, turned, marks, entry) {
      a.flow(words, doubles, record, device, turned, marks, entry);
      b.flow(words, doubles, record, device, turned, marks, entry);
    },
    crowd(words, doubles, record, device, marks) {
      a.crowd?.(words, doubles, record, device, marks);
      b.crowd?.(words, doubles, record, device, marks);
    },
  };
}
