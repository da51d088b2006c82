import { classOf } from '../../model/kinds.ts';
import type { Home } from '../../track/home.ts';
import type { Contact, Contacts } from '../contacts/contacts.ts';
import type { Claim, Detector, Threshold } from '../detector.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/**
 * A device that passes on traffic of strangers (a residential proxy): what it gets from many places goes out to one
 * broker, and what comes from the broker goes out to them, minute by minute. A call or a game mirrors nothing, since it
 * has one far end; an update or a stream has one direction.
 */
const THRESHOLDS = {
  volume: {
    value: 200_000,
    unit: 'bytes in a minute, each way',
    reason: 'less is what an appliance does anyway; a relay that carries pages carries megabytes',
  },
  balance: {
    value: 0.6,
    unit: 'smaller of all sent and all received, as a share of the larger',
    reason: 'a relay sends all that it gets, less headers and retries',
  },
  mirror: {
    value: 0.7,
    unit: 'smaller of what the others send and the broker gets, as a share of the larger, in the fuller direction',
    reason: 'headers of a tunnel take some hundredths, packets at the edge of a minute more',
  },
  faintMirror: {
    value: 0.4,
    unit: 'the same in the other direction',
    reason: 'of requests and acknowledgements headers are a large part',
  },
  others: { value: 4, unit: 'other far ends', reason: 'strangers visit places of their own' },
  minutes: { value: 2, unit: 'such minutes within an hour', reason: 'one may be chance' },
} as const satisfies Record<string, Threshold>;

const CONFIDENCE = { appliance: 0.9, critical: 0.9, general: 0.6, infrastructure: 0.4 };

/** Bytes sent and received. */
type Bytes = { up: number; down: number };
/** What a device had sent and received at the last look, in all and with each contact. */
type Ledger = { at: number; total: Bytes; of: Map<number, Bytes> };
type Relay = { minutes: number; since: number; megabytes: number };

export const proxyRelay: Detector = {
  name: 'proxy-relay',
  needs: ['connections'],
  start({ home, contacts, claim }) {
    const ledgers = new Map<number, Ledger>();
    const relays = new Map<number, Relay>();
    let minute = 0;
    const look = (device: number, at: number) => {
      const before = ledgers.get(device);
      const now = ledgerOf(home, device, at, before, contacts);
      ledgers.set(device, now);
      if (!before || now.of.size === 0 || before.of.size === 0 || at - before.at > 2 * MINUTE) return;
      const { broker, others } = brokerOf(before, now, contacts.all(device));
      if (!broker) return;
      const relay = again(relays.get(device), at);
      relays.set(device, relay);
      relay.minutes++;
      relay.megabytes += (now.total.up - before.total.up) / 1e6;
      const confidence = CONFIDENCE[classOf(home.kindAt(device))];
      if (relay.minutes >= THRESHOLDS.minutes.value) claim(claimOf(broker, others, relay, confidence));
    };
    return {
      second(at) {
        if (at - minute < MINUTE) return;
        minute = at;
        for (const device of contacts.devices()) look(device, at);
      },
      forget(device) {
        ledgers.delete(device);
        relays.delete(device);
      },
    };
  },
};

/** Contacts are only looked at while the device sends about as much as it gets, and more than a little. */
function ledgerOf(home: Home, device: number, at: number, before: Ledger | undefined, contacts: Contacts): Ledger {
  const { bytesUp: up, bytesDown: down } = home.counters(home.deviceId(device) ?? '');
  const ledger: Ledger = { at, total: { up, down }, of: new Map() };
  const added = { up: up - (before?.total.up ?? up), down: down - (before?.total.down ?? down) };
  const least = Math.min(added.up, added.down);
  if (least < THRESHOLDS.volume.value || least < THRESHOLDS.balance.value * Math.max(added.up, added.down))
    return ledger;
  for (const { conversation: id } of contacts.all(device)) {
    const conversation = home.conversation(id);
    if (conversation) ledger.of.set(id, { up: conversation.bytesUp, down: conversation.bytesDown });
  }
  return ledger;
}

/** The far end that everything passes, if there is one, and how many others had a part. */
function brokerOf(before: Ledger, now: Ledger, known: readonly Contact[]): { broker?: Contact; others: number } {
  const total = { up: now.total.up - before.total.up, down: now.total.down - before.total.down };
  let broker: Contact | undefined;
  let others = 0;
  for (const contact of known) {
    const is = now.of.get(contact.conversation);
    const was = before.of.get(contact.conversation) ?? { up: 0, down: 0 };
    const added = { up: (is?.up ?? 0) - was.up, down: (is?.down ?? 0) - was.down };
    if (added.up + added.down === 0) continue;
    if (isBroker(added, total)) broker = contact;
    else others++;
  }
  return broker && others >= THRESHOLDS.others.value ? { broker, others } : { others };
}

function isBroker(added: Bytes, total: Bytes): boolean {
  const there = likeness(added.up, total.down - added.down);
  const back = likeness(added.down, total.up - added.up);
  const [full, faint] = added.up > added.down ? [there, back] : [back, there];
  return full >= THRESHOLDS.mirror.value && faint >= THRESHOLDS.faintMirror.value;
}

function likeness(a: number, b: number): number {
  return Math.min(a, b) / Math.max(a, b, 1);
}

function again(relay: Relay | undefined, at: number): Relay {
  return relay && at - relay.since < 60 * MINUTE ? relay : { minutes: 0, since: at, megabytes: 0 };
}

function claimOf(broker: Contact, others: number, relay: Relay, confidence: number): Claim {
  const { device, name, address } = broker;
  const node = name ?? address;
  const megabytes = Math.round(relay.megabytes * 10) / 10;
  const target = { node: name === undefined ? { address } : { name } };
  const evidence = { node, others, megabytes, minutes: relay.minutes };
  return { device, subject: node, target, evidence, confidence, first: relay.since, hold: DAY };
}
