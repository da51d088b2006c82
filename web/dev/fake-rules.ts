import type {
  AuditView,
  EnforcementView,
  GroupBody,
  GroupData,
  GroupView,
  RuleData,
  RuleView,
  SetRuleBody,
} from '../../src/contract/api.ts';
import type { RuleTime } from '../../src/model/household.ts';
import { serviceName } from '../../src/model/protocols.ts';
import type { FakeHome } from './fake-home.ts';
import { isActive, nextMidnight, readTime } from './fake-time.ts';

/** As the controller refuses: nothing has changed then. */
export class FakeRefusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly field: string | undefined;

  constructor(status: number, code: string, field?: string) {
    super(`Refused: ${code}.`);
    this.status = status;
    this.code = code;
    this.field = field;
  }
}

const STEPS: readonly string[] = ['slow', 'essential', 'local', 'isolated'];
/** Actions that cut a device from the page when it is the one that shows it. */
const CUTS_OFF: readonly string[] = ['block', 'essential', 'local', 'isolated'];

/** Rules, groups and the log of the made-up home, as the contract says they behave. */
export class FakeRules {
  readonly rules = new Map<string, RuleView>();
  readonly audit: AuditView[] = [];
  readonly own = new Map<string, GroupData>();
  enforcement: EnforcementView;
  /** Id of the device that SPIN is used from. */
  console: string | undefined;
  private readonly home: FakeHome;

  constructor(home: FakeHome) {
    this.home = home;
    this.enforcement = { state: 'in-force', revision: 1, since: home.at };
  }

  groups(): GroupView[] {
    const { devices } = this.home;
    const kinds = [...new Set(devices.flatMap(({ kind }) => kind ?? []))].sort();
    return [
      { id: 'all', name: 'all', members: devices.map(({ id }) => id), source: 'all' },
      ...[...this.own.values()].map((group): GroupView => ({ ...group, source: 'own' })),
      ...kinds.map((kind): GroupView => {
        const members = devices.filter((device) => device.kind === kind).map(({ id }) => id);
        return { id: `kind:${kind}`, name: kind, members, source: 'kind' };
      }),
    ];
  }

  set({ action, target, when }: SetRuleBody): { change: number; rule: RuleView } {
    this.check(action, target);
    const data: RuleData = {
      id: idOf(action, target),
      ...{ action, target, by: 'owner', since: this.home.at },
      when: this.readTime(when),
    };
    const before = this.rules.get(data.id);
    const rule = this.viewOf(data);
    this.rules.set(rule.id, rule);
    const change = this.note('rule-set', { rules: [entryOf(data.id, before, data)] });
    return { change, rule };
  }

  remove(id: string): { change: number } {
    const before = this.rules.get(id);
    if (!before) throw new FakeRefusal(404, 'unknown-rule', 'id');
    this.rules.delete(id);
    return { change: this.note('rule-removed', { rules: [entryOf(id, before, undefined)] }) };
  }

  /** Ends what is over by now; returns ids. */
  expire(): string[] {
    const over = [...this.rules.values()].filter(({ until }) => until !== undefined && until <= this.home.at);
    for (const rule of over) {
      this.rules.delete(rule.id);
      this.note('rule-ended', { rules: [entryOf(rule.id, rule, undefined)] });
    }
    return over.map(({ id }) => id);
  }

  setGroup(id: string | undefined, body: GroupBody): { change: number; group: GroupView } {
    const before = id === undefined ? undefined : this.own.get(id);
    if (id !== undefined && !before) throw new FakeRefusal(404, 'unknown-group', 'id');
    const name = body.name ?? before?.name ?? '';
    for (const other of this.own.values())
      if (other.name === name && other !== before) throw new FakeRefusal(422, 'bad-name', 'name');
    const { add = [], remove = [] } = body;
    const members = [...(body.members ?? before?.members ?? []), ...add].filter((one) => !remove.includes(one));
    const after = { id: before?.id ?? `g-${this.audit.length + 1}`, name, members };
    this.own.set(after.id, after);
    const change = this.note(before ? 'group-changed' : 'group-made', { groups: [entryOf(after.id, before, after)] });
    return { change, group: { ...after, source: 'own' } };
  }

  removeGroup(id: string): { change: number } {
    const before = this.own.get(id);
    if (!before) throw new FakeRefusal(404, 'unknown-group', 'id');
    const rules = [...this.rules.values()].filter(({ target }) => target.group === id);
    this.own.delete(id);
    for (const rule of rules) this.rules.delete(rule.id);
    const groups = [entryOf(id, before, undefined)];
    return { change: this.note('group-removed', { groups, rules: rules.map((rule) => entryOf(rule.id, rule, undefined)) }) };
  }

