import type { Conversation } from '../../model/home.ts';
import { classOf } from '../../model/kinds.ts';
import { PROTOCOL } from '../../model/protocols.ts';
import type { Contact, Contacts } from '../contacts/contacts.ts';
import { exchangeOf } from '../contacts/exchange.ts';
import { isEverydayPort, isTlsPort } from '../contacts/ports.ts';
import type { Claim, Detector, Threshold } from '../detector.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * A bot waits for commands on one connection that it holds for hours and on which next to nothing is said, to an address
 * that it never looked up, at a port of no everyday service – or at one of TLS without a word of TLS, as Torii does.
 */
const THRESHOLDS = {
  lasts: { value: HOUR, unit: 'ms', reason: 'downloads, games and calls are over, or thick' },
  alive: {
    value: 15,
    unit: 'minutes in which something was said',
    reason: 'a connection that was left open without a word is no waiting line',
  },
  thin: {
    value: 6_000,
    unit: 'bytes both ways for each such minute',
    reason: 'a keep-alive takes some hundred bytes, a shell or a chat a few thousand',
  },
  bare: {
    value: 108,
    unit: 'bytes of a packet on average, at a port of TLS',
    reason: 'headers of 86 at most and a record of 22 (RFC 8446 §5.2); with its certificates TLS comes to more',
  },
  restarts: { value: 12, unit: 'connections', reason: 'more often is a beacon, or work' },
} as const satisfies Record<string, Threshold>;

/** At a port of TLS: the greeting may have been missed. */
const DISGUISED_FACTOR = 0.75;
/** Its name may have been looked up before anybody looked. */
const FROM_BEFORE_FACTOR = 0.8;
const CONFIDENCE = { appliance: 0.75, critical: 0.75, general: 0.6, infrastructure: 0.5 };

type Line = { minutes: number; packets: number };

export const thinSession: Detector = {
  name: 'thin-session',
  needs: ['connections', 'names'],
  start({ home, contacts, names, claim }) {
    const lines = new WeakMap<Contact, Line>();
    let minute = 0;
    let started = Number.NaN;
    let greetingsTold = false;
    const look = (contact: Contact): void => {
      if (contact.protocol !== PROTOCOL.tcp || contact.name !== undefined || contact.wasNamed) return;
      // Where look-ups are seen, greetings are seen too.
      const isDisguised = (greetingsTold || names.asks(contact.device)) && isWithoutTls(contact, contacts, started);
      if (isEverydayPort(contact.protocol, contact.port) && !isDisguised) return;
      if (contact.rhythm.count > THRESHOLDS.restarts.value) return;
      const conversation = contacts.conversation(contact);
      if (!conversation || conversation.node.name !== undefined) return;
      const line = lines.get(contact) ?? { minutes: 0, packets: 0 };
      lines.set(contact, line);
      const packets = conversation.packetsUp + conversation.packetsDown;
      if (packets > line.packets) line.minutes++;
      line.packets = packets;
      if (!isThin(contact, conversation, line) || (isDisguised && !isBare(conversation))) return;
      const factor = isDisguised ? DISGUISED_FACTOR : contact.begun ? 1 : FROM_BEFORE_FACTOR;
      claim(claimOf(contact, conversation, CONFIDENCE[classOf(home.kindAt(contact.device))] * factor));
    };
    return {
      called({ first }) {
        if (Number.isNaN(started)) started = first;
      },
      observe: {
        source: ({ greetings }) => {
          greetingsTold ||= greetings === true;
        },
        hello: ({ server }, device) => {
          if (device >= 0) contacts.greeted(device, server.address);
        },
      },
      second(at) {
        if (at - minute < MINUTE) return;
        minute = at;
        for (const device of contacts.devices()) for (const contact of contacts.all(device)) look(contact);
      },
    };
  },
};

/** What a kernel knew of at the start began before. */
const FIRST_LOOK = MINUTE;

function isWithoutTls(contact: Contact, contacts: Contacts, started: number): boolean {
  const { protocol, port, first, hasGaps } = contact;
  return isTlsPort(protocol, port) && !hasGaps && first - started >= FIRST_LOOK && !contacts.isGreeted(contact);
}

function isThin(contact: Contact, conversation: Conversation, { minutes }: Line): boolean {
  const { first, last, bytesUp, bytesDown } = conversation;
  const lasts = last - first >= THRESHOLDS.lasts.value && minutes >= THRESHOLDS.alive.value;
  if (!lasts || exchangeOf(conversation, contact) !== 'answers') return false;
  return (bytesUp + bytesDown) / minutes <= THRESHOLDS.thin.value;
}

function isBare({ packetsUp, packetsDown, bytesUp, bytesDown }: Conversation): boolean {
  return bytesUp + bytesDown <= (packetsUp + packetsDown) * THRESHOLDS.bare.value;
}

function claimOf(contact: Contact, conversation: Conversation, confidence: number): Claim {
  const { device, address, port, first } = contact;
  const { bytesUp, bytesDown, last } = conversation;
  const hours = Math.round(((last - first) / HOUR) * 10) / 10;
  const evidence = { node: address, port, hours, bytes: bytesUp + bytesDown, connections: contact.rhythm.count };
  const target = { node: { address } };
  return { device, subject: `tcp/${port} ${address}`, target, evidence, confidence, first, hold: DAY };
}
