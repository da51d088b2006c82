import type { Conversation } from '../../model/home.ts';
import { classOf, type KindClass } from '../../model/kinds.ts';
import { PROTOCOL } from '../../model/protocols.ts';
import type { Contact } from '../contacts/contacts.ts';
import { type Exchange, exchangeOf } from '../contacts/exchange.ts';
import { isEverydayPort } from '../contacts/ports.ts';
import type { Claim, Detector, Threshold } from '../detector.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * A bot calls its master again and again, by the clock. So do many honest appliances, by name and at the ports of
 * everyday services: rhythm alone accuses nobody, but counts together with what is strange about the far end.
 */
const THRESHOLDS = {
  clockwork: {
    value: 0.12,
    unit: 'relative spread of the distances',
    reason: 'timers of programs keep within a tenth, retried connections included; people do not',
  },
  jittered: {
    value: 0.35,
    unit: 'relative spread of the distances',
    reason: 'even jitter of half the distance comes to 0.25, calls by chance to 0.69',
  },
  clockworkCalls: { value: 8, unit: 'distances', reason: 'seven alike in a row do not happen by chance' },
  jitteredCalls: { value: 16, unit: 'distances', reason: 'the spread of fewer is not known well enough' },
  kept: {
    value: 100,
    unit: 'calls',
    reason: 'programs call a far end that is gone less and less often (RFC 8085 §3.1.1), and give up',
  },
  restless: {
    value: 10_000,
    unit: 'ms between connections',
    reason: 'who has something to say so often keeps the connection open; loops of scripts and loaders do not',
  },
  restlessCalls: { value: 100, unit: 'calls', reason: 'a page that reloads is left sooner' },
  span: {
    value: 2 * MINUTE,
    unit: 'ms from the first call to the latest',
    reason: 'programs try a far end that is down some ten times in a row, and give up',
  },
  strangers: {
    value: 8,
    unit: 'other addresses without a name at odd ports',
    reason:
      'who calls many is one of many peers (Gnutella, BitTorrent, games), or scans: neither is a call to a master',
  },
  amongNames: {
    value: 2,
    unit: 'other addresses without a name, and no more than names that are called',
    reason: 'a bot with a few masters tries one after the other; whom peers call has many',
  },
  examined: {
    value: 3,
    unit: 'other services of the same address that were called',
    reason: 'who tries one service after the other for a minute examines a machine (nmap -sV)',
  },
  shortest: { value: 1_500, unit: 'ms', reason: 'faster is no rhythm but work that is waited for' },
  newAfter: {
    value: 2 * DAY,
    unit: 'ms after the device came',
    reason: 'what a device needs it mostly calls within two days (IoTSTEED learns named servers in two hours)',
    source: 'USC/ISI, IoTSTEED, ISI-TR-738',
  },
} as const satisfies Record<string, Threshold>;

/**
 * How likely a rhythm is a bot's, before jitter, kind and novelty are weighed: by whether the far end is known by a name,
 * serves at an everyday port, and answers. A far end that is only an address and never answers is what is left of a
 * master that was taken away; appliances look theirs up.
 */
const STRANGENESS: Record<'named' | 'address', Record<'everyday' | 'rare', Record<Exchange, number>>> = {
  address: {
    rare: { silence: 0.9, refusal: 0.85, answers: 0.65 },
    everyday: { silence: 0.6, refusal: 0.55, answers: 0.3 },
  },
  named: {
    rare: { silence: 0.4, refusal: 0.4, answers: 0.3 },
    everyday: { silence: 0.2, refusal: 0.2, answers: 0.1 },
  },
};
/** Over UDP silence says less: some only ever report. */
const UDP_FACTOR = 0.75;
/** A rhythm kept for long is one, however loose. */
const JITTER_FACTOR = 0.9;
const SHORT_FACTOR = 0.8;
const PEER_FACTOR = 0.7;
/** Of a device that looks up whom else it calls: this address was told to it in another way. */
const AMONG_NAMES_FACTOR = 1.25;
/** Where no far end of the device has a name, that this one has none says little about an everyday service. */
const NAMELESS_FACTOR = 0.9;
const NEWNESS = 0.2;
/** Programs that people installed on a computer talk to odd places too. */
const KIND_FACTOR: Record<KindClass, number> = { appliance: 1.05, critical: 1.05, general: 0.97, infrastructure: 0.85 };
/** Of new connections every few seconds, whatever the far end. */
const RESTLESS = 0.55;
const LEAST = 0.5;
const SUREST = 0.95;

