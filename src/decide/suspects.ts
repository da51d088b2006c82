import type { IncidentFinding } from '../model/incident.ts';
import { strengthOf } from './evidence.ts';

/** Claims of one device that are no incident yet: as many as it can have open. */
export const MAX_SIGNS = 32;
/** Devices of which something is claimed: as many as the home can have. The one longest without a new claim makes room. */
export const MAX_SUSPECTS = 1024;
/** What has faded so far says nothing any more: a suspicion after six days. */
export const FADED = 0.01;

/** What is claimed of devices that have no incident: claims gather until they are one. */
export class Suspects {
  readonly #claims = new Map<string, IncidentFinding[]>();

  entries(): Iterable<[string, readonly IncidentFinding[]]> {
    return this.#claims;
  }

  devices(): string[] {
    return [...this.#claims.keys()];
  }

  claimsOf(device: string): readonly IncidentFinding[] {
    return this.#claims.get(device) ?? [];
  }

  add(device: string, finding: IncidentFinding, at: number): void {
    const others = this.claimsOf(device).filter(({ id }) => id !== finding.id);
    const claims = [...others, finding].filter((one) => strengthOf([one], 0, at) > FADED).slice(-MAX_SIGNS);
    this.#claims.delete(device);
    if (claims.length > 0) this.#claims.set(device, claims);
    if (this.#claims.size > MAX_SUSPECTS) this.#claims.delete(this.#claims.keys().next().value!);
  }

  forget(device: string): void {
    this.#claims.delete(device);
  }
}
