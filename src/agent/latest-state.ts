/** The facts that a controller needs when it comes: the latest word on each subject, replayed to it first. */
import type { Observation } from '../model/observation.ts';

/** Subjects of each kind: the home's devices and some room; the oldest word goes first. */
const LIMITS = { source: 8, enforcement: 1, router: 32, neighbour: 4096, lease: 2048 } as const;
type StateKind = keyof typeof LIMITS;

export class LatestState {
  readonly #facts = {
    source: new Map<string, Observation>(),
    enforcement: new Map<string, Observation>(),
    router: new Map<string, Observation>(),
    neighbour: new Map<string, Observation>(),
    lease: new Map<string, Observation>(),
  };

  /** @returns whether the observation is such a fact, and so will be replayed */
  take(observation: Observation): boolean {
    const { kind } = observation;
    if (!isStateKind(kind)) return false;
    const subject = subjectOf(observation);
    const facts = this.#facts[kind];
    facts.delete(subject);
    if (observation.kind === 'neighbour' && observation.gone) return true;
    facts.set(subject, observation);
    if (facts.size > LIMITS[kind]) facts.delete(oldest(facts));
    return true;
  }

  /** Source and routers before neighbours, neighbours before leases. */
  all(): Observation[] {
    const kinds: StateKind[] = ['source', 'enforcement', 'router', 'neighbour', 'lease'];
    return kinds.flatMap((kind) => [...this.#facts[kind].values()]);
  }
}

function isStateKind(kind: Observation['kind']): kind is StateKind {
  return Object.hasOwn(LIMITS, kind);
}

function subjectOf(observation: Observation): string {
  switch (observation.kind) {
    case 'source':
      return observation.source;
    case 'router':
      return observation.mac ?? observation.addresses.join();
    case 'neighbour':
      return observation.address;
    case 'lease':
      return `${observation.mac} ${observation.source} ${observation.message ?? ''}`;
    default:
      return '';
  }
}

function oldest(facts: Map<string, Observation>): string {
  for (const subject of facts.keys()) return subject;
  return '';
}
