/**
 * All incidents of the home: findings, signs of clean-up, the household's words and time go in; incidents, and what SPIN
 * wants because of them, come out. The course of an incident is the same whatever the preferences; those decide what is
 * done about it. So a home's history can be replayed under other preferences.
 */
import type { Finding } from '../model/home.ts';
import type { Correction, Incident, IncidentFinding, Sign } from '../model/incident.ts';
import type { Noticed } from '../model/noticed.ts';
import { type PreferenceSet, preferencesFor } from '../model/preferences.ts';
import type { OwnPolicy } from '../model/verdict.ts';
import { Corrections } from './corrections.ts';
import { act } from './course.ts';
import { strengthOf, THRESHOLD } from './evidence.ts';
import { age, begin, close, link, recordOf, take, tell } from './incidents.ts';
import { isKindred, type Suspect, witnessesOf } from './kindred.ts';
import { noticedOf } from './noticed.ts';
import { type HouseholdInput, obey, showSign } from './obey.ts';
import { wantsOf } from './own-policy.ts';
import { Shelf } from './shelf.ts';
import type { Profile } from './steps.ts';
import { Suspects } from './suspects.ts';

type FindingInput = { kind: 'finding'; at: number; change: 'new' | 'changed' | 'over'; finding: Finding };

export type CaseInput =
  | FindingInput
  | HouseholdInput
  | { kind: 'sign'; at: number; sign: Sign }
  | { kind: 'merged'; at: number; device: string; into: string }
  | { kind: 'tick'; at: number };

/** What must be kept over a restart. */
export type CaseState = { incidents: Incident[]; corrections: Correction[] };

export type CasebookOptions = {
  profileOf: (device: string) => Profile;
  /** Ids of all devices. */
  devices: () => Iterable<string>;
  preferences: () => PreferenceSet;
  state?: CaseState;
};

export class Casebook {
  readonly corrections: Corrections;
  readonly #options: CasebookOptions;
  readonly #shelf = new Shelf();
  readonly #suspects = new Suspects();
  #changed = new Set<Incident>();

  constructor(options: CasebookOptions) {
    this.#options = options;
    const { incidents, corrections } = options.state ?? { incidents: [], corrections: [] };
    this.corrections = new Corrections(corrections);
    for (const incident of incidents) this.#shelf.add(copyOf(incident));
  }

  get(id: string): Incident | undefined {
    return this.#shelf.get(id);
  }

  /** The oldest first. */
  all(): Incident[] {
    return this.#shelf.all();
  }

