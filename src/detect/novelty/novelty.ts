import type { Kind } from '../../model/kinds.ts';
import { classOf, isKind } from '../../model/kinds.ts';
import { mudAllows } from '../../model/mud.ts';
import { PROTOCOL } from '../../model/protocols.ts';
import type { Contact } from '../contacts/contacts.ts';
import { isEverydayPort } from '../contacts/ports.ts';
import type { Claim, Detector, Threshold } from '../detector.ts';
import { readability, UNREADABLE } from '../dns/letters.ts';
import { habitBookOf, type Needs } from './habit-book.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/**
 * A thing that does one job needs few places, and shows them in its first days. Later ones count by how unlike they are:
 * another server of the same owner or network is no news, nor is a new name at an everyday port (a new function, another
 * content network); an address without a name at an odd port is. An update or a restart brings several at once.
 */
const THRESHOLDS = {
  named: {
    value: 2 * DAY,
    unit: 'ms after it came, and so many days of calls',
    reason: 'of servers that are looked up few come later than that',
    source: 'IoTSTEED has 2 h; updates and time-outs are daily',
  },
  unnamed: {
    value: 5 * DAY,
    unit: 'ms after it came, and so many days of calls',
    reason: 'servers without a name are met more rarely',
    source: 'USC/ISI, IoTSTEED: 120 h',
  },
  places: {
    value: 70,
    unit: 'places in all',
    reason: 'who needs more is no thing of one job',
    source: 'USC/ISI, IoTSTEED: at most 70 servers of an appliance',
  },
  burst: {
    value: 4,
    unit: 'new places within a quarter of an hour',
    reason: 'so many at once are an update, a restart or a person: they are learned, not judged',
  },
  peers: {
    value: 3,
    unit: 'networks without a name known at odd ports',
    reason: 'a camera that talks to its owner’s phone meets a new address each day',
  },
} as const satisfies Record<string, Threshold>;

const BURST = 15 * MINUTE;
const HOLD = DAY;
/** Of a place that the maker's own list does not have. */
const AGAINST_PROFILE = 0.8;
const CONFIDENCE = { unnamedRare: 0.7, unnamedEveryday: 0.45, unreadable: 0.6, namedRare: 0.4 };
/** A kind that is not known may be a computer that does little. */
const UNKNOWN_FACTOR = 0.75;

export const novelty: Detector = {
  name: 'novelty',
  needs: ['connections', 'names'],
  start({ home, contacts, claim }) {
    const habits = habitBookOf(home);
    return {
      called(contact) {
        if (contact.wasNamed || (contact.protocol !== PROTOCOL.tcp && contact.protocol !== PROTOCOL.udp)) return;
        const { device } = contact;
        const at = contact.rhythm.last;
        const needs = habits.of(device);
        const news = needs.meet(contact.place, at);
        if (news === 'known') return;
        const { service } = contact;
        const kind = home.kindAt(device);
        if (isOfManyJobs(kind)) return;
        const profile = habits.profile(device);
        if (profile && !mudAllows(profile, contact, contact))
          claim(claimOf(contact, service, needs, at, AGAINST_PROFILE));
        else if (
          !profile &&
          news === 'new' &&
          (contacts.knowsNames(device) || !isEverydayPort(contact.protocol, contact.port))
        ) {
          const confidence = confidenceOf(contact, needs, at) * (kind === undefined ? UNKNOWN_FACTOR : 1);
          if (confidence > 0) claim(claimOf(contact, service, needs, at, confidence));
        }
      },
      observe: {
        restore: ({ habits: known }) => {
          if (known) habits.restore(known);
        },
        profile: ({ device, profile }) => {
          const index = home.indexOf(device);
          if (index >= 0) habits.setProfile(index, profile);
        },
      },
      forget(device) {
        habits.forget(device);
      },
    };
  },
};

/** Nobody can say what a phone or a computer needs. */
function isOfManyJobs(kind: string | undefined): kind is Kind {
  return kind !== undefined && isKind(kind) && classOf(kind) === 'general';
}

/** 0 where it is no news worth telling. */
function confidenceOf(contact: Contact, needs: Needs, at: number): number {
  const { name, protocol, port } = contact;
  const age = at - needs.since;
  const isTime = protocol === PROTOCOL.udp && (port === 123 || port === 53);
  const learning = (name === undefined ? THRESHOLDS.unnamed : THRESHOLDS.named).value;
  if (isTime || age < learning || needs.days * DAY < learning) return 0;
  if (needs.places.size > THRESHOLDS.places.value || needs.newSince(at - BURST) >= THRESHOLDS.burst.value) return 0;
  const everyday = isEverydayPort(protocol, port);
  if (name !== undefined) {
    const { owner } = contact;
    const label = owner.indexOf('.');
    if (label >= 7 && readability(owner, 0, label) < UNREADABLE) return CONFIDENCE.unreadable;
    return everyday ? 0 : CONFIDENCE.namedRare;
  }
  if (!everyday && protocol === PROTOCOL.udp && hasPeers(needs)) return 0;
  return everyday ? CONFIDENCE.unnamedEveryday : CONFIDENCE.unnamedRare;
}

/** Whether it is used to meeting strangers at odd ports over UDP; the newest place is in the list by now. */
function hasPeers({ places }: Needs): boolean {
  let peers = -1;
  for (const place of places.keys()) {
    const [owner, service] = place.split(' ') as [string, string];
    if (owner.includes('/') && service.startsWith('udp/') && !isEverydayPort(PROTOCOL.udp, Number(service.slice(4))))
      peers++;
  }
  return peers >= THRESHOLDS.peers.value;
}

function claimOf(contact: Contact, service: string, needs: Needs, at: number, confidence: number): Claim {
  const { device, name, address } = contact;
  const node = name ?? address;
  const days = Math.max(0, Math.floor((at - needs.since) / DAY));
  const target = { node: name === undefined ? { address } : { name } };
  return { device, subject: `${service} ${node}`, target, evidence: { node, service, days }, confidence, hold: HOLD };
}
