import type { Counters } from '../../model/home.ts';
import { classOf } from '../../model/kinds.ts';
import type { Home } from '../../track/home.ts';
import type { Contact } from '../contacts/contacts.ts';
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
/** … in one conversation at a look. */
type Mark = Bytes & { readonly conversation: number; at: number };
/** What a device had sent and received at its latest look in all, and whether its contacts were marked in it. */
type Ledger = { at: number; total: Bytes; displaced: number; isMarked: boolean };
/** What was added since the look before. */
type Part = Bytes & { contact: Contact };
type Relay = { broker: number; looks: number; since: number; megabytes: number };

/** Those of the conversation in hand: as many are read in one look as there are contacts. */
const COUNTERS: Counters = { packetsUp: 0, packetsDown: 0, bytesUp: 0, bytesDown: 0 };

export const proxyRelay: Detector = {
  name: 'proxy-relay',
  needs: ['connections'],
  start({ home, contacts, claim }) {
    const ledgers = new Map<number, Ledger>();
    /** By the entry of their conversation, so as many as there are of these. */
    const marks: (Mark | undefined)[] = [];
    const relays = new Map<number, Relay>();
    let looked = 0;
    const look = (device: number, at: number) => {
      const { bytesUp: up, bytesDown: down } = home.counters(home.deviceId(device) ?? '');
      const displaced = contacts.displaced(device);
      const ledger = ledgers.get(device) ?? { at, total: { up, down }, displaced, isMarked: false };
      ledgers.set(device, ledger);
      const before = { ...ledger };
      Object.assign(ledger, { at, total: { up, down }, displaced, isMarked: false });
      const added = { up: up - before.total.up, down: down - before.total.down };
      if (Math.min(added.up, added.down) < THRESHOLDS.volume.value) return;
      const { parts, isMarked } = partsOf(home, marks, contacts.all(device), before.at, at);
      ledger.isMarked = isMarked;
      if (!before.isMarked || !isMarked || at - before.at > 2 * LOOK) return;
      // Of contacts that were met and forgotten in between, only the device's own counters tell.
      const found = brokerAmong(parts, displaced > before.displaced ? added : sumOf(parts));
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

/** What each contact added since the look before, the most first; all that are still known are marked now. */
function partsOf(
  home: Home,
  marks: (Mark | undefined)[],
  known: readonly Contact[],
  before: number,
  at: number,
): { parts: Part[]; isMarked: boolean } {
  const parts: Part[] = [];
  let isMarked = false;
  for (const contact of known) {
    const { conversation, entry, first } = contact;
    if (!home.readCounters(conversation, COUNTERS)) continue;
    const { bytesUp, bytesDown } = COUNTERS;
    const mark = markOf(marks, conversation, entry);
    const wasMarked = mark.at === before;
    // One that had made room for others and came again: what it added since is not known.
    if (wasMarked || first >= before) {
      const part = { contact, up: bytesUp - (wasMarked ? mark.up : 0), down: bytesDown - (wasMarked ? mark.down : 0) };
      if (part.up + part.down > 0) parts.push(part);
    }
    mark.at = at;
    mark.up = bytesUp;
    mark.down = bytesDown;
    isMarked = true;
  }
  return { parts: parts.sort((a, b) => b.up + b.down - a.up - a.down), isMarked };
}

function markOf(marks: (Mark | undefined)[], conversation: number, entry: number): Mark {
  const known = marks[entry];
  if (known?.conversation === conversation) return known;
  while (marks.length <= entry) marks.push(undefined);
  const mark: Mark = { conversation, at: Number.NEGATIVE_INFINITY, up: 0, down: 0 };
  marks[entry] = mark;
  return mark;
}

function sumOf(parts: readonly Part[]): Bytes {
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
