import type { AuditView, RuleNote, RuleView } from '../../contract/api.ts';
import { isActive, nextChange } from '../../decide/schedule.ts';
import { inPrefix, parsePrefix } from '../../model/address.ts';
import type { AuditEntry } from '../../model/audit.ts';
import type { HomeFacts, HouseholdRule, NodeTarget } from '../../model/household.ts';
import type { DesiredPolicy } from '../../model/policy.ts';
import { protocolName, serviceName } from '../../model/protocols.ts';

/** What a view of a rule is made of. */
export type Seen = {
  facts: HomeFacts;
  policy: DesiredPolicy;
  at: number;
  standing: (id: string) => 'yes' | 'waiting' | 'not-enforced';
  stoppedBy: (id: string) => RuleView['stopped'];
  deviceLabel: (id: string) => string | undefined;
  groupLabel: (id: string) => string;
};

type Kept = HouseholdRule & { because?: string };

const STEPS: readonly string[] = ['slow', 'essential', 'local', 'isolated'];

export function ruleView(rule: Kept, seen: Seen): RuleView {
  const { because, ...data } = rule;
  const { target, when } = rule;
  const notes = notesOf(rule, seen);
  const changes = 'weekly' in when ? nextChange(when, seen.at, seen.facts.utcOffset) : undefined;
  return {
    ...data,
    labels: {
      ...(target.device !== undefined && { device: seen.deviceLabel(target.device) ?? target.device }),
      ...(target.group !== undefined && { group: seen.groupLabel(target.group) }),
      ...(target.node && { node: nodeLabel(target.node, seen) }),
      ...(target.service && { service: serviceLabel(target.service) }),
    },
    ...('until' in when && { until: when.until }),
    ...(changes !== undefined && { changes }),
    ...(because !== undefined && { incident: because }),
    stopped: seen.stoppedBy(rule.id),
    inForce: inForce(rule, notes, seen),
    notes,
  };
}

function inForce({ id, action, when }: Kept, notes: readonly RuleNote[], { at, facts, standing }: Seen) {
  if (!isActive(when, at, facts.utcOffset)) return 'scheduled';
  if (action === 'ignore') return 'yes';
  return notes.includes('console') ? 'not-enforced' : standing(id);
}

function notesOf(rule: Kept, seen: Seen): RuleNote[] {
  const { facts, policy, at, deviceLabel } = seen;
  const { action, target, id } = rule;
  const notes: RuleNote[] = [];
  if (reachesWithinHome(rule, facts)) notes.push('same-network');
  if (target.node && 'name' in target.node && !isMet(target.node.name, facts)) notes.push('name-not-met');
  if (target.device !== undefined && deviceLabel(target.device) === undefined) notes.push('device-away');
  if (isAllowed(rule, policy)) notes.push('allowed');
  if (!isActive(rule.when, at, facts.utcOffset) || !STEPS.includes(action)) return notes;
  const mine = policy.devices.filter((device) => device.id === target.device);
  if (action === 'isolated' && facts.consoles.includes(target.device ?? '')) notes.push('console');
  else if (mine.some(({ ladder }) => ladder !== undefined && ladder.id !== id)) notes.push('stricter');
  return notes;
}

/** Whether it means to cut what devices say to each other, which may not cross this box. */
export function reachesWithinHome(
  { action, target }: Pick<HouseholdRule, 'action' | 'target'>,
  facts: HomeFacts,
): boolean {
  if (action === 'isolated') return true;
  if (action !== 'block') return false;
  if (!target.node) return true;
  if ('name' in target.node) return false;
  if ('device' in target.node) return true;
  const node = parsePrefix(Object.values(target.node)[0] as string);
  return facts.prefixes.some((text) => {
    const home = parsePrefix(text);
    return home !== undefined && node !== undefined && (inPrefix(node.words, home) || inPrefix(home.words, node));
  });
}

function isMet(name: string, { names, heard }: HomeFacts): boolean {
  return (names.get(name)?.length ?? 0) > 0 || [...heard.values()].some((own) => (own.get(name)?.length ?? 0) > 0);
}

function isAllowed({ action, target }: Kept, { allows }: DesiredPolicy): boolean {
  if (action === 'allow' || action === 'ignore') return false;
  return allows.some(({ device, node }) => {
    if (device !== undefined)
      return device === target.device || (target.node && 'device' in target.node && device === target.node.device);
    if (!node || !target.node) return false;
    if ('name' in target.node) return node.name === target.node.name;
    return 'address' in target.node ? node.addresses.includes(target.node.address) : false;
  });
}

function nodeLabel(node: NodeTarget, { deviceLabel }: Seen): string {
  return ('device' in node ? deviceLabel(node.device) : undefined) ?? nodeText(node);
}

export function nodeText(node: NodeTarget): string {
  return Object.values(node)[0] as string;
}

export function serviceLabel({ protocol, port }: { protocol: number; port?: number }): string {
  const name = protocolName(protocol);
  if (port === undefined) return name;
  return serviceName(name, port) ?? `${name}/${port}`;
}

export function auditView(
  entry: AuditEntry,
  deviceLabel: (id: string) => string | undefined,
  groupLabel: (id: string) => string,
): AuditView {
  const labels: Record<string, string> = {};
  const device = (id: string | undefined) => {
    const label = id === undefined ? undefined : deviceLabel(id);
    if (label !== undefined) labels[id!] = label;
  };
  for (const { before, after } of entry.rules) {
    for (const rule of [before, after]) {
      device(rule?.target.device);
      if (rule?.target.node && 'device' in rule.target.node) device(rule.target.node.device);
      const group = rule?.target.group;
      if (group !== undefined) labels[group] = groupLabel(group);
    }
  }
  for (const { before, after } of entry.groups)
    for (const member of [...(before?.members ?? []), ...(after?.members ?? [])]) device(member);
  for (const id of [entry.same?.device, entry.same?.as]) device(id);
  for (const { device: id } of [...entry.names, ...(entry.kinds ?? [])]) device(id);
  return { ...entry, labels };
}
