import type { HomeEvent } from '../model/event.ts';
import type { MudProfile } from '../model/mud.ts';
import type { ProfileObservation } from '../model/observation.ts';

/**
 * Gives devices the profiles of their makers. A file is for the device whose id is the file's name, else for those that
 * announce its URL (RFC 8520 §10). What a device announced first holds while SPIN runs: an infected one must not choose
 * itself a wider profile.
 */
export class Profiles {
  readonly #installed: ReadonlyMap<string, MudProfile>;
  readonly #given = new Set<string>();

  constructor(installed: ReadonlyMap<string, MudProfile>) {
    this.#installed = installed;
  }

  /** @returns what the core must be told after an event */
  follow(event: HomeEvent): ProfileObservation | undefined {
    if (this.#installed.size === 0) return undefined;
    if (event.kind === 'merged') this.#given.delete(event.device);
    if (event.kind !== 'device') return undefined;
    const { id, mudUrl = '' } = event.device;
    if (event.change === 'gone') return undefined;
    if (event.change === 'changed' && this.#given.has(id)) return undefined;
    const profile = this.#installed.get(id) ?? this.#installed.get(mudUrl);
    if (!profile) return undefined;
    this.#given.add(id);
    return { kind: 'profile', at: event.at, device: id, profile };
  }

  forget(): void {
    this.#given.clear();
  }
}
