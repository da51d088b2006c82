import type { EnforcementView } from '../../contract/api.ts';
import { nextPolicyChange, policyAt } from '../../decide/policy.ts';
import type { Rules } from '../../decide/rules.ts';
import type { Changes } from '../../model/audit.ts';
import type { HomeEvent } from '../../model/event.ts';
import type { GuardPreferences, HomeFacts, HouseholdRule } from '../../model/household.ts';
import type { Kind } from '../../model/kinds.ts';
import type { Observation } from '../../model/observation.ts';
import type { DesiredPolicy } from '../../model/policy.ts';
import type { OwnRule } from '../../model/verdict.ts';
import { Decisions } from './decisions.ts';
import { Enforcement } from './enforcement.ts';
import { type Guard, guardPreferences } from './facts.ts';
import { Knowledge, type KnowledgeOptions } from './knowledge.ts';
import { type Made, Outlook, type OutlookOptions } from './outlook.ts';

/** What the network does changes the policy at most this often, ms; what the household does, at once. */
const COALESCED = 250;
/** An agent that says nothing of the home gets a policy after this long all the same, ms. */
const PATIENCE = 2_000;
/** Time alone changes what a policy is made of: addresses grow old, and clocks are put forward. ms */
const LOOK_AGAIN_EVERY = 60_000;

export type RulebookOptions = Omit<KnowledgeOptions, 'criticalOf' | 'guardOf'> &
  OutlookOptions & {
    /** This run never touches the firewall. */
    passive: boolean;
    newId: () => string;
    send: (revision: number, policy: DesiredPolicy) => void;
    /** Told when the state of enforcement changed. */
    onEnforcement: () => void;
    /** Told of the name that a change gave to a device; empty takes it away. */
    onNamed: (device: string, name: string, actor: string) => void;
    onKindSet: (device: string, kind: Kind | '', actor: string) => void;
  };

/** How far SPIN may go by itself: what stays within reach of a device, how it is guarded, whether anything may be cut. */
export type Stance = {
  criticalOf: (device: string) => string[];
  guardOf: (device: string) => Guard;
  mayAct: () => boolean;
};

/**
 * The household's rules at work: of what was decided and what is known of the home it makes the policy, hands it to the
 * agent, and says what became of it.
 */
export class Rulebook {
  readonly #options: RulebookOptions;
  readonly decisions: Decisions;
  readonly #enforcement: Enforcement;
  readonly outlook: Outlook;
  #knowledge: Knowledge | undefined;
  #own: ReadonlyMap<string, OwnRule> = new Map();
  #stance: Stance = { criticalOf: () => [], guardOf: () => ({ mayAct: true }), mayAct: () => true };
  #made: Made | undefined;
  #consoles = '';
  #appliedAt = Number.NEGATIVE_INFINITY;
  #soon: NodeJS.Timeout | undefined;
  #change: NodeJS.Timeout | undefined;
  #patience: NodeJS.Timeout | undefined;
  #isWaiting = false;

  constructor(options: RulebookOptions) {
    this.#options = options;
    const { store, at, device, newId, now, passive, send } = options;
    this.#enforcement = new Enforcement({ passive, now, send, onChange: () => this.#enforced() });
    this.decisions = new Decisions({
      store,
      at,
      newId,
      device,
      facts: () => this.#knownFacts(),
      onChange: (changes, actor) => this.#decided(changes, actor),
    });
    this.outlook = new Outlook(options, {
      enforcement: this.#enforcement,
      made: () => this.#made,
      groups: () => this.decisions.groups,
      addressesOf: (name) => this.addressesOf(name),
    });
  }

