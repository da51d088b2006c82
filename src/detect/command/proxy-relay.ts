import { classOf } from '../../model/kinds.ts';
import type { Home } from '../../track/home.ts';
import type { Contact, Contacts } from '../contacts/contacts.ts';
import type { Claim, Detector, Threshold } from '../detector.ts';

const SECOND = 1000;
const HOUR = 3600 * SECOND;
const DAY = 24 * HOUR;

/** Time from one look to the next, ms: long beside the second that kernel counters may be late. */
const LOOK = 30 * SECOND;

/**
 * A device that passes on traffic of strangers (a residential proxy): what it gets from many places goes out to one
 * broker, and what comes from the broker goes out to them, all the time. A call or a game mirrors nothing, since it has one
 * far end; an update or a stream has one direction. The device does its own work meanwhile: what few far ends of that
 * bring is left out before both sides are compared.
 */
const THRESHOLDS = {
  volume: {
    value: 100_000,
    unit: 'bytes in a look, of the device each way and of the broker in the fuller direction',
    reason: 'less is what an appliance does anyway; a relay that carries pages carries megabytes',
  },
  mirror: {
    value: 0.7,
    unit: 'smaller of what the others send and the broker gets, as a share of the larger, in the fuller direction',
    reason: 'headers of a tunnel take some hundredths, packets at the edge of a look more',
  },
  faintMirror: {
    value: 0.4,
    unit: 'the same in the other direction',
    reason: 'of requests and acknowledgements headers are a large part',
  },
  own: {
    value: 3,
    unit: 'far ends with the most bytes that are left out at most',
    reason: 'a film, its sound and its advertisements; with more, some part of the rest would always fit',
  },
  visit: {
    value: 2_000,
    unit: 'bytes of one of the others in a look',
    reason: 'a page is more; a clock that is set, or a sign of life, less',
  },
  others: { value: 4, unit: 'other far ends that were visited', reason: 'strangers visit places of their own' },
  looks: { value: 4, unit: 'such looks within an hour, with one broker', reason: 'one may be chance' },
} as const satisfies Record<string, Threshold>;

const CONFIDENCE = { appliance: 0.9, critical: 0.9, general: 0.5, infrastructure: 0.4 };

/** Bytes sent and received. */
type Bytes = { up: number; down: number };
/** What a device had sent and received at a look, in all and with each contact; `of` is empty where that was little. */
type Ledger = { at: number; total: Bytes; of: Map<number, Bytes>; displaced: number };
/** What was added since the look before. */
type Part = Bytes & { contact: Contact };
type Relay = { broker: number; looks: number; since: number; megabytes: number };

export const proxyRelay: Detector = {
  name: 'proxy-relay',
  needs: ['connections'],
  start({ home, contacts, claim }) {
    const ledgers = new Map<number, Ledger>();
    const relays = new Map<number, Relay>();
    let looked = 0;
    const look = (device: number, at: number) => {
      const before = ledgers.get(device);
      const now = ledgerOf(home, device, at, before, contacts);
      ledgers.set(device, now);
      if (!before || now.of.size === 0 || before.of.size === 0 || at - before.at > 2 * LOOK) return;
      const parts = partsOf(before, now, contacts.all(device));
      const found = brokerAmong(parts, restOf(before, now, parts));
      if (!found) return;
      const relay = again(relays.get(device), found.broker.contact.conversation, at);
      relays.set(device, relay);
      relay.looks++;
      relay.megabytes += Math.max(found.broker.up, found.broker.down) / 1e6;
      const confidence = CONFIDENCE[classOf(home.kindAt(device))];
      if (relay.looks >= THRESHOLDS.looks.value)
        claim(claimOf(found.broker.contact, found.visits, relay, at, confidence));
    };
    return {
      second(at) {
        if (at - looked < LOOK) return;
        looked = at;
        for (const device of contacts.devices()) look(device, at);
      },
      forget(device) {
        ledgers.delete(device);
        relays.delete(device);
      },
    };
  },
};