  /** Those that are not closed. */
  current(): Incident[] {
    return [...this.#shelf.current()];
  }

  /**
   * @returns the incidents that are others than before
   * @throws Refusal for what the household cannot do; nothing is changed then
   */
  apply(input: CaseInput): Incident[] {
    this.#changed = new Set();
    switch (input.kind) {
      case 'finding':
        this.#takeFinding(input);
        break;
      case 'sign':
        this.#takeSign(input.sign);
        break;
      case 'merged':
        this.#merge(input.device, input.into, input.at);
        break;
      case 'tick':
        for (const incident of this.current()) this.#advance(incident, input.at);
        break;
      default:
        this.#takeWord(input);
    }
    return [...this.#changed];
  }

  /** What would become of it; nothing is changed. @throws Refusal as `apply` does */
  trial(input: HouseholdInput): { changed: Incident[]; corrections: Correction[] } {
    const state = { incidents: [this.#shelf.open(input.incident)], corrections: this.corrections.all() };
    const book = new Casebook({ ...this.#options, state });
    return { changed: book.apply(input), corrections: book.corrections.all() };
  }

  /** What SPIN wants by itself now, because of incidents. */
  wants(): OwnPolicy {
    const { devices, preferences, profileOf } = this.#options;
    return wantsOf(this.current(), devices(), (device) => {
      const profile = profileOf(device);
      return { profile, preferences: preferencesFor(preferences(), device, profile.groups) };
    });
  }

  /** What is claimed and is no part of an open incident. @param live what detectors claim now */
  noticed(live: readonly Finding[], at: number): Noticed[] {
    const known = {
      incidentOf: (device: string) => this.#shelf.currentOf(device),
      isCorrected: (finding: Finding) => this.corrections.has(finding),
      gathered: this.#suspects.entries(),
    };
    return noticedOf(live, known, at);
  }

  #takeFinding({ change, finding: found, at }: FindingInput): void {
    const finding = recordOf(found);
    if (this.corrections.has(found)) finding.corrected = true;
    const incident = this.#shelf.currentOf(found.device);
    if (incident) {
      take(incident, change, finding, at);
      this.#review(incident, at);
      this.#changed.add(incident);
    } else {
      this.#suspects.add(found.device, change === 'over' ? { ...finding, over: at } : finding, at);
      if (change !== 'over') this.#considerOpening(found.device, at);
    }
  }

  #considerOpening(device: string, at: number): void {
    const findings = this.#suspects.claimsOf(device);
    const witnesses = this.#witnesses(device, findings, at);
    // Below the most suspicious household's threshold nobody would do anything about it.
    if (strengthOf(findings, witnesses.length, at) < THRESHOLD.suspected) return;
    this.#suspects.forget(device);
    const incident = begin(`i-${device}-${Math.round(at)}`, device, findings, at);
    const earlier = this.#shelf.latestOf(device);
    if (earlier) link(incident, earlier, at);
    this.#shelf.add(incident);
    this.#review(incident, at);
    this.#changed.add(incident);
    this.#callWitnesses(incident, at);
  }

  /** Others of its kind may have wanted one more witness. */
  #callWitnesses(incident: Incident, at: number): void {
    const alike = (device: string) => device !== incident.device && this.#areKindred(incident.device, device);
    for (const device of this.#suspects.devices()) if (alike(device)) this.#considerOpening(device, at);
    for (const other of this.current()) if (alike(other.device)) this.#review(other, at);
  }

  /** After something was claimed. */
  #review(incident: Incident, at: number): void {
    const known = incident.kindred;
    const witnesses = this.#witnesses(incident.device, incident.findings, at);
    incident.kindred = [...new Set([...known, ...witnesses])].sort();
    if (incident.kindred.length > known.length) {
      tell(incident, { at, kind: 'kindred', with: { devices: incident.kindred.length } });
      this.#changed.add(incident);
    }
    this.#advance(incident, at);
  }

  #advance(incident: Incident, at: number): void {
    const { preferences, profileOf } = this.#options;
    const { device, findings, kindred } = incident;
    incident.strength = Math.max(incident.strength, strengthOf(findings, kindred.length, at));
    const profile = profileOf(device);
    if (age(incident, profile.kind, at)) this.#changed.add(incident);
    this.#shelf.settle(incident);
    if (incident.closed !== undefined) return;
    const wishes = preferencesFor(preferences(), device, profile.groups);
    if (act(incident, wishes, profile, at)) this.#changed.add(incident);
  }

  #takeSign(sign: Sign): void {
    const incident = this.#shelf.currentOf(sign.device);
    if (!incident || !showSign(incident, sign)) return;
    this.#changed.add(incident);
    this.#advance(incident, sign.at);
  }

  #takeWord(input: HouseholdInput): void {
    const incident = this.#shelf.open(input.incident);
    obey(incident, input, this.corrections);
    this.#changed.add(incident);
    this.#shelf.settle(incident);
    if (incident.closed === undefined) this.#advance(incident, input.at);
  }

  #merge(device: string, into: string, at: number): void {
    this.#suspects.forget(device);
    const incident = this.#shelf.currentOf(device);
    if (!incident) return;
    this.#changed.add(incident);
    const other = this.#shelf.currentOf(into);
    if (!other) {
      this.#shelf.move(incident, into);
      return;
    }
    for (const finding of incident.findings) take(other, 'new', finding, at);
    close(incident, 'dismissed', at);
    this.#shelf.settle(incident);
    this.#changed.add(other);
    this.#review(other, at);
  }

  /** Devices like this one that do the same. */
  #witnesses(device: string, findings: readonly IncidentFinding[], at: number): string[] {
    const others = this.current().map((one): Suspect => [one.device, one.findings]);
    const alike = witnessesOf(findings, [...others, ...this.#suspects.entries()], at);
    return alike.filter((other) => other !== device && this.#areKindred(device, other));
  }

  #areKindred(a: string, b: string): boolean {
    const { profileOf } = this.#options;
    return isKindred(profileOf(a), profileOf(b));
  }
}

/** As it is after a restart: what was open is claimed anew if it still is, since who looked began anew, too. */
export function afterRestart({ incidents, corrections }: CaseState): CaseState {
  const ended = (finding: IncidentFinding) => ({ ...finding, over: finding.over ?? finding.until });
  return { incidents: incidents.map((one) => ({ ...one, findings: one.findings.map(ended) })), corrections };
}

function copyOf(incident: Incident): Incident {
  return JSON.parse(JSON.stringify(incident)) as Incident;
}
