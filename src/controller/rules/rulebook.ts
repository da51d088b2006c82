import type { EnforcementView, RuleView } from '../../contract/api.ts';
import type { Asked } from '../../decide/effect.ts';
import { nextPolicyChange, policyAt } from '../../decide/policy.ts';
import type { Rules } from '../../decide/rules.ts';
import type { Changes } from '../../model/audit.ts';
import type { HomeEvent } from '../../model/event.ts';
import type { Device } from '../../model/home.ts';
import type { GuardPreferences, HomeFacts, HouseholdRule } from '../../model/household.ts';
import type { Kind } from '../../model/kinds.ts';
import type { Observation, TrippedObservation } from '../../model/observation.ts';
import type { DesiredPolicy } from '../../model/policy.ts';
import type { OwnRule } from '../../model/verdict.ts';
import type { Announcement } from '../../serve/stream.ts';
import { Decisions } from './decisions.ts';
import { Enforcement } from './enforcement.ts';
import { type Guard, guardPreferences } from './facts.ts';
import { allGroups, groupLabel, groupViews } from './groups.ts';
import { Knowledge, type KnowledgeOptions } from './knowledge.ts';
import { nodeOf } from './preview.ts';
import { ruleView, type Seen } from './rule-views.ts';
import { type OfDevice, type OfNode, Standing } from './standing.ts';
import { Trips } from './trips.ts';

/** What the network does changes the policy at most this often, ms; what the household does, at once. */
const COALESCED = 250;
/** An agent that says nothing of the home gets a policy after this long all the same, ms. */
const PATIENCE = 2_000;
/** Time alone changes what a policy is made of: addresses grow old, and clocks are put forward. ms */
const LOOK_AGAIN_EVERY = 60_000;

