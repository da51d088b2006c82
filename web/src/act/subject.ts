import type { ConversationView } from '../../../src/contract/api.ts';
import { parseAddress } from '../../../src/model/address.ts';
import type { NodeTarget, RuleAction, RuleTarget } from '../../../src/model/household.ts';
import { protocolNumber } from '../../../src/model/protocols.ts';

/** A far end as pages know it: by a name that was looked up, else by its address; or another device of the home. */
export type FarEnd = { key: string; name?: string | undefined; device?: string | undefined };
export type Service = { protocol: string; port: number; initiator: 'device' | 'node'; label: string };

/** What somebody wants to act on: a thing of the home, or a far end – perhaps as one device meets it. */
export type Subject =
  | { kind: 'group'; id: string }
  | { kind: 'device'; id: string }
  | { kind: 'far'; far: FarEnd; device?: string; service?: Service };

/** How much of a subject is meant, the narrowest first; `other` is the far end itself where it is a device of the home. */
export type Scope = 'service' | 'pair' | 'node' | 'device' | 'other' | 'group';

/** What the contract begins the key of a device of the home with. */
const DEVICE_KEY = 'device:';

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
  if (subject.far.device !== undefined) return [...scopes, 'device', 'other'];
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
  if (scope === 'other' && far.device !== undefined) return { device: far.device };
  if (scope === 'node' || device === undefined) return { node };
  if (scope === 'device') return { device };
  if (scope === 'pair' || !service) return { device, node };
  const { protocol, port, initiator } = service;
  return { device, node, service: { protocol: protocolNumber(protocol), ...(port > 0 ? { port } : {}), initiator } };
}

/** A name stands for all its addresses, now and later. */
export function nodeTarget({ key, name = key, device }: FarEnd): NodeTarget {
  if (device !== undefined) return { device };
  return parseAddress(name) ? { address: name } : { name };
}

/** Whether a far end can be named in a rule for everybody: the router, groups and devices of the home are no nodes. */
export function isNode({ key, role, device }: Pick<ConversationView['node'], 'key' | 'role' | 'device'>): boolean {
  return role === undefined && device === undefined && deviceOfKey(key) === undefined && !key.startsWith('(');
}

type Met = Pick<ConversationView['node'], 'key' | 'name' | 'role' | 'device'>;

/**
 * Two ends that a rule can be about, as one of them meets the other: a node, or another device of the home. Absent for
 * the router and for groups.
 */
export function pairOf(device: string, met: Met, service?: Service): Subject | undefined {
  const other = met.device ?? deviceOfKey(met.key);
  if (other === device || (other === undefined && !isNode(met))) return undefined;
  const far = { key: met.key, name: met.name, device: other };
  return { kind: 'far', far, device, ...(service && { service }) };
}

/** Id of the device of the home whose key as a far end it is. */
export function deviceOfKey(key: string): string | undefined {
  return key.startsWith(DEVICE_KEY) ? key.slice(DEVICE_KEY.length) : undefined;
}
