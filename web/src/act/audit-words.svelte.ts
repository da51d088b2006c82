import type { AuditView, RuleData, RuleView } from '../../../src/contract/api.ts';
import { plainName } from '../lib/format.ts';
import { home } from '../lib/home.svelte.ts';
import { kindOf } from '../lib/kinds.ts';
import { text } from '../text/text.svelte.ts';
import { deviceName, ruleName } from './names.svelte.ts';
import { whenWords } from './words.ts';

/** One sentence on what was decided. */
export function auditWords(entry: AuditView): string {
  const { log } = text.t;
  const parts = [
    ...entry.rules.map(({ before, after }) => ruleWords(entry, before, after)),
    ...entry.groups.map(({ before, after }) => groupWords(before, after)),
    ...entry.names.map(({ device, before, after }) =>
      log.renamed(deviceName(device, entry.labels[device]), plainName(before ?? ''), plainName(after ?? '')),
    ),
    ...(entry.kinds ?? []).map(({ device, after }) =>
      log.kindSet(
        deviceName(device, entry.labels[device]),
        after === undefined ? '' : text.t.kinds[kindOf({ kind: after })],
      ),
    ),
  ];
  if (entry.same) {
    const { device, as } = entry.same;
    const same = entry.kind === 'same-device' ? log.same : log.notSame;
    parts.push(same(deviceName(device, entry.labels[device]), deviceName(as, entry.labels[as])));
  }
  const words = entry.kind === 'merged' ? log.merged : parts.join(' ');
  return entry.kind === 'undone' ? log.undid(words) : words || log.unknown(entry.kind);
}

function ruleWords({ kind, labels }: AuditView, before: RuleData | undefined, after: RuleData | undefined): string {
  const { t, f } = text;
  const rule = after ?? before;
  if (!rule) return '';
  const { device, group, node } = rule.target;
  const other = node && 'device' in node ? node.device : undefined;
  const known = {
    ...named('device', device, labels),
    ...named('group', group, labels),
    ...named('node', other, labels),
  };
  const name = ruleName({ target: rule.target, labels: known });
  const { state } = t.rules.actions[rule.action];
  if (after) return t.rules.done(name, state, whenWords(after.when, t.rules, f, t.locale, home.data.at));
  return kind === 'rule-ended' ? t.log.ended(name, state) : t.log.noLonger(name, state);
}

function named(
  part: keyof RuleView['labels'],
  id: string | undefined,
  labels: AuditView['labels'],
): RuleView['labels'] {
  const label = id === undefined ? undefined : labels[id];
  return label === undefined ? {} : { [part]: label };
}

type Group = AuditView['groups'][number]['after'];

function groupWords(before: Group, after: Group): string {
  const { log } = text.t;
  const members = (group: Group) => text.t.devices(group?.members.length ?? 0);
  if (!after) return log.groupGone(plainName(before?.name ?? ''));
  if (!before) return log.groupMade(plainName(after.name), members(after));
  if (before.name !== after.name) return log.groupRenamed(plainName(before.name), plainName(after.name));
  return log.groupFilled(plainName(after.name), members(before), members(after));
}
