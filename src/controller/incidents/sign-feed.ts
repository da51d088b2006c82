import { SignReader } from '../../decide/signs.ts';
import type { HomeEvent } from '../../model/event.ts';
import type { Sign } from '../../model/incident.ts';
import type { Observation } from '../../model/observation.ts';
import type { Home } from '../../track/home.ts';

/** Messages of a device that has just begun (RFC 2131 §4.4.1, RFC 8415 §18.2.1). */
const BEGINNINGS = new Set(['discover', 'solicit']);

/** Reads signs of clean-up from what happens; costs nothing while no device has an incident. */
export class SignFeed {
  readonly #reader = new SignReader();
  readonly #home: () => Home;
  readonly #label: (device: string) => string;
  /** Packets that each watched device had sent. */
  readonly #sent = new Map<string, number>();
  #isIdle = true;

  constructor(home: () => Home, label: (device: string) => string) {
    this.#home = home;
    this.#label = label;
  }

  /** @param devices those with an incident now */
  watch(devices: readonly string[], at: number): void {
    this.#isIdle = devices.length === 0;
    this.#reader.watch(devices, at);
    for (const device of this.#sent.keys()) if (!this.#reader.isWatched(device)) this.#sent.delete(device);
  }

  /** After the home took it in. */
  take(observation: Observation): Sign[] {
    if (this.#isIdle) return [];
    const { kind, at } = observation;
    if (kind !== 'lease' && kind !== 'dns' && kind !== 'hello' && kind !== 'mapping') return [];
    const device = this.#home().deviceId(this.#home().actorOf(observation));
    if (device === undefined || !this.#reader.isWatched(device)) return [];
    if (kind === 'lease') return BEGINNINGS.has(observation.message ?? '') ? this.#reader.began(device, at) : [];
    if (kind === 'mapping') {
      const { lifetime, granted, protocol, externalPort } = observation;
      const isGone = lifetime === 0 && granted;
      return isGone ? this.#reader.mappingGone(device, `${protocol}/${externalPort}`, at) : [];
    }
    const name = kind === 'hello' ? observation.serverName : observation.response ? undefined : observation.name;
    return name === undefined ? [] : this.#reader.called(device, name, at);
  }

  follow(event: HomeEvent): Sign[] {
    if (this.#isIdle) return [];
    if (event.kind === 'finding' && event.change === 'over' && event.finding.detector === 'port-mapping')
      return this.#reader.mappingGone(event.finding.device, event.finding.subject, event.at);
    if (event.kind !== 'traffic') return [];
    for (const device of event.devices) this.#hear(device, event.at);
    return event.conversations.flatMap((id) => this.#visit(id, event.at));
  }

  tick(at: number): Sign[] {
    return this.#isIdle ? [] : this.#reader.tick(at);
  }

  #hear(device: string, at: number): void {
    if (!this.#reader.isWatched(device)) return;
    const sent = this.#home().counters(device).packetsUp;
    if (sent !== this.#sent.get(device)) this.#reader.heard(device, at);
    this.#sent.set(device, sent);
  }

  /** Somebody of the home opened a connection to a watched device, and it answered. */
  #visit(id: number, at: number): Sign[] {
    const conversation = this.#home().conversation(id);
    const visited = conversation?.node.device;
    if (!conversation || visited === undefined || !this.#reader.isWatched(visited)) return [];
    const { device, protocol, port, initiator, packetsDown } = conversation;
    if (protocol !== 'tcp' || initiator !== 'device' || packetsDown === 0) return [];
    return this.#reader.visited(visited, port, this.#label(device), at);
  }
}
