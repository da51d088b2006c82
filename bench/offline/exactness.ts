/** Compares what `spin read --json` says of a made-up capture with the truth about it. */
import type { Truth } from './generate.ts';
import type { DeviceTruth } from './household.ts';
import type { Records } from './records.ts';

type Counters = { packetsUp: number; packetsDown: number; bytesUp: number; bytesDown: number };
type Sum = { packets: number; bytes: number };

/** The part of the report that is compared. */
export type Reading = {
  capture: Sum & { other: Record<string, Sum>; skipped: Record<string, Sum> };
  devices: (Counters & { id: string; macs: string[] })[];
  conversations: (Counters & { device: string; node: { name?: string }; protocol: string; port: number })[];
};

export type Difference = { what: string; expected: number | string; found: number | string };

/** Empty when nothing differs. */
export function compare(truth: Truth, reading: Reading): Difference[] {
  const { capture } = reading;
  return [
    ...differ('packets of the capture', truth.packets, capture.packets),
    ...differ('bytes of the capture', truth.bytes, capture.bytes),
    ...sums(reading),
    ...truth.devices.flatMap((device) => compareDevice(device, reading)),
  ];
}

/** Conversations, what is in none, and what was skipped are the whole capture. */
export function sums({ capture, conversations }: Reading): Difference[] {
  const rest = [...Object.values(capture.other), ...Object.values(capture.skipped)];
  const packets = conversations.reduce((sum, one) => sum + one.packetsUp + one.packetsDown, 0);
  const bytes = conversations.reduce((sum, one) => sum + one.bytesUp + one.bytesDown, 0);
  return [
    ...differ(
      'sum of packets',
      capture.packets,
      rest.reduce((sum, one) => sum + one.packets, packets),
    ),
    ...differ(
      'sum of bytes',
      capture.bytes,
      rest.reduce((sum, one) => sum + one.bytes, bytes),
    ),
  ];
}

function compareDevice(truth: DeviceTruth, reading: Reading): Difference[] {
  const device = reading.devices.find(({ macs }) => macs.includes(truth.mac));
  if (!device) return [{ what: `device ${truth.name}`, expected: truth.mac, found: 'not there' }];
  const counters = (['packetsUp', 'packetsDown', 'bytesUp', 'bytesDown'] as const).flatMap((counter) =>
    differ(`${counter} of ${truth.name}`, truth[counter], device[counter]),
  );
  return truth.innocent ? [...counters, ...compareServers(truth, device.id, reading)] : counters;
}

/** Every server that an innocent device looked up is there by its name, with all of its traffic. */
function compareServers(truth: DeviceTruth, id: string, { conversations }: Reading): Difference[] {
  const found = new Map<string, Sum>();
  for (const one of conversations) {
    if (one.device !== id || one.protocol !== 'tcp' || one.port !== 443) continue;
    const name = one.node.name ?? '';
    const sum = found.get(name) ?? { packets: 0, bytes: 0 };
    sum.packets += one.packetsUp + one.packetsDown;
    sum.bytes += one.bytesUp + one.bytesDown;
    found.set(name, sum);
  }
  return Object.entries(truth.servers).flatMap(([name, { packets, bytes }]) => {
    const sum = found.get(name) ?? { packets: 0, bytes: 0 };
    return [
      ...differ(`packets of ${truth.name} with ${name}`, packets, sum.packets),
      ...differ(`bytes of ${truth.name} with ${name}`, bytes, sum.bytes),
    ];
  });
}

/** DNS and TLS records of innocent devices that the decoders missed or made up. */
export function compareRecords(truth: Truth, records: Records): Difference[] {
  return truth.devices
    .filter(({ innocent }) => innocent)
    .flatMap((device) => {
      const found = records[device.mac];
      return (['dnsQueries', 'dnsAnswers', 'hellos'] as const).flatMap((kind) =>
        differ(`${kind} of ${device.name}`, device[kind], found?.[kind] ?? 0),
      );
    });
}

function differ(what: string, expected: number, found: number): Difference[] {
  return expected === found ? [] : [{ what, expected, found }];
}
