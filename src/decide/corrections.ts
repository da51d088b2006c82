/** What the household said is fine: an undo, remembered by detector, device and subject until it takes that back. */
import type { Finding } from '../model/home.ts';
import type { Correction, IncidentFinding } from '../model/incident.ts';
import { Refusal } from './refusal.ts';

/** Wishes of one household, a few hundred bytes each; the oldest make room. */
export const MAX_CORRECTIONS = 1024;

export class Corrections {
  /** By id, the oldest first. */
  readonly #all = new Map<string, Correction>();

  constructor(known: readonly Correction[]) {
    this.add(known);
  }

  all(): Correction[] {
    return [...this.#all.values()];
  }

  has({ detector, device, subject }: Pick<Finding, 'detector' | 'device' | 'subject'>): boolean {
    return this.#all.has(idOf(detector, device, subject));
  }

  add(corrections: readonly Correction[]): void {
    for (const correction of corrections) this.#all.set(correction.id, correction);
    while (this.#all.size > MAX_CORRECTIONS) this.#all.delete(this.#all.keys().next().value!);
  }

  /** @throws Refusal where there is none */
  remove(id: string): void {
    if (!this.#all.delete(id)) throw new Refusal('id', 'unknown-correction', 'no such correction');
  }
}

export function correctionFor(
  device: string,
  { detector, subject }: Pick<IncidentFinding, 'detector' | 'subject'>,
  by: string,
  at: number,
): Correction {
  return { id: idOf(detector, device, subject), detector, device, subject, at, by };
}

/** JSON, so that no part can be taken for another. */
function idOf(detector: string, device: string, subject: string): string {
  return JSON.stringify([detector, device, subject]);
}