/** Surer than this it is told as `command-and-control`. */
const SURE = 0.8;

export const beacon = caller('beacon', LEAST, SURE);
/** The same by a name of its own, since what can hardly be anything else may be acted upon. */
export const masterCalled = caller('command-and-control', SURE, Number.POSITIVE_INFINITY);

function caller(name: 'beacon' | 'command-and-control', least: number, below: number): Detector {
  return {
    name,
    needs: ['connections'],
    start: ({ home, contacts, claim }) => ({
      called(contact) {
        if (contact.rhythm.known < THRESHOLDS.clockworkCalls.value || isTime(contact)) return;
        if (isOrdinary(contact, home.firstSeenAt(contact.device))) return;
        const rhythm = regular(contact);
        const conversation = rhythm && contacts.conversation(contact);
        if (!conversation || (exchangeOf(conversation, contact) === 'silence' && contacts.isCutOff(contact))) return;
        const { device } = contact;
        const kind = classOf(home.kindAt(device));
        const about = { kind, since: home.firstSeenAt(device), knowsNames: contacts.knowsNames(device) };
        let confidence = confidenceOf(contact, conversation, rhythm, about);
        if (confidence >= LEAST) {
          const all = contacts.all(device);
          if (hasPeers(all) || isExamined(contact, all)) confidence *= PEER_FACTOR;
          else if (isMasterLike(contact, conversation) && isAmongNames(contact, all))
            confidence = Math.min(SUREST, confidence * AMONG_NAMES_FACTOR);
        }
        if (confidence >= least && confidence < below) claim(claimOf(contact, conversation, rhythm, confidence));
      },
    }),
  };
}

const HIGHEST_FACTOR = Math.max(...Object.values(KIND_FACTOR));
/** How likely a place may be a bot's at most, on whatever kind of device. */
const HIGHEST = {
  address: { everyday: highestOf('address', 'everyday'), rare: highestOf('address', 'rare') },
  named: { everyday: highestOf('named', 'everyday'), rare: highestOf('named', 'rare') },
} as const;

function highestOf(known: 'named' | 'address', place: 'everyday' | 'rare'): number {
  return Math.max(...Object.values(STRANGENESS[known][place])) * HIGHEST_FACTOR;
}

/** Whether no rhythm could make it worth telling: most contacts of a home, and known without a look at their calls. */
function isOrdinary({ name, wasNamed, protocol, port, first, rhythm }: Contact, since: number): boolean {
  const known = name === undefined && !wasNamed ? 'address' : 'named';
  const highest = HIGHEST[known][isEverydayPort(protocol, port) ? 'everyday' : 'rare'];
  if (highest + (first - since >= THRESHOLDS.newAfter.value ? NEWNESS : 0) >= LEAST) return false;
  const mayBeRestless = protocol === PROTOCOL.tcp && rhythm.count >= THRESHOLDS.restlessCalls.value;
  return !mayBeRestless || rhythm.shareWithin(THRESHOLDS.restless.value) < 0.5;
}

/** Clocks are set by the clock. */
function isTime({ protocol, port }: Contact): boolean {
  return protocol === PROTOCOL.udp && (port === 123 || port === 53);
}

type Measured = { distance: number; spread: number };

