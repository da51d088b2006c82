import type { ConversationView, DeviceView, RuleView } from '../../../src/contract/api.ts';
import { deviceMark, farMark, type Mark } from '../act/marks.ts';
import { pairOf, type Subject } from '../act/subject.ts';
import { serviceName } from '../lib/format.ts';
import { currentRate } from '../lib/home-state.ts';
import { deviceLabel, farLabel, type NameWords } from '../lib/labels.ts';
import { type Filter, Matcher } from './filter.ts';

/** One row of the table: what the picture draws as a line, not folded together. */
export type Row = {
  id: string;
  device: string;
  deviceLabel: string;
  deviceMark: Mark | undefined;
  farKey: string;
  farMark: Mark | undefined;
  /** The two ends and their service, or the device alone where no rule can name the far end. */
  subject: Subject;
  /** Id of the device, where the far end is in this home. */
  farDevice: string | undefined;
  farLabel: string;
  /** Detail of the router and of groups. */
  farAddress: string | undefined;
  service: string;
  fromOutside: boolean;
  rate: number;
  up: number;
  down: number;
  last: number;
};

export const COLUMNS = ['deviceLabel', 'farLabel', 'service', 'rate', 'up', 'down', 'last'] as const;
export type Column = (typeof COLUMNS)[number];
export type Order = { column: Column; descending: boolean };

/** Conversations that match the filter, those of one device, far end and service as one row. */
export function rowsOf(
  devices: ReadonlyMap<string, DeviceView>,
  conversations: Iterable<ConversationView>,
  rules: ReadonlyMap<string, RuleView>,
  at: number,
  filter: Filter,
  words: NameWords,
): Row[] {
  const matcher = new Matcher(filter, devices);
  const rows = new Map<string, Row>();
  for (const conversation of conversations) {
    const device = devices.get(conversation.device);
    if (!device || !matcher.conversation(conversation)) continue;
    const service = serviceName(conversation);
    const id = `${conversation.device}\n${conversation.node.key}\n${service}\n${conversation.initiator}`;
    const row = rows.get(id) ?? emptyRow(id, device, conversation, { devices, rules, words });
    rows.set(id, row);
    const rate = currentRate(conversation, at);
    row.rate += rate.up + rate.down;
    row.up += conversation.bytesUp;
    row.down += conversation.bytesDown;
    row.last = Math.max(row.last, conversation.last);
  }
  return [...rows.values()];
}

function emptyRow(
  id: string,
  device: DeviceView,
  conversation: ConversationView,
  known: { devices: ReadonlyMap<string, DeviceView>; rules: ReadonlyMap<string, RuleView>; words: NameWords },
): Row {
  const { devices, rules, words } = known;
  const { node, protocol, port, initiator } = conversation;
  const way = { protocol, port, initiator, label: serviceName(conversation) };
  const farDevice = node.device === undefined ? undefined : devices.get(node.device);
  return {
    id,
    device: device.id,
    deviceLabel: deviceLabel(device, words),
    deviceMark: deviceMark(device, rules),
    farKey: node.key,
    farMark: farMark(conversation, rules),
    subject: pairOf(device.id, node, way) ?? { kind: 'device', id: device.id },
    farDevice: farDevice?.id,
    farLabel: farLabel(node, devices, words),
    farAddress: node.role === undefined ? undefined : node.addresses.at(-1),
    service: serviceName(conversation),
    fromOutside: conversation.initiator === 'node',
    rate: 0,
    up: 0,
    down: 0,
    last: 0,
  };
}

/** A sorted copy; rows that are equal in the column keep an order of their own, so that nothing jumps. */
export function sortRows(rows: readonly Row[], order: Order, collator: Intl.Collator): Row[] {
  const direction = order.descending ? -1 : 1;
  const compare = (a: Row, b: Row): number => {
    const left = a[order.column];
    const right = b[order.column];
    const difference =
      typeof left === 'number' && typeof right === 'number' ? left - right : collator.compare(`${left}`, `${right}`);
    return difference * direction || (a.id < b.id ? -1 : 1);
  };
  return [...rows].sort(compare);
}

/** All services that the conversations use, for the filter. */
export function servicesOf(conversations: Iterable<ConversationView>): string[] {
  const services = new Set<string>();
  for (const conversation of conversations) services.add(serviceName(conversation));
  return [...services].sort();
}
