import type {
  AuditView,
  GroupBody,
  GroupChangeView,
  GroupView,
  NewGroupBody,
  PreviewView,
  RuleChangeView,
  RuleView,
  SetRuleBody,
} from '../../contract/api.ts';
import { NEW_DEVICE } from '../../decide/newcomers.ts';
import { isOwnId } from '../../decide/own-policy.ts';
import { policyAt } from '../../decide/policy.ts';
import { command, type Rules } from '../../decide/rules.ts';
import type { AuditEntry } from '../../model/audit.ts';
import type { HomeFacts, HouseholdRule } from '../../model/household.ts';
import { CannotStore } from '../../serve/door.ts';
import type { HouseholdDoor } from '../../serve/household-door.ts';
import { Refusal } from '../../serve/refusal.ts';
import type { Store } from '../../store/store.ts';
import { attempt } from '../refusals.ts';
import { cutOf, LOOKS_BACK, spansOf } from './preview.ts';
import { auditView, reachesWithinHome } from './rule-views.ts';
import type { Rulebook } from './rulebook.ts';

export type HouseholdOptions = {
  rulebook: Rulebook;
  store: Store;
  /** The home's time, ms. */
  at: () => number;
  /** Told after each attempt to store something. */
  onStored: () => void;
};

/** What people ask of the rules, as the server hands it on; every refusal in the server's words. */
export class Household implements HouseholdDoor {
  readonly #options: HouseholdOptions;
  readonly #rulebook: Rulebook;

  constructor(options: HouseholdOptions) {
    this.#options = options;
    this.#rulebook = options.rulebook;
  }

  rules(): RuleView[] {
    return this.#rulebook.outlook.rules();
  }

  setRule(body: SetRuleBody, actor: string): RuleChangeView {
    const { decisions } = this.#rulebook;
    const { id, change } = this.#try(() => decisions.setRule(body, actor));
    const rule = decisions.rules.get(id);
    return { ...(change !== undefined && { change }), ...(rule && { rule: this.#rulebook.outlook.rule(rule) }) };
  }

  removeRule(id: string, actor: string): RuleChangeView {
    this.#refuseSpinsOwn(id);
    return { change: this.#try(() => this.#rulebook.decisions.removeRule(id, actor)) };
  }

  preview({ action, target, when }: SetRuleBody): PreviewView {
    const { store, at: clock } = this.#options;
    const rulebook = this.#rulebook;
    const at = clock();
    const asked = { name: 'set-rule', action, target, when } as const;
    const known = rulebook.facts(rulebook.rules());
    const rule = this.#try(() => command(new Map(), asked, '', at, known).values().next().value!);
    const allows = [...rulebook.decisions.rules].filter(([, other]) => other.action === 'allow');
    const rules: Rules = new Map([...allows, [rule.id, { ...rule, when: { always: true } }]]);
    const facts = rulebook.facts(rules);
    const from = Math.max(at - LOOKS_BACK, store.pastBegins() ?? at);
    const cut = cutOf({
      rule,
      facts,
      policy: policyAt(rules, facts, rulebook.preferences(), at),
      rows: store.past(spansOf(rule.when, from, at, facts.utcOffset), devicesOf(rule, facts)),
      addressesOf: (name) => rulebook.addressesOf(name),
      label: (id) => rulebook.outlook.deviceLabel(id) ?? id,
    });
    return { from, to: at, ...cut, notes: reachesWithinHome(rule, facts) ? ['same-network'] : [] };
  }

  undo(change: number | undefined, actor: string): AuditView {
    const { store } = this.#options;
    const id = this.#try(() => this.#rulebook.decisions.undo(change, actor));
    const entry = store.ask(({ decisions }) => decisions.entry(id));
    if (!entry) throw new CannotStore('the audit log cannot be read');
    return this.#auditView(entry);
  }

  groups(): GroupView[] {
    return this.#rulebook.outlook.groups();
  }

  makeGroup(body: NewGroupBody, actor: string): GroupChangeView {
    const { id, change } = this.#try(() => this.#rulebook.decisions.makeGroup(body, actor));
    return this.#groupChange(id, change);
  }

  changeGroup(id: string, body: GroupBody, actor: string): GroupChangeView {
    const change = this.#try(() => this.#rulebook.decisions.changeGroup(id, body, actor));
    return this.#groupChange(id, change);
  }

  removeGroup(id: string, actor: string): GroupChangeView {
    return { change: this.#try(() => this.#rulebook.decisions.removeGroup(id, actor)) };
  }

  auditBefore(id: number, limit: number): AuditView[] {
    const entries = this.#options.store.ask(({ decisions }) => decisions.before(id, limit)) ?? [];
    return entries.map((entry) => this.#auditView(entry));
  }

  auditAfter(id: number, limit: number): AuditView[] {
    const entries = this.#options.store.ask(({ decisions }) => decisions.after(id, limit)) ?? [];
    return entries.map((entry) => this.#auditView(entry));
  }

  /** What SPIN decided by itself goes with its reason; otherwise it would decide the same again. */
  #refuseSpinsOwn(id: string): void {
    if (!isOwnId(id)) return;
    const because = this.#rulebook.ownRules.get(id)?.because;
    throw because === undefined
      ? new Refusal('unknown-rule', { field: 'id', message: OVER })
      : new Refusal('spins-own', { field: 'id', message: because === NEW_DEVICE ? HELD : undoOf(because) });
  }

  #groupChange(id: string, change: number | undefined): GroupChangeView {
    const group = this.groups().find((one) => one.id === id);
    return { ...(change !== undefined && { change }), ...(group && { group }) };
  }

  #auditView(entry: AuditEntry): AuditView {
    const { outlook } = this.#rulebook;
    return auditView(
      entry,
      (id) => outlook.deviceLabel(id),
      (id) => outlook.groupLabel(id),
    );
  }

  #try<T>(work: () => T): T {
    return attempt(work, this.#options.onStored);
  }
}

const OVER = 'SPIN made this rule by itself and has ended it already: there is nothing to undo.';
const HELD =
  'SPIN holds this device because it is new. Admit it instead, on the first screen or with "spin newcomers --admit".';

function undoOf(incident: string): string {
  return `SPIN made this rule because of incident ${incident}. Say there that it is fine, on its page or with "spin incidents ${incident} --undo": the rule goes with it.`;
}

/** The devices that a rule is for; `undefined` for all. */
function devicesOf({ target: { device, group } }: HouseholdRule, facts: HomeFacts): string[] | undefined {
  if (device === undefined && group === undefined) return undefined;
  return facts.devices.filter(({ id, groups }) => id === device || groups.includes(group ?? '')).map(({ id }) => id);
}
