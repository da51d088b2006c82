import type { HomeEvent } from '../model/event.ts';
import type { MudProfile } from '../model/mud.ts';
import type { ProfileObservation } from '../model/observation.ts';

type Announcer = { id: string; mudUrl?: string };

/**
 * Gives devices the profiles of their makers. A file is for the device whose id is the file's name, else for those that
 * announce its URL (RFC 8520 §10). What a device announced first holds while SPIN runs: an infected one must not choose
 * itself a wider profile.
 */
export class Profiles {
  #installed: ReadonlyMap<string, MudProfile> = new Map();
  /** What devices announced when they were given a profile, and what that was. */
  readonly #given = new Map<string, { url: string; profile: string }>();

  /** @returns what the core must be told after an event */
  follow(event: HomeEvent): ProfileObservation | undefined {
    if (event.kind === 'merged') this.#given.delete(event.device);
    if (event.kind !== 'device' || event.change === 'gone' || this.#installed.size === 0) return undefined;
    if (event.change === 'changed' && this.#given.has(event.device.id)) return undefined;
    this.#given.delete(event.device.id);
    return this.#give(event.at, event.device);
  }

  /** Other files hold from now on. @returns what the core must be told of the devices that are there */
  install(at: number, profiles: ReadonlyMap<string, MudProfile>, devices: readonly Announcer[]): ProfileObservation[] {
    this.#installed = profiles;
    return devices.flatMap((device) => this.#give(at, device) ?? []);
  }

  forget(): void {
    this.#given.clear();
  }

  #give(at: number, { id, mudUrl = '' }: Announcer): ProfileObservation | undefined {
    const before = this.#given.get(id);
    const url = before?.url ?? mudUrl;
    const profile = this.#installed.get(id) ?? this.#installed.get(url);
    const written = profile ? JSON.stringify(profile) : '';
    if (written === (before?.profile ?? '')) return undefined;
    this.#given.set(id, { url, profile: written });
    return { kind: 'profile', at, device: id, ...(profile && { profile }) };
  }
}
