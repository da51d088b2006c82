import type { Incident } from '../model/incident.ts';
import { Refusal } from './refusal.ts';

/** Incidents that are remembered; a home has a few a year. The longest closed make room, open ones never do. */
export const MAX_INCIDENTS = 2048;

/** Incidents by id, and the one of each device that is not closed. */
export class Shelf {
  /** The oldest first. */
  readonly #all = new Map<string, Incident>();
  readonly #current = new Map<string, Incident>();

  get(id: string): Incident | undefined {
    return this.#all.get(id);
  }

  /** The oldest first. */
  all(): Incident[] {
    return [...this.#all.values()];
  }

  current(): Iterable<Incident> {
    return this.#current.values();
  }

  currentOf(device: string): Incident | undefined {
    return this.#current.get(device);
  }

  latestOf(device: string): Incident | undefined {
    return this.all().findLast((incident) => incident.device === device);
  }

  /** @throws Refusal for one that is unknown or closed */
  open(id: string): Incident {
    const incident = this.#all.get(id);
    if (!incident) throw new Refusal('id', 'unknown-incident', 'no such incident');
    if (incident.closed !== undefined) throw new Refusal('id', 'closed', 'the incident is over');
    return incident;
  }

  add(incident: Incident): void {
    this.#all.set(incident.id, incident);
    if (incident.closed === undefined) this.#current.set(incident.device, incident);
    if (this.#all.size <= MAX_INCIDENTS) return;
    for (const { id, closed } of this.#all.values()) {
      if (closed === undefined) continue;
      this.#all.delete(id);
      return;
    }
  }

  /** After an incident was closed. */
  settle({ device, closed }: Incident): void {
    if (closed !== undefined) this.#current.delete(device);
  }

  /** The incident is of another device now. */
  move(incident: Incident, into: string): void {
    this.#current.delete(incident.device);
    incident.device = into;
    if (incident.verdict) incident.verdict = { ...incident.verdict, device: into };
    this.#current.set(into, incident);
  }
}
