import type { EnforcementView, RuleView } from '../../contract/api.ts';
import type { EnforcementObservation, StoppedObservation } from '../../model/observation.ts';
import type { DesiredPolicy } from '../../model/policy.ts';

/** Policies on their way whose answer may still come. */
const OUTSTANDING = 16;

type Stopped = RuleView['stopped'];

export type EnforcementOptions = {
  /** This run never touches the firewall. */
  passive: boolean;
  now: () => number;
  /** Hands a policy to the agent, if it is there. @throws when it is too large for the link */
  send: (revision: number, policy: DesiredPolicy) => void;
  onChange: () => void;
};

/** What is wanted of the kernel, what it does, and what that stopped. */
export class Enforcement {
  readonly #options: EnforcementOptions;
  #view: EnforcementView;
  #wanted: { text: string; policy: DesiredPolicy } | undefined;
  #connected = false;
  /** Ids of the entries of policies that were sent, by revision. */
  readonly #sent = new Map<number, ReadonlySet<string>>();
  #inForce: ReadonlySet<string> = new Set();
  readonly #stopped = new Map<string, { before: Stopped; now: Stopped }>();

  constructor(options: EnforcementOptions) {
    this.#options = options;
    this.#view = { state: options.passive ? 'passive' : 'agent-away', revision: 0, since: options.now() };
  }

  get view(): EnforcementView {
    return this.#view;
  }

  /** What the kernel shall do from now on. @returns whether that is something else than before */
  want(policy: DesiredPolicy): boolean {
    const text = JSON.stringify(policy);
    if (text === this.#wanted?.text) return false;
    this.#wanted = { text, policy };
    // Numbers rise over restarts, too, so that the agent's word on an earlier run's policy is no answer to this one's.
    const revision = Math.max(this.#view.revision + 1, this.#options.now());
    this.#view = { ...this.#view, revision };
    this.#send();
    return true;
  }

  connected(connected: boolean): void {
    this.#connected = connected;
    if (this.#options.passive) return;
    if (connected) this.#send();
    else this.#become('agent-away');
  }

  observe({ revision, result, message }: EnforcementObservation): void {
    if (this.#options.passive || revision !== this.#view.revision) return;
    if (result === 'in-force') this.#inForce = this.#sent.get(revision) ?? this.#inForce;
    this.#become(result, message);
  }

  /** @returns the rules of which more was stopped, with how much in all */
  stopped({ entries }: StoppedObservation): Array<{ id: string; stopped: Stopped }> {
    return entries.flatMap(({ id, packets, bytes }) => {
      const known = this.#stopped.get(id);
      if (!known && !this.#inForce.has(id)) return [];
      const now = { packets, bytes };
      // A rule that was made anew in the kernel begins to count anew.
      const anew = known !== undefined && packets < known.now.packets;
      const before = anew ? sum(known.before, known.now) : (known?.before ?? { packets: 0, bytes: 0 });
      if (known && !anew && known.now.packets === packets && known.now.bytes === bytes) return [];
      this.#stopped.set(id, { before, now });
      return [{ id, stopped: sum(before, now) }];
    });
  }

  stoppedBy(id: string): Stopped {
    const known = this.#stopped.get(id);
    return known ? sum(known.before, known.now) : { packets: 0, bytes: 0 };
  }

  forget(id: string): void {
    this.#stopped.delete(id);
  }

  /** What the kernel does of an entry that is wanted now. */
  standing(id: string): 'yes' | 'waiting' | 'not-enforced' {
    if (this.#options.passive || this.#view.state === 'passive') return 'not-enforced';
    if (this.#inForce.has(id)) return 'yes';
    return this.#view.state === 'refused' ? 'not-enforced' : 'waiting';
  }

  #send(): void {
    if (!this.#wanted || !this.#connected || this.#options.passive) return;
    const { revision } = this.#view;
    this.#sent.set(revision, idsOf(this.#wanted.policy));
    if (this.#sent.size > OUTSTANDING) this.#sent.delete(this.#sent.keys().next().value!);
    try {
      this.#options.send(revision, this.#wanted.policy);
      this.#become('applying');
    } catch (error) {
      this.#become('refused', (error as Error).message);
    }
  }

  #become(state: EnforcementView['state'], message?: string): void {
    if (state === this.#view.state && message === this.#view.message) return;
    const { revision } = this.#view;
    this.#view = { state, revision, since: this.#options.now(), ...(message !== undefined && { message }) };
    this.#options.onChange();
  }
}

function idsOf({ devices, allows, blocks }: DesiredPolicy): Set<string> {
  const ladders = devices.flatMap(({ ladder }) => (ladder ? [ladder.id] : []));
  return new Set([...ladders, ...allows.map(({ id }) => id), ...blocks.map(({ id }) => id)]);
}

function sum(a: Stopped, b: Stopped): Stopped {
  return { packets: a.packets + b.packets, bytes: a.bytes + b.bytes };
}