  /** Once the store is open, and again after the home was erased. */
  begin(): void {
    this.#knowledge = new Knowledge({
      ...this.#options,
      criticalOf: (device) => this.#stance.criticalOf(device),
      guardOf: (device) => this.#stance.guardOf(device),
    });
    this.decisions.load();
    if (!this.decisions.expire()) this.apply();
  }

  close(): void {
    for (const timer of [this.#soon, this.#change, this.#patience]) clearTimeout(timer);
    this.outlook.close();
    this.#knowledge?.keep();
  }

  get enforcement(): EnforcementView {
    return this.#enforcement.view;
  }

  /** What the kernel does of a rule, and what that stopped. */
  standing(rule: string): 'yes' | 'waiting' | 'not-enforced' {
    return this.#enforcement.standing(rule);
  }

  stoppedBy(rule: string): { packets: number; bytes: number } {
    return this.#enforcement.stoppedBy(rule);
  }

  /** What SPIN wants by itself, beside the household's rules. */
  wants(own: readonly OwnRule[]): void {
    this.#own = new Map(own.map((rule) => [rule.id, rule]));
    this.apply();
  }

  /** How far SPIN may go by itself, from now on. */
  follows(stance: Stance): void {
    this.#stance = stance;
  }

  /** Before the home takes it in. */
  take(observation: Observation): void {
    if (observation.kind === 'enforcement') this.#enforcement.observe(observation);
    else if (observation.kind === 'tripped') {
      const device = this.#knowledge?.deviceAt(observation.mac);
      if (device !== undefined) this.outlook.tripped(device, observation);
    } else if (observation.kind === 'stopped') {
      const rules = this.#enforcement.stopped(observation);
      if (rules.length > 0) this.#options.announce({ kind: 'stopped', at: observation.at, rules });
    } else if (this.#knowledge?.take(observation)) this.#later();
  }

  /** After the home took something in. */
  follow(event: HomeEvent): void {
    if (!this.#knowledge?.follow(event)) return;
    if (event.kind === 'merged') this.decisions.merge(event.device, event.into);
    this.#later();
  }

  agentChanged(connected: boolean): void {
    clearTimeout(this.#patience);
    // Until the agent has said what is home, a policy would open what an earlier one holds.
    this.#isWaiting = connected && this.#knowledge?.network.isKnown !== true;
    if (this.#isWaiting) this.#patience = setTimeout(() => this.#begun(), PATIENCE);
    else this.#enforcement.connected(connected);
  }

  /** Once a second. */
  tick(): void {
    this.outlook.settle();
    const consoles = JSON.stringify(this.#options.consoles());
    const isOld = Math.abs(this.#options.now() - this.#appliedAt) > LOOK_AGAIN_EVERY;
    const hasSettled =
      this.#made !== undefined && this.preferences().spoofing.mode !== this.#made.preferences.spoofing.mode;
    if ((consoles !== this.#consoles || isOld || hasSettled) && !this.decisions.expire()) this.apply();
    this.#knowledge?.settle();
  }

  /** The household's rules and SPIN's own. */
  rules(): Rules {
    const { rules } = this.decisions;
    return this.#own.size === 0 ? rules : new Map<string, HouseholdRule>([...rules, ...this.#own]);
  }

  /** SPIN's own, by their ids. */
  get ownRules(): ReadonlyMap<string, OwnRule> {
    return this.#own;
  }

  facts(rules: Rules): HomeFacts {
    return this.#knowledge!.facts(rules, this.decisions.groups);
  }

  preferences(): GuardPreferences {
    return guardPreferences(this.#knowledge!.network, this.#stance.mayAct());
  }

  addressesOf(name: string): string[] {
    return this.#knowledge!.addressesOf(name);
  }

  /** Makes the policy anew, sends it where it is another, and tells what that means for what is shown. */
  apply(): void {
    clearTimeout(this.#soon);
    this.#soon = undefined;
    if (!this.#knowledge) return;
    this.#appliedAt = this.#options.now();
    this.#consoles = JSON.stringify(this.#options.consoles());
    const at = this.#options.at();
    const rules = this.rules();
    const facts = this.facts(rules);
    const preferences = this.preferences();
    this.#knowledge.watch(rules, facts);
    this.#made = { rules, facts, preferences, policy: policyAt(rules, facts, preferences, at) };
    this.#enforcement.want(this.#made.policy);
    if (this.#isWaiting && this.#knowledge.network.isKnown) this.#begun();
    this.#await(nextPolicyChange(rules, facts, at), at);
    this.outlook.changed();
  }

  #begun(): void {
    clearTimeout(this.#patience);
    this.#isWaiting = false;
    this.#enforcement.connected(true);
  }

  /** Soon, and together with what else happens until then. */
  #later(): void {
    const wait = Math.max(0, this.#appliedAt + COALESCED - this.#options.now());
    this.#soon ??= setTimeout(() => this.apply(), Math.min(wait, COALESCED));
  }

  /** Time alone changes the policy next. */
  #await(next: number | undefined, at: number): void {
    clearTimeout(this.#change);
    if (next === undefined || next - at > LOOK_AGAIN_EVERY) return;
    this.#change = setTimeout(() => {
      if (!this.decisions.expire()) this.apply();
    }, next - at);
  }

  #decided({ names, kinds = [] }: Changes, actor: string): void {
    for (const { device, after } of kinds) this.#options.onKindSet(device, after ?? '', actor);
    for (const { device, after } of names) this.#options.onNamed(device, after ?? '', actor);
    this.apply();
  }

  #enforced(): void {
    this.#options.onEnforcement();
    this.outlook.changed();
  }

  /** The facts that the policy was made of, where nothing has happened since. */
  #knownFacts(): HomeFacts {
    const isFresh = this.#soon === undefined && JSON.stringify(this.#options.consoles()) === this.#consoles;
    return this.#made && isFresh ? this.#made.facts : this.facts(this.rules());
  }
}