  undo(change: number | undefined): AuditView {
    const entry = this.audit.find(({ id, undoneBy, kind }) =>
      change === undefined ? undoneBy === undefined && kind !== 'undone' : id === change,
    );
    if (!entry || entry.undoneBy !== undefined) throw new FakeRefusal(409, 'undone-already', 'change');
    for (const { id, before } of entry.rules) this.put(this.rules, id, before && this.viewOf(before));
    for (const { id, before } of entry.groups) this.put(this.own, id, before);
    const reverse = <T>({ id, before, after }: { id: string; before?: T; after?: T }) => entryOf(id, after, before);
    entry.undoneBy = this.note('undone', {
      ...{ rules: entry.rules.map(reverse), groups: entry.groups.map(reverse), undoes: entry.id },
    });
    return this.audit[0]!;
  }

  /** Whether a rule holds now. */
  isActive({ when }: Pick<RuleData, 'when'>): boolean {
    return isActive(when, this.home.at);
  }

  /** Rules as they stand: what changed by time or by what the kernel says. */
  refresh(): void {
    for (const rule of this.rules.values()) this.rules.set(rule.id, { ...this.viewOf(rule), stopped: rule.stopped });
  }

  private put<T>(into: Map<string, T>, id: string, value: T | undefined): void {
    if (value === undefined) into.delete(id);
    else into.set(id, value);
  }

  private viewOf({ id, action, target, when, by, since }: RuleData): RuleView {
    const device = this.home.devices.find((one) => one.id === target.device);
    const group = this.groups().find((one) => one.id === target.group);
    const node = target.node && labelOfNode(target.node, this.home);
    const { service } = target;
    const labels = {
      ...(device ? { device: device.label } : {}),
      ...(group ? { group: group.name } : {}),
      ...(node ? { node } : {}),
      ...(service ? { service: serviceName(service.protocol === 6 ? 'tcp' : 'udp', service.port ?? 0) ?? 'other' } : {}),
    };
    const enforced = this.enforcement.state === 'in-force' || action === 'ignore';
    const inForce = !this.isActive({ when }) ? 'scheduled' : enforced ? 'yes' : 'not-enforced';
    return {
      ...{ id, action, target, when, by, since, labels, inForce, notes: notesOn({ action, target }), stopped: { packets: 0, bytes: 0 } },
      ...('until' in when ? { until: when.until } : {}),
      ...('weekly' in when ? { changes: nextMidnight(this.home.at) } : {}),
    };
  }

  private readTime(asked: SetRuleBody['when']): RuleTime {
    const time = readTime(asked, this.home.at);
    if (typeof time === 'string') throw new FakeRefusal(422, 'unusable-schedule', time);
    return time;
  }

  private check(action: string, { device, group, node }: SetRuleBody['target']): void {
    const { devices } = this.home;
    if (device !== undefined && !devices.some(({ id }) => id === device))
      throw new FakeRefusal(404, 'unknown-device', 'target.device');
    if (node && 'device' in node) {
      if (!devices.some(({ id }) => id === node.device)) throw new FakeRefusal(404, 'unknown-device', 'target.node.device');
      if (action !== 'block' || (device ?? group) === undefined) throw new FakeRefusal(400, 'bad-target', 'target.node');
      if (node.device === device) throw new FakeRefusal(400, 'bad-target', 'target.node.device');
    }
    if (group !== undefined && !this.groups().some(({ id }) => id === group))
      throw new FakeRefusal(404, 'unknown-group', 'target.group');
    if (device !== undefined && device === this.console && !node && CUTS_OFF.includes(action))
      throw new FakeRefusal(409, 'cuts-owner-off', 'target.device');
  }

  private note(kind: AuditView['kind'], what: Partial<AuditView>): number {
    const id = this.audit.length + 1;
    const labels = Object.fromEntries([...this.home.devices, ...this.groups()].map((one) => [one.id, labelOf(one)]));
    this.audit.unshift({ ...{ id, at: this.home.at, kind, actor: 'owner', rules: [], groups: [], names: [] }, labels, ...what });
    this.enforcement = { ...this.enforcement, revision: this.enforcement.revision + 1 };
    return id;
  }
}

/** What a rule cannot do; as in the controller, a block within the home. */
export function notesOn({ action, target: { node } }: Pick<RuleData, 'action' | 'target'>): RuleView['notes'] {
  return action === 'block' && node && 'device' in node ? ['same-network'] : [];
}

function labelOfNode(node: NonNullable<RuleData['target']['node']>, { devices }: FakeHome): string {
  const other = 'device' in node ? devices.find(({ id }) => id === node.device)?.label : undefined;
  return other ?? Object.values(node)[0]!;
}

function labelOf(one: { label?: string; name?: string }): string {
  return one.label ?? one.name ?? '';
}

function entryOf<T>(id: string, before: T | undefined, after: T | undefined): { id: string; before?: T; after?: T } {
  return { id, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
}

function idOf(action: string, { device, group, node, service }: SetRuleBody['target']): string {
  const parts = [STEPS.includes(action) ? 'step' : action];
  if (device !== undefined) parts.push(`device=${device}`);
  if (group !== undefined) parts.push(`group=${group}`);
  if (node) parts.push(`node=${Object.values(node)[0]}`);
  if (service) parts.push(`service=${service.protocol}/${service.port ?? 'any'}/${service.initiator}`);
  return parts.join(' ');
}