/** Contacts are only looked at while the device both sends and gets more than a little. */
function ledgerOf(home: Home, device: number, at: number, before: Ledger | undefined, contacts: Contacts): Ledger {
  const { bytesUp: up, bytesDown: down } = home.counters(home.deviceId(device) ?? '');
  const ledger: Ledger = { at, total: { up, down }, of: new Map(), displaced: contacts.displaced(device) };
  const added = { up: up - (before?.total.up ?? up), down: down - (before?.total.down ?? down) };
  if (Math.min(added.up, added.down) < THRESHOLDS.volume.value) return ledger;
  for (const { conversation: id } of contacts.all(device)) {
    const counters = home.countersOf(id);
    if (counters) ledger.of.set(id, { up: counters.bytesUp, down: counters.bytesDown });
  }
  return ledger;
}

/** What each contact added, the most first. */
function partsOf(before: Ledger, now: Ledger, known: readonly Contact[]): Part[] {
  const parts: Part[] = [];
  for (const contact of known) {
    const is = now.of.get(contact.conversation);
    const was = before.of.get(contact.conversation);
    // One that had made room for others and came again: what it added since is not known.
    if (!is || (!was && contact.first < before.at)) continue;
    const part = { contact, up: is.up - (was?.up ?? 0), down: is.down - (was?.down ?? 0) };
    if (part.up + part.down > 0) parts.push(part);
  }
  return parts.sort((a, b) => b.up + b.down - a.up - a.down);
}

/** What all contacts added. Of those that were met and forgotten in between, only the device's own counters tell. */
function restOf(before: Ledger, now: Ledger, parts: readonly Part[]): Bytes {
  if (now.displaced > before.displaced)
    return { up: now.total.up - before.total.up, down: now.total.down - before.total.down };
  return parts.reduce((sum, { up, down }) => ({ up: sum.up + up, down: sum.down + down }), { up: 0, down: 0 });
}

/** The far end that all of the rest passes, if there is one, and how many others had a part. */
function brokerAmong(parts: readonly Part[], all: Bytes): { broker: Part; visits: number } | undefined {
  for (const broker of parts) {
    if (Math.max(broker.up, broker.down) < THRESHOLDS.volume.value) continue;
    const others = parts.filter((one) => one !== broker);
    const rest = { up: all.up - broker.up, down: all.down - broker.down };
    for (let own = 0; own <= THRESHOLDS.own.value; own++) {
      const visits = others.slice(own).filter(({ up, down }) => up + down >= THRESHOLDS.visit.value).length;
      if (visits < THRESHOLDS.others.value) break;
      if (isMirrored(broker, rest)) return { broker, visits };
      rest.up -= others[own]!.up;
      rest.down -= others[own]!.down;
    }
  }
  return undefined;
}

function isMirrored(broker: Bytes, rest: Bytes): boolean {
  const there = likeness(broker.up, rest.down);
  const back = likeness(broker.down, rest.up);
  const [full, faint] = broker.up > broker.down ? [there, back] : [back, there];
  return full >= THRESHOLDS.mirror.value && faint >= THRESHOLDS.faintMirror.value;
}

function likeness(a: number, b: number): number {
  return Math.min(a, b) / Math.max(a, b, 1);
}

function again(relay: Relay | undefined, broker: number, at: number): Relay {
  const goesOn = relay && relay.broker === broker && at - relay.since < HOUR;
  return goesOn ? relay : { broker, looks: 0, since: at - LOOK, megabytes: 0 };
}

function claimOf(broker: Contact, others: number, relay: Relay, at: number, confidence: number): Claim {
  const { device, name, address } = broker;
  const node = name ?? address;
  const megabytes = Math.round(relay.megabytes * 10) / 10;
  const target = { node: name === undefined ? { address } : { name } };
  const evidence = { node, others, megabytes, minutes: Math.max(1, Math.round((at - relay.since) / 60_000)) };
  return { device, subject: node, target, evidence, confidence, first: relay.since, hold: DAY };
}
