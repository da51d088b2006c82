import type { ConversationView, DeviceView, NodeView, PreviewView, RuleData, SetRuleBody } from '../../src/contract/api.ts';
import { protocolNumber } from '../../src/model/protocols.ts';
import type { FakeHome } from './fake-home.ts';
import { type FakeRules, notesOn } from './fake-rules.ts';

type Target = SetRuleBody['target'];
type Cut = Pick<RuleData, 'action' | 'target'>;

const CUTTING: readonly string[] = ['block', 'pause', 'local', 'isolated'];
const STEPS = ['slow', 'essential', 'local', 'isolated'] as const;
const SHOWN = 100;

/** Writes into devices and conversations what the rules mean for them now. */
export function stamp(home: FakeHome, rules: FakeRules): void {
  for (const device of home.devices) stampDevice(device, rules);
  for (const conversation of home.conversations) stampConversation(conversation, rules);
}

function stampDevice(device: DeviceView, rules: FakeRules): void {
  const own = [...rules.rules.values()].filter(({ target }) => !target.node && fitsDevice(target, device.id, rules));
  const active = own.filter((rule) => rule.inForce === 'yes');
  const step = STEPS.findLast((one) => active.some(({ action }) => action === one));
  replace(device, 'rules', own.length > 0 ? own.map(({ id }) => id) : undefined);
  replace(device, 'ladder', step);
  replace(device, 'hidden', active.some(({ action }) => action === 'ignore') || undefined);
  replace(device, 'console', device.id === rules.console || undefined);
}

function stampConversation(conversation: ConversationView, rules: FakeRules): void {
  const active = [...rules.rules.values()].filter(({ inForce }) => inForce === 'yes');
  const own = active.filter((rule) => concerns(rule.target, conversation, rules));
  const allow = own.find(({ action }) => action === 'allow');
  const cut = own.find((rule) => cuts(rule, conversation, rules));
  replace(conversation, 'allowedBy', allow?.id);
  replace(conversation, 'cutBy', allow ? undefined : cut?.id);
  const hides = own.some(({ action, target }) => action === 'ignore' && target.node !== undefined);
  replace(conversation, 'hidden', hides || undefined);
}

/** What a rule would have cut, with all that the made-up home remembers as its last day. */
export function preview(body: SetRuleBody, home: FakeHome, rules: FakeRules): PreviewView {
  const all = home.conversations.filter((one) => cuts(body, one, rules));
  const part = (of: ConversationView[]) => ({
    packets: sum(of, ({ packetsUp, packetsDown }) => packetsUp + packetsDown),
    bytes: sum(of, ({ bytesUp, bytesDown }) => bytesUp + bytesDown),
    conversations: of.length,
  });
  const devices = [...Map.groupBy(all, ({ device }) => device)].map(([id, of]) => {
    return { id, label: home.devices.find((one) => one.id === id)?.label ?? id, ...part(of) };
  });
  const nodes = [...Map.groupBy(all, ({ node }) => node.key)].map(([key, of]) => {
    return { key, label: of[0]!.node.name ?? key, ...part(of) };
  });
  const largest = (a: { bytes: number }, b: { bytes: number }) => b.bytes - a.bytes;
  return {
    ...{ from: home.at - 86_400_000, to: home.at, ...part(all), notes: notesOn(body) },
    ...(all.length > 0 ? { first: Math.min(...all.map(({ first }) => first)) } : {}),
    ...(all.length > 0 ? { last: Math.max(...all.map(({ last }) => last)) } : {}),
    devices: devices.sort(largest).slice(0, SHOWN),
    nodes: nodes.sort(largest).slice(0, SHOWN),
    ...{ devicesInAll: devices.length, nodesInAll: nodes.length },
  };
}

export function standingOf(node: NodeView, device: string, home: FakeHome): NodeView {
  const found = home.conversations.find((one) => one.device === device && one.node.key === node.key);
  const { cutBy, allowedBy, hidden } = found ?? {};
  return { ...node, ...(cutBy ? { cutBy } : {}), ...(allowedBy ? { allowedBy } : {}), ...(hidden ? { hidden } : {}) };
}

function cuts({ action, target }: Cut, conversation: ConversationView, rules: FakeRules): boolean {
  if (!CUTTING.includes(action) || !concerns(target, conversation, rules)) return false;
  const outside = conversation.node.role === undefined && conversation.node.device === undefined;
  return outside || action === 'block' || action === 'isolated';
}

function concerns(target: Target, { device, node, protocol, port }: ConversationView, rules: FakeRules): boolean {
  const { service } = target;
  const fits = (one: string, other: Far) => fitsDevice(target, one, rules) && (!target.node || matches(target.node, other));
  // Of two devices of the home a rule may name either first.
  const turned = node.device !== undefined && fits(node.device, { addresses: [], device });
  if (!fits(device, node) && !turned) return false;
  return !service || (service.protocol === protocolNumber(protocol) && (service.port ?? port) === port);
}

function fitsDevice({ device, group }: Target, id: string, rules: FakeRules): boolean {
  if (device !== undefined) return device === id;
  return group === undefined || rules.groups().some((one) => one.id === group && one.members.includes(id));
}

type Far = Pick<ConversationView['node'], 'name' | 'addresses' | 'device'>;

function matches(target: NonNullable<Target['node']>, node: Far): boolean {
  if ('device' in target) return node.device === target.device;
  return 'name' in target ? node.name === target.name : 'address' in target && node.addresses.includes(target.address);
}

function replace<T extends object, K extends keyof T>(of: T, key: K, value: T[K] | undefined): void {
  if (value === undefined) delete of[key];
  else of[key] = value;
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
