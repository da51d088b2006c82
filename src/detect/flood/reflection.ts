import { formatWords } from '../../model/address.ts';
import { PROTOCOL } from '../../model/protocols.ts';
import { MARK } from '../../track/witness.ts';
import type { Detector, Threshold } from '../detector.ts';

/**
 * UDP services that answer more than they are asked (US-CERT TA14-017A, and later ones): chargen, QOTD, DNS, TFTP,
 * portmap, NTP, NetBIOS, SNMP, CLDAP, RIP, SSDP, SQL resolution, WS-Discovery, mDNS, CoAP, memcached, Plex, ARMS.
 */
const AMPLIFIERS: ReadonlySet<number> = new Set([
  17, 19, 53, 69, 111, 123, 137, 161, 389, 520, 1434, 1900, 3283, 3702, 5353, 5683, 10001, 11211, 32414, 37810,
]);
const ANSWERS = {
  value: 100,
  unit: 'packets sent as answers to one far end',
  reason: 'who asks a device of a home from outside asks a few times; a victim is sent thousands',
} satisfies Threshold;
const GAIN = {
  value: 1.5,
  unit: 'bytes sent for each byte asked',
  reason: 'reflection is worth it only with a gain; honest polls get answers of their size',
} satisfies Threshold;
/** Conversations that are looked at again: the newest of each device. */
const MAX_WATCHED = 1024;
const LOOK_EVERY = 2000;
const HOLD = 10 * 60_000;

/** A device that answers questions from outside with more than was asked, to an address that may be forged. */
export const reflection: Detector = {
  name: 'reflection',
  needs: ['connections'],
  start({ home, claim }) {
    let lookedAt = Number.NEGATIVE_INFINITY;
    const watched = new Map<number, { device: number; address: string }>();
    return {
      opened({ device, protocol, port, byDevice, marks, far, conversation }) {
        if (byDevice || protocol !== PROTOCOL.udp || !AMPLIFIERS.has(port) || conversation < 0) return;
        if ((marks & (MARK.theirsHome | MARK.peer | MARK.theirsSpecial)) !== 0) return;
        if (watched.size >= MAX_WATCHED) watched.delete(watched.keys().next().value!);
        watched.set(home.conversationId(conversation), { device, address: formatWords(far) });
      },
      second(at) {
        if (at - lookedAt < LOOK_EVERY) return;
        lookedAt = at;
        for (const [id, { device, address }] of watched) {
          const conversation = home.conversation(id);
          if (!conversation) {
            watched.delete(id);
            continue;
          }
          const { packetsUp, bytesUp, bytesDown, port, first } = conversation;
          if (packetsUp < ANSWERS.value || bytesUp < bytesDown * GAIN.value) continue;
          const gain = Math.round((bytesUp / Math.max(1, bytesDown)) * 10) / 10;
          claim({
            ...{ device, subject: `udp/${port}`, first, hold: HOLD },
            target: { service: { protocol: PROTOCOL.udp, port, initiator: 'node' } },
            evidence: { service: `udp/${port}`, address, packets: packetsUp, gain },
            confidence: 0.8,
          });
        }
      },
      forget(device) {
        for (const [id, entry] of watched) if (entry.device === device) watched.delete(id);
      },
    };
  },
};
