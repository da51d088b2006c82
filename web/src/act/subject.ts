import type { ConversationView } from '../../../src/contract/api.ts';
import { parseAddress } from '../../../src/model/address.ts';
import type { NodeTarget, RuleAction, RuleTarget } from '../../../src/model/household.ts';
import { protocolNumber } from '../../../src/model/protocols.ts';

/** A far end as pages know it: by a name that was looked up, else by its address. */
export type FarEnd = { key: string; name?: string | undefined };
export type Service = { protocol: string; port: number; initiator: 'device' | 'node'; label: string };

/** What somebody wants to act on: a thing of the home, or a far end – perhaps as one device meets it. */
export type Subject =
  | { kind: 'group'; id: string }
  | { kind: 'device'; id: string }
  | { kind: 'far'; far: FarEnd; device?: string; service?: Service };

/** How much of a subject is meant, the narrowest first. */
export type Scope = 'service' | 'pair' | 'node' | 'device' | 'group';

/** The group that holds every device. */
export const EVERYTHING = 'all';

/** Steps a household takes often stand first; `allow` and `ignore` cut nothing. */
const WHOLE: readonly RuleAction[] = ['pause', 'block', 'slow', 'essential', 'local', 'isolated', 'allow', 'ignore'];
const FAR: readonly RuleAction[] = ['block', 'allow', 'ignore'];
const PAIR: readonly RuleAction[] = ['block'];

export function scopesOf(subject: Subject): Scope[] {
  if (subject.kind !== 'far') return [subject.kind];
  const scopes: Scope[] = [];
  if (subject.device !== undefined && subject.service) scopes.push('service');
  if (subject.device !== undefined) scopes.push('pair');
  return [...scopes, 'node', ...(subject.device === undefined ? [] : (['device'] as const))];
}

export function actionsFor(scope: Scope): readonly RuleAction[] {
  if (scope === 'node') return FAR;
  return scope === 'pair' || scope === 'service' ? PAIR : WHOLE;
}

/** What the rule is about, as the contract says it. A pause of the home covers also what is no device of the list yet. */
export function targetOf(subject: Subject, scope: Scope, action: RuleAction): RuleTarget {
  if (subject.kind === 'group') return subject.id === EVERYTHING && action === 'pause' ? {} : { group: subject.id };
  if (subject.kind === 'device') return { device: subject.id };
  const { far, device, service } = subject;
  const node = nodeTarget(far);
  if (scope === 'node' || device === undefined) return { node };
  if (scope === 'device') return { device };
  if (scope === 'pair' || !service) return { device, node };
  const { protocol, port, initiator } = service;
  return { device, node, service: { protocol: protocolNumber(protocol), ...(port > 0 ? { port } : {}), initiator } };
}

/** A name stands for all its addresses, now and later. */
export function nodeTarget({ key, name = key }: FarEnd): NodeTarget {
  return parseAddress(name) ? { address: name } : { name };
}

/** Whether a far end can be named in a rule: the router, groups and devices of the home are no nodes. */
export function isNode({ key, role, device }: Pick<ConversationView['node'], 'key' | 'role' | 'device'>): boolean {
  return role === undefined && device === undefined && !key.startsWith('device:') && !key.startsWith('(');
}
