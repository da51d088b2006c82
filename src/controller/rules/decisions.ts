import type { GroupBody, NewGroupBody, SetRuleBody } from '../../contract/api.ts';
import { Refusal } from '../../decide/refusal.ts';
import { command, expire, merge, type Rules } from '../../decide/rules.ts';
import { isOver } from '../../decide/schedule.ts';
import { type AuditEntry, type AuditKind, type Changes, type Group, NO_CHANGES } from '../../model/audit.ts';
import type { Device } from '../../model/home.ts';
import type { HomeFacts, HouseholdRule } from '../../model/household.ts';
import type { Kind } from '../../model/kinds.ts';
import type { Store } from '../../store/store.ts';
import { MAX_GROUPS } from './groups.ts';

/** Why a change cannot be undone; `field` as in decide's refusals. */
export class CannotUndo extends Error {
  readonly code: 'nothing-to-undo' | 'undone-already' | 'changed-since';
  constructor(code: CannotUndo['code'], message: string) {
    super(message);
    this.code = code;
  }
}

export type DecisionsOptions = {
  store: Store;
  /** The home's time, ms. */
  at: () => number;
  facts: () => HomeFacts;
  device: (id: string) => Device | undefined;
  newId: () => string;
  /** Told after what was decided is durable. */
  onChange: (changes: Changes, actor: string) => void;
};

/**
 * What the household decided: its rules and groups, and their undo. Each method returns the number of its entry in the
 * audit log, or `undefined` where there was nothing to change. What is refused, or cannot be stored, changes nothing.
 */
export class Decisions {
  readonly #options: DecisionsOptions;
  #rules: Rules = new Map();
  #groups: ReadonlyMap<string, Group> = new Map();

  constructor(options: DecisionsOptions) {
    this.#options = options;
  }

  get rules(): Rules {
    return this.#rules;
  }

  get groups(): ReadonlyMap<string, Group> {
    return this.#groups;
  }

  /** From the store, without what is over. */
  load(): void {
    const { store } = this.#options;
    const rules = store.ask(({ decisions }) => decisions.rules()) ?? [];
    const groups = store.ask(({ decisions }) => decisions.groups()) ?? [];
    this.#rules = new Map(rules.map((rule) => [rule.id, rule]));
    this.#groups = new Map(groups.map((group) => [group.id, group]));
  }

