import type { DeviceView, RuleView } from '../../../src/contract/api.ts';
import type { RuleAction } from '../../../src/model/household.ts';
import { EVERYTHING, type Subject } from './subject.ts';

/** What is known of rules, as `HomeState` has it. */
type Known = { rules: ReadonlyMap<string, RuleView>; devices: ReadonlyMap<string, DeviceView> };

/** How a thing is marked wherever it is shown. `wanted`: somebody wants it and nothing does it yet. */
export type Mark = { action: Exclude<RuleAction, 'ignore'>; wanted: boolean };

/** What cuts most stands first. */
const ORDER = ['isolated', 'block', 'pause', 'local', 'essential', 'slow', 'allow'] as const;

/** The strongest of what holds for a device as a whole. */
export function deviceMark(device: DeviceView, rules: ReadonlyMap<string, RuleView>): Mark | undefined {
  const own = (device.rules ?? []).flatMap((id) => rules.get(id) ?? []).filter(isWhole);
  const counting = own.filter(({ inForce }) => inForce !== 'scheduled');
  for (const action of ORDER) {
    const rule = counting.find((one) => one.action === action);
    if (rule) return { action, wanted: rule.inForce !== 'yes' };
    if (action === device.ladder) return { action, wanted: false };
  }
  return undefined;
}

/** What holds for a far end or a conversation by itself; what cuts the whole device is the device's mark. */
export function farMark(
  { cutBy, allowedBy }: { cutBy?: string | undefined; allowedBy?: string | undefined },
  rules: ReadonlyMap<string, RuleView>,
): Mark | undefined {
  const isOwn = (id: string | undefined) => id !== undefined && !isWhole(rules.get(id));
  if (isOwn(cutBy)) return { action: 'block', wanted: false };
  return isOwn(allowedBy) ? { action: 'allow', wanted: false } : undefined;
}

/** Rules that are about a subject or a part of it; of a device also those of its groups and of the home. */
export function rulesOn(subject: Subject, { rules, devices }: Known): RuleView[] {
  const all = [...rules.values()];
  if (subject.kind === 'group') return all.filter((rule) => isOnGroup(rule, subject.id));
  const device = subject.kind === 'device' ? subject.id : subject.device;
  const onDevice = new Set(device === undefined ? [] : devices.get(device)?.rules);
  if (subject.kind === 'device') return all.filter((rule) => onDevice.has(rule.id) || isOnDevice(rule.target, device));
  const { key, name, device: other } = subject.far;
  if (device !== undefined && other !== undefined)
    return all.filter((rule) => isBetween(rule, device, other, devices) || isBetween(rule, other, device, devices));
  return all.filter(({ id, target }) => {
    const ofDevice = onDevice.has(id) || target.device === device || isEverybody(target);
    if (!target.node) return device !== undefined && ofDevice;
    const [value] = Object.values(target.node);
    return (value === key || value === name) && (ofDevice || device === undefined);
  });
}

/** Whether a rule about one device of the home holds towards another, alone or with all else. */
function isBetween({ id, target }: RuleView, one: string, other: string, devices: Known['devices']): boolean {
  const { device, node } = target;
  const ofOne = device === one || isEverybody(target) || devices.get(one)?.rules?.includes(id) === true;
  return ofOne && (!node || ('device' in node && node.device === other));
}

/** Whether a rule is about all that its devices do. */
function isWhole(rule: RuleView | undefined): boolean {
  return rule !== undefined && rule.target.node === undefined && rule.target.service === undefined;
}

function isOnDevice({ device, node }: RuleView['target'], id: string | undefined): boolean {
  return id !== undefined && (device === id || (node !== undefined && 'device' in node && node.device === id));
}

function isOnGroup(rule: RuleView, group: string): boolean {
  if (rule.target.group === group) return true;
  return group === EVERYTHING && isEverybody(rule.target) && isWhole(rule);
}

function isEverybody({ device, group }: RuleView['target']): boolean {
  return device === undefined && group === undefined;
}
