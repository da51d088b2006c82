import type { GroupView } from '../../contract/api.ts';
import { ALL_DEVICES } from '../../decide/rules.ts';
import type { Group } from '../../model/audit.ts';
import type { Device } from '../../model/home.ts';
import { isKind, KINDS } from '../../model/kinds.ts';

const KIND = 'kind:';

/** Groups that a household makes: one per person and room, and some more. */
export const MAX_GROUPS = 256;

type Grouped = Pick<Device, 'id' | 'kind'>;

/** Ids of the groups that a device is in. */
export function groupsOf({ id, kind }: Grouped, own: Iterable<Group>): string[] {
  const mine = [...own].filter(({ members }) => members.includes(id)).map((group) => group.id);
  return [...mine, ...(kind !== undefined && isKind(kind) ? [KIND + kind] : []), ALL_DEVICES];
}

/** Ids of all groups, with those of kinds that no device is of. */
export function allGroups(own: Iterable<Group>): string[] {
  return [...[...own].map(({ id }) => id), ...KINDS.map((kind) => KIND + kind), ALL_DEVICES];
}

/** Own groups, then those of kinds that are here, then all. */
export function groupViews(own: Iterable<Group>, devices: readonly Grouped[]): GroupView[] {
  const byKind = Map.groupBy(devices, ({ kind }) => (kind !== undefined && isKind(kind) ? kind : ''));
  byKind.delete('');
  const here = new Set(devices.map(({ id }) => id));
  return [
    ...[...own].map(({ id, name, members }): GroupView => {
      return { id, name, members: members.filter((member) => here.has(member)), source: 'own' };
    }),
    ...[...byKind].sort().map(([kind, members]): GroupView => {
      return { id: KIND + kind, name: kind, members: members.map(({ id }) => id), source: 'kind' };
    }),
    { id: ALL_DEVICES, name: ALL_DEVICES, members: devices.map(({ id }) => id), source: 'all' },
  ];
}

export function groupLabel(id: string, own: ReadonlyMap<string, Group>): string {
  return own.get(id)?.name ?? (id.startsWith(KIND) ? id.slice(KIND.length) : id);
}
