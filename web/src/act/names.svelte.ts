import type { GroupView, RuleView } from '../../../src/contract/api.ts';
import type { NodeTarget } from '../../../src/model/household.ts';
import { isKind } from '../../../src/model/kinds.ts';
import { plainName } from '../lib/format.ts';
import { home } from '../lib/home.svelte.ts';
import { deviceLabel } from '../lib/labels.ts';
import { text } from '../text/text.svelte.ts';
import type { Scope, Subject } from './subject.ts';

/** What to call a device that may not be here now. */
export function deviceName(id: string, otherwise = id): string {
  const device = home.data.devices.get(id);
  return device ? deviceLabel(device, text.words) : plainName(otherwise);
}

/** Groups that SPIN keeps have names in the language of the page. */
export function groupName({ id, name, source }: Pick<GroupView, 'id' | 'name' | 'source'>): string {
  if (source === 'all') return text.t.rules.home;
  const kind = source === 'kind' ? id.replace(/^kind:/, '') : '';
  return isKind(kind) ? text.t.kindsMany[kind] : plainName(name);
}

export function groupNameById(id: string, otherwise = id): string {
  const group = home.data.groups.find((one) => one.id === id);
  return group ? groupName(group) : plainName(otherwise);
}

export function subjectName(subject: Subject, scope: Scope): string {
  if (subject.kind === 'group') return groupNameById(subject.id);
  if (subject.kind === 'device') return deviceName(subject.id);
  const { key, name, device: other } = subject.far;
  const far = other === undefined ? plainName(name ?? key) : deviceName(other);
  if (subject.device === undefined || scope === 'node' || scope === 'other') return far;
  return scope === 'device' ? deviceName(subject.device) : text.t.rules.and(deviceName(subject.device), far);
}

/** Whom and what a rule is about. */
export function ruleName({ target, labels }: Pick<RuleView, 'target' | 'labels'>): string {
  const who =
    target.device !== undefined
      ? deviceName(target.device, labels.device)
      : target.group !== undefined
        ? groupNameById(target.group, labels.group)
        : undefined;
  const node = target.node && nodeName(target.node, labels.node);
  const ends = who !== undefined && node !== undefined ? text.t.rules.and(who, node) : (who ?? node);
  const service = target.service && plainName(labels.service ?? String(target.service.port ?? ''));
  return [ends ?? text.t.rules.home, service].filter(Boolean).join(' · ');
}

function nodeName(node: NodeTarget, label: string | undefined): string {
  return 'device' in node ? deviceName(node.device, label) : plainName(Object.values(node)[0] ?? '');
}
