import { classOf } from '../../model/kinds.ts';
import { PROTOCOL } from '../../model/protocols.ts';
import { Memo } from '../../track/memo.ts';
import type { Detector, Threshold } from '../detector.ts';
import { DAY } from './book.ts';
import { isWithin } from './domain.ts';

/**
 * A device that used the home's resolver begins to look names up out of sight, over TLS, QUIC or HTTPS (RFC 7858, 9250,
 * 8484). Browsers and phones do so openly; in an appliance it is a change worth knowing.
 */
const THRESHOLDS = {
  learning: {
    value: 2 * DAY,
    unit: 'ms after the device came',
    reason: 'what uses it by itself has done so within two days',
  },
  forgotten: { value: 30 * DAY, unit: 'ms', reason: 'who has not used it for a month begins anew' },
} as const satisfies Record<string, Threshold>;

const DNS_OVER_TLS = 853;
/** Public resolvers by the names under which they serve HTTPS; their operators publish them. */
const RESOLVERS = [
  ...['dns.google', 'cloudflare-dns.com', 'one.one.one.one', 'dns.quad9.net', 'dns.opendns.com', 'doh.opendns.com'],
  ...['adguard-dns.com', 'dns.adguard.com', 'dns.nextdns.io', 'cleanbrowsing.org', 'dns.mullvad.net', 'controld.com'],
  ...['dns.sb', 'doh.pub', 'dns.alidns.com', 'doh.360.cn', 'dns0.eu', 'libredns.gr', 'applied-privacy.net'],
];
/** Names whose answer is remembered. */
const REMEMBERED = 4096;
const isResolver = new Memo((name) => RESOLVERS.some((resolver) => isWithin(name, resolver)), REMEMBERED);
const CONFIDENCE = { appliance: 0.7, critical: 0.7, general: 0.3, infrastructure: 0.3 };

export const encryptedDns: Detector = {
  name: 'encrypted-dns',
  needs: ['connections', 'names'],
  start({ home, claim }) {
    const lastUse = new Map<number, number>();
    const used = (device: number, node: string, at: number) => {
      const before = lastUse.get(device);
      lastUse.set(device, at);
      const isUsual = before !== undefined && at - before < THRESHOLDS.forgotten.value;
      if (isUsual || at - home.firstSeenAt(device) < THRESHOLDS.learning.value) return;
      const confidence = CONFIDENCE[classOf(home.kindAt(device))];
      claim({ device, subject: node, evidence: { node }, confidence, hold: DAY });
    };
    return {
      called(contact) {
        const { device, port, protocol, name, rhythm } = contact;
        const isResolver = port === DNS_OVER_TLS && (protocol === PROTOCOL.tcp || protocol === PROTOCOL.udp);
        if (isResolver) used(device, name ?? contact.address, rhythm.last);
      },
      observe: {
        hello({ at, serverName, serverPort }, device) {
          if (device < 0 || serverName === undefined || serverPort === DNS_OVER_TLS) return;
          if (isResolver.of(serverName)) used(device, serverName, at);
        },
      },
      forget: (device) => lastUse.delete(device),
    };
  },
};
