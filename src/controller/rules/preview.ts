import { type PreviewView, RULE_LIMITS } from '../../contract/api.ts';
import { type Asked, Effects } from '../../decide/effect.ts';
import { isActive, nextChange } from '../../decide/schedule.ts';
import { type Address, parseAddress } from '../../model/address.ts';
import type { HomeFacts, HouseholdRule, RuleTime } from '../../model/household.ts';
import type { DesiredPolicy } from '../../model/policy.ts';
import { protocolNumber } from '../../model/protocols.ts';
import type { PastRow, Span } from '../../store/past.ts';

/** How far back a preview looks, ms. */
export const LOOKS_BACK = 24 * 3_600_000;
const DEVICE = 'device:';

type Part = { packets: number; bytes: number; conversations: number };

/** When a rule would have been in force. What ends some day counts as if it had always been. */
export function spansOf(when: RuleTime, from: number, to: number, utcOffset: number): Span[] {
  if (!('weekly' in when)) return [{ from, to }];
  const spans: Span[] = [];
  for (let at = from; at < to; ) {
    const next = Math.min(nextChange(when, at, utcOffset) ?? to, to);
    if (isActive(when, at, utcOffset)) spans.push({ from: at, to: next });
    at = next;
  }
  return spans;
}

export type PreviewOptions = {
  rule: HouseholdRule;
  facts: HomeFacts;
  /** Of this rule and the household's allows alone. */
  policy: DesiredPolicy;
  rows: readonly PastRow[];
  addressesOf: (name: string) => readonly Address[];
  label: (device: string) => string;
};

/** What a rule would have cut of what happened. */
export function cutOf(options: PreviewOptions): Omit<PreviewView, 'from' | 'to' | 'notes'> {
  const { rule, facts, policy, rows, label } = options;
  const effects = new Effects(policy);
  const essential = new Map(facts.devices.map(({ id, essential }) => [id, essential]));
  const cut = rows.filter((row) => {
    if (effects.of(askedOf(row, options.addressesOf)).cutBy !== rule.id) return false;
    return rule.action !== 'essential' || !essential.get(row.device)?.includes(row.node);
  });
  const devices = summed(cut, ({ device }) => device);
  const nodes = summed(cut, ({ node }) => node);
  const named = rule.target.node && 'name' in rule.target.node ? rule.target.node.name : undefined;
  const isShared = (key: string) => named !== undefined && key !== named && parseAddress(key) === undefined;
  return {
    ...totalOf(cut),
    ...(cut.length > 0 && {
      first: cut.reduce((least, { first }) => Math.min(least, first), Number.POSITIVE_INFINITY),
      last: cut.reduce((most, { last }) => Math.max(most, last), 0),
    }),
    devices: devices.slice(0, RULE_LIMITS.preview).map(([id, part]) => ({ id, label: label(id), ...part })),
    nodes: nodes.slice(0, RULE_LIMITS.preview).map(([key, part]) => ({
      key,
      label: key.startsWith(DEVICE) ? label(key.slice(DEVICE.length)) : key,
      ...part,
      ...(isShared(key) && { shared: true as const }),
    })),
    devicesInAll: devices.length,
    nodesInAll: nodes.length,
  };
}

/** A far end as the store names it, with the addresses that it has now. */
export function nodeOf(key: string, addressesOf: (name: string) => readonly Address[]): Asked['node'] {
  if (key.startsWith(DEVICE)) return { device: key.slice(DEVICE.length) };
  return parseAddress(key) ? { addresses: [key] } : { name: key, addresses: addressesOf(key) };
}

function askedOf(row: PastRow, addressesOf: PreviewOptions['addressesOf']): Asked {
  const { device, node, protocol, port, initiator } = row;
  return { device, node: nodeOf(node, addressesOf), protocol: protocolNumber(protocol), port, initiator };
}

/** The heaviest first. */
function summed(rows: readonly PastRow[], keyOf: (row: PastRow) => string): Array<[string, Part]> {
  const parts = [...Map.groupBy(rows, keyOf)].map(([key, own]): [string, Part] => [key, totalOf(own)]);
  return parts.sort(([, a], [, b]) => b.bytes - a.bytes);
}

function totalOf(rows: readonly PastRow[]): Part {
  const total = { packets: 0, bytes: 0, conversations: rows.length };
  for (const { packets, bytes } of rows) {
    total.packets += packets;
    total.bytes += bytes;
  }
  return total;
}