function regular({ rhythm }: Contact): Measured | undefined {
  const measured = rhythm.measure();
  if (!measured || measured.distance < THRESHOLDS.shortest.value) return undefined;
  const isClockwork = measured.spread <= THRESHOLDS.clockwork.value;
  const isJittered = measured.spread <= THRESHOLDS.jittered.value && rhythm.known >= THRESHOLDS.jitteredCalls.value;
  return isClockwork || isJittered ? measured : undefined;
}

function hasPeers(all: readonly Contact[]): boolean {
  const strangers = all.filter(({ name, protocol, port }) => name === undefined && !isEverydayPort(protocol, port));
  return strangers.length > THRESHOLDS.strangers.value;
}

/** Whether the device looks up whom it calls but for this one. */
function isAmongNames({ address }: Contact, all: readonly Contact[]): boolean {
  let named = 0;
  let nameless = 0;
  for (const other of all) {
    if (other.address === address) continue;
    if (other.name !== undefined || other.wasNamed) named++;
    else if (!isTime(other)) nameless++;
  }
  return named > 0 && nameless <= Math.min(named, THRESHOLDS.amongNames.value);
}

/** Over TCP, without a name, and it answers; what is left of a master says enough by itself. */
function isMasterLike(contact: Contact, conversation: Conversation): boolean {
  const answers = contact.protocol === PROTOCOL.tcp && exchangeOf(conversation, contact) === 'answers';
  return answers && isNameless(contact, conversation);
}

function isNameless(contact: Contact, { node }: Conversation): boolean {
  return node.name === undefined && !contact.wasNamed;
}

function isExamined({ address, rhythm, first }: Contact, all: readonly Contact[]): boolean {
  if (rhythm.last - first >= THRESHOLDS.span.value) return false;
  return all.filter((other) => other.address === address).length > THRESHOLDS.examined.value;
}

function confidenceOf(
  contact: Contact,
  conversation: Conversation,
  { distance, spread }: Measured,
  { kind, since, knowsNames }: { kind: KindClass; since: number; knowsNames: boolean },
): number {
  const isRestless =
    contact.protocol === PROTOCOL.tcp &&
    distance <= THRESHOLDS.restless.value &&
    contact.rhythm.count >= THRESHOLDS.restlessCalls.value;
  const known = isNameless(contact, conversation) ? 'address' : 'named';
  const place = isEverydayPort(contact.protocol, contact.port) ? 'everyday' : 'rare';
  let confidence = STRANGENESS[known][place][exchangeOf(conversation, contact)] * KIND_FACTOR[kind];
  if (place === 'everyday' && !knowsNames) confidence *= NAMELESS_FACTOR;
  if (isRestless) confidence = Math.max(confidence, RESTLESS);
  if (contact.protocol === PROTOCOL.udp) confidence *= UDP_FACTOR;
  const isKept = contact.rhythm.count >= THRESHOLDS.kept.value;
  if (spread > THRESHOLDS.clockwork.value && !isKept) confidence *= JITTER_FACTOR;
  if (contact.rhythm.last - contact.first < THRESHOLDS.span.value) confidence *= SHORT_FACTOR;
  if (contact.first - since >= THRESHOLDS.newAfter.value) confidence += NEWNESS;
  return Math.min(SUREST, confidence);
}

function claimOf(contact: Contact, conversation: Conversation, rhythm: Measured, confidence: number): Claim {
  const { port, address, name, first, device } = contact;
  const subject = `${conversation.protocol}/${port} ${name ?? address}`;
  const { packetsUp, packetsDown, bytesUp, bytesDown } = conversation;
  const seconds = Math.round(rhythm.distance / 1000);
  const evidence = {
    ...{ node: name ?? address, port, calls: contact.rhythm.count, seconds, spread: rhythm.spread },
    ...{ answered: exchangeOf(conversation, contact) === 'answers', packetsUp, packetsDown, bytesUp, bytesDown },
  };
  const target = { node: name === undefined ? { address } : { name } };
  const hold = Math.max(HOUR, 4 * rhythm.distance);
  return { device, subject, target, evidence, confidence, first, hold };
}
