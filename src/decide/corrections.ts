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

  /** All but one. @throws Refusal where there is no such one */
  without(id: string): Correction[] {
    if (!this.#all.has(id)) throw new Refusal('id', 'unknown-correction', 'no such correction');
    return this.all().filter((one) => one.id !== id);
  }

  remove(id: string): void {
    this.#all.delete(id);
  }

  /** Two devices were one. @returns whether anything was said of the one that is gone */
  merge(device: string, into: string): boolean {
    const moved = this.all().filter((one) => one.device === device);
    for (const { id } of moved) this.#all.delete(id);
    this.add(moved.map((one) => ({ ...one, device: into, id: idOf(one.detector, into, one.subject) })));
    return moved.length > 0;
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
