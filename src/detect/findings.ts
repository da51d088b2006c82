import type { HomeEvent } from '../model/event.ts';
import type { Finding } from '../model/home.ts';
import type { Claim } from './detector.ts';

/** Findings of one device that hold at a time, and of all: what is beyond is no news, and joins the newest of its detector. */
const MAX_FINDINGS_PER_DEVICE = 32;
const MAX_FINDINGS = 2048;
/** A finding that goes on is told of again this often, ms, or when it is surer by so much. */
const TELL_EVERY = 60_000;
const SURER = 0.1;

/** What is claimed now, each claim once: by detector, device and subject. */
export class Findings {
  readonly #open = new Map<string, { finding: Finding; told: number; toldConfidence: number }>();
  readonly #ofDevice = new Map<string, Map<string, string>>();
  #earliestEnd = Number.POSITIVE_INFINITY;
  #events: HomeEvent[] = [];

  all(): Finding[] {
    return [...this.#open.values()].map(({ finding }) => copyOf(finding));
  }

  get(id: string): Finding | undefined {
    const known = this.#open.get(id);
    return known && copyOf(known.finding);
  }

  /** What changed since the last call, in order. */
  takeEvents(): HomeEvent[] {
    const events = this.#events;
    if (events.length > 0) this.#events = [];
    return events;
  }

  claim(detector: string, device: string, claim: Claim, at: number): void {
    if (claim.hold <= 0) {
      this.#over(`${detector}/${device}/${claim.subject}`, at);
      return;
    }
    const id = this.#placeOf(detector, device, claim.subject);
    if (id === undefined) return;
    const until = at + claim.hold;
    const known = this.#open.get(id);
    if (known === undefined) this.#add(id, detector, device, claim, at);
    else {
      const { finding } = known;
      finding.last = Math.max(finding.last, at);
      finding.until = Math.max(finding.until, until);
      if (finding.subject === claim.subject) {
        finding.evidence = { ...claim.evidence };
        if (claim.target) finding.target = claim.target;
      }
      finding.confidence = Math.max(finding.confidence, clamped(claim.confidence));
      const isNews = finding.confidence >= known.toldConfidence + SURER || at - known.told >= TELL_EVERY;
      if (isNews) this.#tell(id, 'changed', at);
    }
    this.#earliestEnd = Math.min(this.#earliestEnd, until);
  }

  /** Ends what was not said again in time. */
  expire(at: number): void {
    if (at < this.#earliestEnd) return;
    this.#earliestEnd = Number.POSITIVE_INFINITY;
    for (const [id, { finding }] of this.#open) {
      if (finding.until <= at) this.#end(id, at);
      else this.#earliestEnd = Math.min(this.#earliestEnd, finding.until);
    }
  }

  /** Two devices were one: what was found of the one holds for the other. */
  merge(from: string, into: string, at: number): void {
    for (const id of [...(this.#ofDevice.get(from)?.keys() ?? [])]) {
      const { finding } = this.#open.get(id)!;
      this.#end(id, at);
      const { subject, target, evidence, confidence, first, until } = finding;
      const claim: Claim = { device: -1, subject, evidence, confidence, first, hold: until - at };
      if (target) claim.target = target;
      this.claim(finding.detector, into, claim, at);
    }
  }

  /** The identity under which a claim is kept; a device with very many shares the newest one of the detector. */
  #placeOf(detector: string, device: string, subject: string): string | undefined {
    const id = `${detector}/${device}/${subject}`;
    if (this.#open.has(id)) return id;
    const own = this.#ofDevice.get(device);
    const full = this.#open.size >= MAX_FINDINGS || (own?.size ?? 0) >= MAX_FINDINGS_PER_DEVICE;
    if (!full) return id;
    let newest: string | undefined;
    for (const [candidate, its] of own ?? []) if (its === detector) newest = candidate;
    return newest;
  }

  #add(id: string, detector: string, device: string, claim: Claim, at: number): void {
    const { subject, evidence, first = at, hold } = claim;
    const confidence = clamped(claim.confidence);
    const finding: Finding = {
      ...{ id, detector, device, subject, confidence, first, last: at, until: at + hold },
      evidence: { ...evidence },
      ...(claim.target && { target: claim.target }),
    };
    this.#open.set(id, { finding, told: at, toldConfidence: confidence });
    const own = this.#ofDevice.get(device) ?? new Map<string, string>();
    this.#ofDevice.set(device, own.set(id, detector));
    this.#tell(id, 'new', at);
  }

  #over(id: string, at: number): void {
    if (this.#open.has(id)) this.#end(id, at);
  }

  #end(id: string, at: number): void {
    this.#tell(id, 'over', at);
    const { device } = this.#open.get(id)!.finding;
    this.#open.delete(id);
    const own = this.#ofDevice.get(device);
    own?.delete(id);
    if (own?.size === 0) this.#ofDevice.delete(device);
  }

  #tell(id: string, change: 'new' | 'changed' | 'over', at: number): void {
    const known = this.#open.get(id)!;
    known.told = at;
    known.toldConfidence = known.finding.confidence;
    this.#events.push({ kind: 'finding', at, change, finding: copyOf(known.finding) });
  }
}

function copyOf(finding: Finding): Finding {
  return { ...finding, evidence: { ...finding.evidence } };
}

function clamped(confidence: number): number {
  return confidence > 0 ? Math.min(1, confidence) : 0;
}
