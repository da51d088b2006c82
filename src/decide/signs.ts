/** What traffic shows of a clean-up: a device that restarts, somebody at its settings, its maker's update server. */
import type { Sign, SignName } from '../model/incident.ts';
import { isUpdateName } from '../model/update-names.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/**
 * A device that asks for its address anew after saying nothing for so long was away: off, restarting, or out of reach.
 * Slower than any pause between two packets of a lease's renewal, quicker than the quickest camera starts.
 */
export const AWAY = 10 * SECOND;
/** A reset ends with a set-up by hand: minutes, where a restart takes seconds. */
export const LONG_AWAY = 2 * MINUTE;
/** Who was not seen for so long is no longer in the home. */
export const GONE_FOR = 7 * 24 * 60 * MINUTE;
/** Devices that are watched at a time: those with an incident. */
export const MAX_WATCHED = 1024;
/** The same is told again at most this often: a settings page is dozens of connections. */
const AGAIN = 10 * MINUTE;

/** Ports of settings pages and shells: HTTP, HTTPS and their usual others, SSH, telnet. */
const SETTINGS_PORTS = new Set([80, 443, 8080, 8443, 81, 88, 8000, 22, 23]);

type Watched = { seen: number; told: Map<SignName, number> };

/** Only devices that are watched are looked at, so that a home without incidents costs nothing. */
export class SignReader {
  readonly #watched = new Map<string, Watched>();

  /** @param devices those with an incident now */
  watch(devices: Iterable<string>, at: number): void {
    const wanted = new Set(devices);
    for (const device of this.#watched.keys()) if (!wanted.has(device)) this.#watched.delete(device);
    for (const device of wanted)
      if (!this.#watched.has(device) && this.#watched.size < MAX_WATCHED)
        this.#watched.set(device, { seen: at, told: new Map() });
  }

  isWatched(device: string): boolean {
    return this.#watched.has(device);
  }

  /** The device sent something. */
  heard(device: string, at: number): void {
    const watched = this.#watched.get(device);
    if (watched) watched.seen = Math.max(watched.seen, at);
  }

  /** The device asked for an address as one does that has just begun (DISCOVER, or REQUEST after INIT-REBOOT, SOLICIT). */
  began(device: string, at: number): Sign[] {
    const watched = this.#watched.get(device);
    if (!watched) return [];
    const away = at - watched.seen;
    watched.seen = at;
    if (away >= LONG_AWAY) return this.#tell(device, 'long-away', at);
    return away >= AWAY ? this.#tell(device, 'came-back', at) : [];
  }

  /** The device looked up a name, or called it. */
  called(device: string, name: string, at: number): Sign[] {
    return isUpdateName(name) ? this.#tell(device, 'update-contact', at, name) : [];
  }

  /** Another device of the home opened a connection to it. @param by what people call that one */
  visited(device: string, port: number, by: string, at: number): Sign[] {
    return SETTINGS_PORTS.has(port) ? this.#tell(device, 'settings-visited', at, by) : [];
  }

  mappingGone(device: string, port: string, at: number): Sign[] {
    return this.#tell(device, 'mapping-gone', at, port);
  }

  tick(at: number): Sign[] {
    return [...this.#watched].flatMap(([device, { seen }]) =>
      at - seen >= GONE_FOR ? this.#tell(device, 'gone', at) : [],
    );
  }

  #tell(device: string, name: SignName, at: number, detail?: string): Sign[] {
    const watched = this.#watched.get(device);
    if (!watched) return [];
    const last = watched.told.get(name);
    if (last !== undefined && at - last < AGAIN) return [];
    watched.told.set(name, at);
    return [{ at, device, name, ...(detail !== undefined && { detail }) }];
  }
}
