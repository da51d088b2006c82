import { isKind } from '../model/kinds.ts';
import type { Command } from '../model/observation.ts';
import type { DeviceRecord } from './device-record.ts';
import type { Devices } from './devices.ts';
import { GIVEN_NAME_LENGTH } from './limits.ts';
import type { Members } from './members.ts';

/** Why a command was not carried out. */
export type Refusal = {
  command: Command;
  reason: 'unknown-device' | 'name-too-long' | 'unknown-kind' | 'same-already' | 'no-hardware-address';
};

/**
 * Carries out what a person asked for.
 * @returns the device that it changed, or why it was not carried out
 */
export function carryOut(command: Command, devices: Devices, members: Members): DeviceRecord | Refusal['reason'] {
  const record = devices.get(command.device);
  if (!record) return 'unknown-device';
  switch (command.name) {
    case 'rename-device':
      if (command.to.length > GIVEN_NAME_LENGTH) return 'name-too-long';
      record.givenName = command.to === '' ? undefined : command.to;
      return record;
    case 'set-kind':
      if (command.to !== '' && !isKind(command.to)) return 'unknown-kind';
      record.givenKind = command.to === '' ? undefined : command.to;
      return record;
    case 'same-device':
      return sameOrNot(record, devices.get(command.as), command.same, members);
  }
}

function sameOrNot(
  record: DeviceRecord,
  known: DeviceRecord | undefined,
  same: boolean,
  members: Members,
): DeviceRecord | Refusal['reason'] {
  if (!known) return 'unknown-device';
  if (known === record) return 'same-already';
  if (!same) {
    record.isNot(known.id);
    return record;
  }
  // A device known by an address alone would take the address's next owner along.
  if (record.provisional || known.provisional) return 'no-hardware-address';
  members.merge(record.index, known.index);
  return known;
}
