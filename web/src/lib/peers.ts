import type { ConversationView, DeviceView, RuleView } from '../../../src/contract/api.ts';
import { deviceMark, farMark, type Mark } from '../act/marks.ts';
import { pairOf, type Subject } from '../act/subject.ts';
import { registrableDomain } from '../picture/domain.ts';
import { EVERYBODY } from '../picture/graph.ts';
import { serviceName } from './format.ts';
import { currentRate } from './home-state.ts';
import { deviceLabel, farLabel, type NameWords } from './labels.ts';

/** Who stands at the other end of something chosen, with all that the two have to do with each other. */
export type Peer = {
  /** As the picture calls it. */
  id: string;
  label: string;
  services: Set<string>;
  bytes: number;
  active: boolean;
  mark: Mark | undefined;
  /** What a rule could be about; absent for the router and for groups. */
  subject: Subject | undefined;
};

export type Known = {
  devices: ReadonlyMap<string, DeviceView>;
  rules: ReadonlyMap<string, RuleView>;
  at: number;
  words: NameWords;
};

/** Id of the device that a circle stands for, also of the rest of its far ends. */
export function deviceOf(chosen: string): string | undefined {
  return chosen.startsWith('d:') || chosen.startsWith('o:') ? chosen.slice(2) : undefined;
}

/** Whether a conversation belongs to a circle of the picture. */
export function concerns(chosen: string, { device, node }: ConversationView): boolean {
  const id = deviceOf(chosen);
  if (id !== undefined) return device === id || node.device === id;
  if (chosen === EVERYBODY) return node.role === 'multicast' || node.role === 'broadcast';
  if (chosen.startsWith('n:')) return node.key === chosen.slice(2);
  return chosen.startsWith('g:') && !node.role && registrableDomain(node.key) === chosen.slice(2);
}

/** The other ends of a circle, the one with most traffic first. */
export function peersOf(chosen: string, conversations: readonly ConversationView[], known: Known): Peer[] {
  return collect(conversations, known, (conversation) => otherEnd(chosen, conversation, known));
}

/** The far ends that are drawn as one circle. */
export function membersOf(conversations: readonly ConversationView[], known: Known): Peer[] {
  return collect(conversations, known, (conversation) => farEnd(conversation, known));
}

type End = Pick<Peer, 'id' | 'label' | 'mark' | 'subject'>;

function collect(
  conversations: readonly ConversationView[],
  { at }: Known,
  endOf: (conversation: ConversationView) => End,
): Peer[] {
  const byId = new Map<string, Peer>();
  for (const conversation of conversations) {
    const end = endOf(conversation);
    const peer = byId.get(end.id) ?? { ...end, services: new Set<string>(), bytes: 0, active: false };
    byId.set(end.id, peer);
    peer.services.add(serviceName(conversation));
    peer.bytes += conversation.bytesUp + conversation.bytesDown;
    const now = currentRate(conversation, at);
    peer.active ||= now.up + now.down > 0;
  }
  return [...byId.values()].sort((a, b) => b.bytes - a.bytes);
}

function otherEnd(chosen: string, conversation: ConversationView, known: Known): End {
  const { device, node } = conversation;
  const id = deviceOf(chosen);
  const other = id === undefined || node.device === id ? device : node.device;
  const found = other === undefined ? undefined : known.devices.get(other);
  if (!found) return farEnd(conversation, known);
  const pair = id !== undefined || chosen.startsWith('n:') ? pairOf(device, node) : undefined;
  return {
    id: `d:${found.id}`,
    label: deviceLabel(found, known.words),
    mark: (pair && farMark(conversation, known.rules)) ?? deviceMark(found, known.rules),
    subject: pair ?? { kind: 'device', id: found.id },
  };
}

function farEnd(conversation: ConversationView, { devices, rules, words }: Known): End {
  const { node, device } = conversation;
  return {
    id: `n:${node.key}`,
    label: farLabel(node, devices, words),
    mark: farMark(conversation, rules),
    subject: pairOf(device, node),
  };
}
