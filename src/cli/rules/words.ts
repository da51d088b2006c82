/** What rules say, in words for a terminal. */
import type { AuditView, EnforcementView, PreviewView, RuleView } from '../../contract/api.ts';
import { visible } from '../../model/visible.ts';
import { bytes } from '../terminal.ts';
import { slotText } from './times.ts';

type Rule = Pick<RuleView, 'action' | 'target' | 'when'> & { labels?: RuleView['labels'] };

const DEEDS: Record<RuleView['action'], string> = {
  block: 'block',
  allow: 'allow',
  ignore: 'hide',
  pause: 'pause the internet for',
  slow: 'slow down',
  essential: 'essential only for',
  local: 'home network only for',
  isolated: 'isolate',
};
const NOTES: Record<RuleView['notes'][number], string> = {
  'same-network': 'what devices say to each other without crossing this box cannot be stopped',
  'name-not-met': 'no address of the name is known yet; it is covered as soon as a device looks it up',
  'device-away': 'the device is not here',
  allowed: 'an allow of yours beats it',
  stricter: 'another rule is stricter',
  console: 'you use SPIN from this device',
};
const STANDING: Record<RuleView['inForce'], string> = {
  yes: 'yes',
  waiting: 'not yet',
  scheduled: 'not now',
  'not-enforced': 'no',
};

export const deedOf = (action: RuleView['action']): string => DEEDS[action];
export const standingOf = ({ inForce }: RuleView): string => STANDING[inForce];
export const noteText = (note: RuleView['notes'][number]): string => NOTES[note];

export function targetText({ target, labels = {} }: Rule): string {
  const { device, group, node, service } = target;
  const parts = [];
  if (device !== undefined) parts.push(labels.device ?? device);
  if (group !== undefined) parts.push(`group ${labels.group ?? group}`);
  if (node) parts.push(`${parts.length > 0 ? 'with ' : ''}${Object.values(node)[0]}`);
  if (service) {
    const { protocol, port } = service;
    parts.push(labels.service ?? `${protocol}/${port ?? 'all'}`);
    if (service.initiator === 'node') parts.push('from outside');
  }
  return visible(parts.length > 0 ? parts.join(' ') : 'the home');
}

export function whenText(when: Rule['when']): string {
  if ('always' in when) return 'until undone';
  return 'until' in when ? `until ${timeText(when.until)}` : when.weekly.map(slotText).join(', ');
}

/** In this machine's time, to the minute. */
export function timeText(at: number): string {
  const time = new Date(at);
  const two = (value: number) => String(value).padStart(2, '0');
  const date = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${date} ${two(time.getHours())}:${two(time.getMinutes())}`;
}

export function stoppedText({ stopped: { packets, bytes: size } }: RuleView): string {
  return packets === 0 ? '' : `${packets} packets, ${bytes(size)}`;
}

export function enforcementText({ state, message }: EnforcementView): string {
  const texts: Record<EnforcementView['state'], string> = {
    'in-force': 'the kernel does what the rules say',
    applying: 'the kernel is being told',
    refused: `the kernel refused the rules: ${visible(message ?? 'it gave no reason')}`,
    passive: 'nothing is enforced: SPIN only watches here',
    'agent-away': 'the part that enforces does not run; what was in force stays in force',
  };
  return texts[state];
}

export function previewLines(view: PreviewView): string[] {
  const minutes = Math.round((view.to - view.from) / 60_000);
  if (minutes === 0) return ['What it would have cut is not known: there is no history yet.'];
  const span = minutes < 120 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`;
  if (view.conversations === 0) return [`It would have cut nothing in the last ${span}.`];
  const size = (part: { packets: number; bytes: number }) => `${part.packets} packets, ${bytes(part.bytes)}`;
  const more = (shown: number, all: number) => (all > shown ? [`  … and ${all - shown} more`] : []);
  return [
    `In the last ${span} it would have cut ${size(view)} of ${view.devicesInAll} devices:`,
    ...view.devices.slice(0, 10).map((device) => `  ${visible(device.label)}: ${size(device)}`),
    ...more(10, view.devicesInAll),
    `with ${view.nodesInAll} far ends:`,
    ...view.nodes.slice(0, 10).map((node) => {
      return `  ${visible(node.label)}: ${size(node)}${node.shared ? ' (has an address with it)' : ''}`;
    }),
    ...more(10, view.nodesInAll),
  ];
}

const KINDS: Record<AuditView['kind'], string> = {
  'rule-set': 'rule',
  'rule-removed': 'took back',
  'rule-ended': 'ended',
  'group-made': 'made group',
  'group-changed': 'changed group',
  'group-removed': 'removed group',
  renamed: 'renamed',
  'kind-set': 'said what it is',
  'same-device': 'are one device',
  'not-same-device': 'are two devices',
  merged: 'two devices are one',
  undone: 'undid',
};

export function auditText({ kind, rules, groups, names, kinds = [], same, labels, undoes }: AuditView): string {
  const rule = rules.map(({ before, after }) => (after ?? before)!);
  const what = [
    ...rule.map((one) => {
      const known = { device: labels[one.target.device ?? ''], group: labels[one.target.group ?? ''] };
      const named = Object.fromEntries(Object.entries(known).filter(([, label]) => label !== undefined));
      return `${deedOf(one.action)} ${targetText({ ...one, labels: named })} ${whenText(one.when)}`;
    }),
    ...groups.map(({ before, after }) => (after ?? before)!.name),
    ...(same ? [`${labels[same.device] ?? same.device} and ${labels[same.as] ?? same.as}`] : []),
    ...kinds.map(({ device, after }) => `${labels[device] ?? device}: ${after ?? 'left to SPIN'}`),
    ...names.map(({ device, after }) => `${labels[device] ?? device}${after === undefined ? '' : ` as ${after}`}`),
  ];
  return visible(`${KINDS[kind]}${undoes === undefined ? '' : ` change ${undoes}`}: ${what.join('; ')}`);
}