export type RulebookOptions = Omit<KnowledgeOptions, 'criticalOf' | 'guardOf'> & {
  /** This run never touches the firewall. */
  passive: boolean;
  device: (id: string) => Device | undefined;
  label: (device: Device) => string;
  newId: () => string;
  send: (revision: number, policy: DesiredPolicy) => void;
  announce: (message: Announcement) => void;
  /** Told when the state of enforcement changed. */
  onEnforcement: () => void;
  /** Told of devices for which the rules mean something else now. */
  onStanding: (devices: readonly string[]) => void;
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

type Made = { facts: HomeFacts; preferences: GuardPreferences; policy: DesiredPolicy };

/**
 * The household's rules at work: of what was decided and what is known of the home it makes the policy, hands it to the
 * agent, and says what became of it.
 */
export class Rulebook {
  readonly #options: RulebookOptions;
  readonly decisions: Decisions;
  readonly #enforcement: Enforcement;
  readonly #trips: Trips;
  #knowledge: Knowledge | undefined;
  #own: ReadonlyMap<string, OwnRule> = new Map();
  #stance: Stance = { criticalOf: () => [], guardOf: () => ({ mayAct: true }), mayAct: () => true };
  #made: Made | undefined;
  #standing: Standing | undefined;
  #told = new Map<string, string>();
  #toldGroups = '';
  #toldStanding = new Map<string, string>();
  #consoles = '';
  #appliedAt = Number.NEGATIVE_INFINITY;
  #soon: NodeJS.Timeout | undefined;
  #change: NodeJS.Timeout | undefined;
  #patience: NodeJS.Timeout | undefined;
  #isWaiting = false;
  #telling: NodeJS.Immediate | undefined;

  constructor(options: RulebookOptions) {
    this.#options = options;
    const { store, at, device, newId, now, passive, send } = options;
    this.#enforcement = new Enforcement({ passive, now, send, onChange: () => this.#enforced() });
    this.#trips = new Trips(now);
    this.decisions = new Decisions({
      store,
      at,
      newId,
      device,
      facts: () => this.#knownFacts(),
      onChange: (changes, actor) => this.#decided(changes, actor),
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
    clearImmediate(this.#telling);
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
    else if (observation.kind === 'tripped') this.#tripped(observation);
    else if (observation.kind === 'stopped') {
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
    const over = this.#trips.settle();
    if (over.length > 0) this.#options.onStanding(over);
    const consoles = JSON.stringify(this.#options.consoles());
    const isOld = Math.abs(this.#options.now() - this.#appliedAt) > LOOK_AGAIN_EVERY;
    const hasSettled =
      this.#made !== undefined && this.preferences().spoofing.mode !== this.#made.preferences.spoofing.mode;
    if (consoles !== this.#consoles || isOld || hasSettled) this.apply();
    this.#consoles = consoles;
    this.#knowledge?.settle();
  }

  /** The household's rules and SPIN's own. */
  rules(): Rules {
    const { rules } = this.decisions;
    return this.#own.size === 0 ? rules : new Map<string, HouseholdRule>([...rules, ...this.#own]);
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
    const at = this.#options.at();
    const rules = this.rules();
    const facts = this.facts(rules);
    const preferences = this.preferences();
    this.#knowledge.watch(rules, facts);
    this.#made = { facts, preferences, policy: policyAt(rules, facts, preferences, at) };
    this.#enforcement.want(this.#made.policy);
    if (this.#isWaiting && this.#knowledge.network.isKnown) this.#begun();
    this.#await(nextPolicyChange(rules, facts, at), at);
    this.#tellSoon();
  }

  view(rule: HouseholdRule): RuleView {
    return ruleView(rule, this.#seen());
  }

  views(): RuleView[] {
    const seen = this.#seen();
    return [...this.rules().values()].map((rule) => ruleView(rule, seen));
  }

  groupViews() {
    return groupViews(this.decisions.groups.values(), this.#options.devices());
  }

  deviceLabel(id: string): string | undefined {
    const device = this.#options.device(id);
    return device && this.#options.label(device);
  }

  /** Whether there is, or may be, such a group. */
  isGroup(id: string): boolean {
    return allGroups(this.decisions.groups.values()).includes(id);
  }

  groupLabel(id: string): string {
    return groupLabel(id, this.decisions.groups);
  }

  ofDevice(id: string): OfDevice {
    return this.#current()?.device(id) ?? {};
  }

  ofConversation(asked: Asked): OfNode {
    return this.#current()?.conversation(asked) ?? {};
  }

  /** @param node as the store names it */
  ofNode(device: string, node: string): OfNode {
    const far = nodeOf(node, (name) => this.addressesOf(name));
    return this.ofConversation({ device, node: far, protocol: -1, port: -1, initiator: 'device' });
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

  #tripped(observation: TrippedObservation): void {
    const device = this.#knowledge?.deviceAt(observation.mac);
    if (device === undefined) return;
    const { tripped, isNews } = this.#trips.add(device, observation);
    const { at, reason, mode } = observation;
    if (isNews) this.#options.store.note({ at, kind: `tripped-${mode}`, actor: 'spin', device, detail: reason });
    this.#options.announce({ kind: 'tripped', at, device, tripped });
  }

  #enforced(): void {
    this.#options.onEnforcement();
    this.#tellSoon();
  }

  #seen(): Seen {
    const { facts, policy } = this.#made!;
    return {
      facts,
      policy,
      at: this.#options.at(),
      standing: (id) => this.#enforcement.standing(id),
      stoppedBy: (id) => this.#enforcement.stoppedBy(id),
      deviceLabel: (id) => this.deviceLabel(id),
      groupLabel: (id) => this.groupLabel(id),
    };
  }

  #current(): Standing | undefined {
    if (!this.#standing && this.#made) {
      this.#standing = new Standing({
        ...this.#made,
        rules: this.rules(),
        at: this.#options.at(),
        isInForce: (id) => this.#enforcement.standing(id) === 'yes',
        tripped: this.#trips.shown,
      });
    }
    return this.#standing;
  }

  /** The facts that the policy was made of, where nothing has happened since. */
  #knownFacts(): HomeFacts {
    return this.#made && !this.#soon ? this.#made.facts : this.facts(this.rules());
  }

  /** Once for all that happens in this turn, and after the kernel was told. */
  #tellSoon(): void {
    this.#standing = undefined;
    this.#telling ??= setImmediate(() => this.#tell());
  }

  #tell(): void {
    this.#telling = undefined;
    if (!this.#made) return;
    const at = this.#options.at();
    this.#tellRules(at);
    const groups = this.groupViews();
    const text = JSON.stringify(groups);
    if (text !== this.#toldGroups) this.#options.announce({ kind: 'groups', at, groups });
    this.#toldGroups = text;
    this.#tellStanding();
  }

  #tellRules(at: number): void {
    const views = this.views();
    const texts = new Map(views.map(({ stopped: _, ...view }) => [view.id, JSON.stringify(view)]));
    const changed = views.filter(({ id }) => texts.get(id) !== this.#told.get(id));
    const gone = [...this.#told.keys()].filter((id) => !texts.has(id));
    for (const id of gone) this.#enforcement.forget(id);
    this.#told = texts;
    if (changed.length + gone.length > 0) this.#options.announce({ kind: 'rules', at, changed, gone });
  }

  #tellStanding(): void {
    const standing = this.#current()!;
    const texts = new Map(this.#made!.facts.devices.map(({ id }) => [id, JSON.stringify(standing.device(id))]));
    const changed = [...texts].filter(([id, text]) => (this.#toldStanding.get(id) ?? '{}') !== text);
    this.#toldStanding = texts;
    this.#options.onStanding(changed.map(([id]) => id));
  }
}