  /** @throws {Refusal} and {StoreFailing}, here and below */
  setRule({ action, target, when }: SetRuleBody, actor: string): { change?: number; id: string } {
    const at = this.#options.at();
    const facts = this.#options.facts();
    const asked = { name: 'set-rule', action, target, when } as const;
    const [id] = command(new Map(), asked, actor, at, facts).keys();
    const after = command(this.#rules, asked, actor, at, facts);
    if (after === this.#rules) return { id: id! };
    return { change: this.#become(after, 'rule-set', actor), id: id! };
  }

  removeRule(id: string, actor: string): number {
    const { at, facts } = this.#options;
    return this.#become(command(this.#rules, { name: 'remove-rule', id }, actor, at(), facts()), 'rule-removed', actor);
  }

  makeGroup({ name, members = [] }: NewGroupBody, actor: string): { change: number; id: string } {
    if (this.#groups.size >= MAX_GROUPS) throw new Refusal('name', 'too-many', `more than ${MAX_GROUPS} groups`);
    const group = { id: `g-${this.#options.newId()}`, name: this.#groupName(name), members: this.#members(members) };
    const change = this.#decide('group-made', actor, { groups: [{ id: group.id, after: group }] });
    return { change, id: group.id };
  }

  changeGroup(id: string, { name, members, add = [], remove = [] }: GroupBody, actor: string): number | undefined {
    const before = this.#group(id);
    const kept = this.#members(members ?? before.members).filter((member) => !remove.includes(member));
    const after = {
      id,
      name: name === undefined ? before.name : this.#groupName(name, id),
      members: [...new Set([...kept, ...this.#members(add)])],
    };
    if (JSON.stringify(after) === JSON.stringify(before)) return undefined;
    return this.#decide('group-changed', actor, { groups: [{ id, before, after }] });
  }

  /** Its rules go with it. */
  removeGroup(id: string, actor: string): number {
    const before = this.#group(id);
    const rules = [...this.#rules.values()].filter(({ target }) => target.group === id);
    return this.#decide('group-removed', actor, {
      groups: [{ id, before }],
      rules: rules.map((rule) => ({ id: rule.id, before: rule })),
    });
  }

  /** @param to the owner's name, or nothing */
  rename(device: Device, to: string, actor: string): number {
    const { givenName: before } = device;
    const change = this.#options.store.nameDevice(device, to, actor);
    const names = [{ device: device.id, ...(before !== undefined && { before }), ...(to !== '' && { after: to }) }];
    this.#apply({ ...NO_CHANGES, names }, actor);
    return change;
  }

  /** @param to the owner's own answer to what a device is, or nothing */
  setKind({ id, givenKind: before }: Device, to: Kind | '', actor: string): number | undefined {
    if ((before ?? '') === to) return undefined;
    const kinds = [{ device: id, ...(before !== undefined && { before }), ...(to !== '' && { after: to }) }];
    return this.#decide('kind-set', actor, { kinds });
  }

  /** Whether two devices are one, as somebody was asked. */
  tellSame(device: string, as: string, same: boolean, actor: string): number {
    return this.#decide(same ? 'same-device' : 'not-same-device', actor, { same: { device, as } });
  }

  /**
   * Everything is as it was before a change, the last one unless one is named.
   * @throws {CannotUndo}
   */
  undo(change: number | undefined, actor: string): number {
    const { store } = this.#options;
    const entry = store.ask(({ decisions }) =>
      change === undefined ? decisions.lastUndoable() : decisions.entry(change),
    );
    if (!entry) throw new CannotUndo('nothing-to-undo', 'There is no such change.');
    if (entry.same) throw new CannotUndo('nothing-to-undo', 'What was said of two devices cannot be taken back.');
    if (entry.undoneBy !== undefined) throw new CannotUndo('undone-already', 'This change was undone already.');
    return this.#decide('undone', actor, this.#reversed(entry), entry.id);
  }

  /** Forgets what is over. While it cannot be written it is over all the same. */
  expire(): boolean {
    const after = expire(this.#rules, this.#options.at());
    if (after === this.#rules) return false;
    this.#becomeAnyhow(after, 'rule-ended');
    return true;
  }

  /** Two devices turned out to be one. */
  merge(device: string, into: string): void {
    const rules = merge(this.#rules, device, into);
    const groups = [...this.#groups.values()].filter(({ members }) => members.includes(device));
    if (rules === this.#rules && groups.length === 0) return;
    const moved = groups.map((before) => {
      const members = [...new Set(before.members.map((member) => (member === device ? into : member)))];
      return { id: before.id, before, after: { ...before, members } };
    });
    this.#becomeAnyhow(rules, 'merged', moved);
  }

  #become(after: Rules, kind: AuditKind, actor: string): number {
    return this.#decide(kind, actor, { rules: differences(this.#rules, after) });
  }

  /** What happened is so, whether or not the disk takes it; the next start finds it again. */
  #becomeAnyhow(after: Rules, kind: AuditKind, groups: Changes['groups'] = []): void {
    const changes = { ...NO_CHANGES, rules: differences(this.#rules, after), groups };
    try {
      this.#decide(kind, 'spin', changes);
    } catch {
      this.#apply(changes, 'spin');
    }
  }

  #decide(kind: AuditKind, actor: string, some: Partial<Changes>, undoes?: number): number {
    const { store, at, device } = this.#options;
    const changes: Changes = { ...NO_CHANGES, ...some };
    const owned = [...changes.names, ...(changes.kinds ?? [])].flatMap(({ device: id }) => device(id) ?? []);
    const entry = { at: at(), kind, actor, ...changes, ...(undoes !== undefined && { undoes }) };
    const id = store.decide(
      entry,
      owned.map((one) => withOwnersWords(one, changes)),
    );
    this.#apply(changes, actor);
    return id;
  }

  #apply(changes: Changes, actor: string): void {
    this.#rules = applied(this.#rules, changes.rules);
    this.#groups = applied(this.#groups, changes.groups);
    this.#options.onChange(changes, actor);
  }

  #reversed({ rules, groups, names, kinds = [] }: AuditEntry): Changes {
    const at = this.#options.at();
    // What ended by itself since then is not there any more, and does not come back either.
    const alive = (rule: HouseholdRule | undefined) => (rule && isOver(rule.when, at) ? undefined : rule);
    const name = (id: string) => this.#options.device(id)?.givenName;
    for (const { id, after } of rules) refuseChanged(this.#rules.get(id), alive(after));
    for (const { id, after } of groups) refuseChanged(this.#groups.get(id), after);
    for (const { device, after } of names) refuseChanged(name(device), after);
    for (const { device, after } of kinds) refuseChanged(this.#options.device(device)?.givenKind, after);
    const goes = groups.filter(({ before }) => !before).map(({ id }) => id);
    if ([...this.#rules.values()].some(({ target }) => target.group !== undefined && goes.includes(target.group)))
      throw new CannotUndo('changed-since', 'Rules were made for this group since then.');
    return {
      rules: rules.map(({ id, before, after }) => change(id, alive(after), alive(before))),
      groups: groups.map(({ id, before, after }) => change(id, after, before)),
      names: names.map(turned),
      ...(kinds.length > 0 && { kinds: kinds.map(turned) }),
    };
  }

  #group(id: string): Group {
    const group = this.#groups.get(id);
    if (!group) throw new Refusal('id', 'unknown-group', 'no such group');
    return group;
  }

  #groupName(name: string, id?: string): string {
    const text = name.trim();
    const taken = [...this.#groups.values()].some((other) => other.id !== id && other.name === text);
    if (text === '') throw new Refusal('name', 'bad-name', 'a group needs a name');
    if (taken) throw new Refusal('name', 'bad-name', 'another group has this name');
    return text;
  }

  #members(ids: readonly string[]): string[] {
    const unknown = ids.find((id) => !this.#options.device(id) && !this.#isMember(id));
    if (unknown !== undefined) throw new Refusal('members', 'unknown-device', 'no such device');
    return [...new Set(ids)];
  }

  /** A device that is not here now may stay in its groups. */
  #isMember(id: string): boolean {
    return [...this.#groups.values()].some(({ members }) => members.includes(id));
  }
}

function differences(before: Rules, after: Rules): Changes['rules'] {
  const ids = new Set([...before.keys(), ...after.keys()]);
  return [...ids]
    .filter((id) => before.get(id) !== after.get(id))
    .map((id) => change(id, before.get(id), after.get(id)));
}

function change<Value>(id: string, before: Value | undefined, after: Value | undefined) {
  return { id, ...(before !== undefined && { before }), ...(after !== undefined && { after }) };
}

function applied<Value>(
  map: ReadonlyMap<string, Value>,
  changes: ReadonlyArray<{ id: string; before?: Value; after?: Value }>,
): ReadonlyMap<string, Value> {
  if (changes.length === 0) return map;
  const next = new Map(map);
  for (const { id, after } of changes) {
    if (after === undefined) next.delete(id);
    else next.set(id, after);
  }
  return next;
}

/** A device with the name and the kind that the owner now gives it. */
function withOwnersWords(device: Device, { names, kinds = [] }: Changes): Device {
  const { givenName, givenKind, ...own } = device;
  const named = names.find((one) => one.device === device.id);
  const meant = kinds.find((one) => one.device === device.id);
  const name = named ? named.after : givenName;
  const kind = meant ? meant.after : givenKind;
  return { ...own, ...(name !== undefined && { givenName: name }), ...(kind !== undefined && { givenKind: kind }) };
}

function turned<Value>({ device, before, after }: { device: string; before?: Value; after?: Value }) {
  return { device, ...(after !== undefined && { before: after }), ...(before !== undefined && { after: before }) };
}

function refuseChanged(now: unknown, then: unknown): void {
  if (JSON.stringify(now) !== JSON.stringify(then))
    throw new CannotUndo('changed-since', 'It was changed again since then. Undo the later change first.');
}
