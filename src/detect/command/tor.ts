import { classOf } from '../../model/kinds.ts';
import type { Detector, Threshold } from '../detector.ts';
import { HOUR } from '../dns/book.ts';
import { ownerDomain } from '../dns/domain.ts';
import { readability } from '../dns/letters.ts';

/**
 * Tor greets its relays under names that it makes up, `www.` and base32 letters `.com` or `.net`, and looks none of them
 * up: relays are listed by address. Everybody else greets a server by the name that was looked up.
 */
const THRESHOLDS = {
  servers: {
    value: 2,
    unit: 'servers in an hour',
    reason: 'Tor keeps two or three guards; one odd name may be chance',
  },
  unlike: {
    value: -0.6,
    unit: 'readability of the label',
    reason: 'one word in a hundred is below, nine of ten made-up labels are',
  },
} as const satisfies Record<string, Threshold>;

const MADE_UP = /^www\.([a-z2-7]{8,24})\.(com|net)$/;
const CONFIDENCE = { appliance: 0.9, critical: 0.9, general: 0.7, infrastructure: 0.8 };
/** Where the device's look-ups are out of sight nobody can say that a name was not looked up. */
const UNSEEN_FACTOR = 0.8;
const HOLD = 6 * HOUR;
/** Servers remembered of one device. */
const MAX_SERVERS = 8;

export const tor: Detector = {
  name: 'tor',
  needs: ['control'],
  start({ home, names, claim }) {
    const met = new Map<number, Map<string, number>>();
    return {
      observe: {
        hello({ at, serverName, server, protocol }, device) {
          if (device < 0 || protocol !== 'tcp' || serverName === undefined || !isMadeUp(serverName)) return;
          if (names.hasAsked(device, ownerDomain(serverName))) return;
          const servers = met.get(device) ?? new Map<string, number>();
          met.set(device, servers);
          for (const [address, seen] of servers)
            if (at - seen > HOUR || servers.size >= MAX_SERVERS) servers.delete(address);
          servers.set(server.address, at);
          if (servers.size < THRESHOLDS.servers.value) return;
          const sure = CONFIDENCE[classOf(home.kindAt(device))] * (names.asks(device) ? 1 : UNSEEN_FACTOR);
          const evidence = { servers: servers.size, example: serverName };
          claim({ device, subject: '', evidence, confidence: sure, hold: HOLD });
        },
      },
      forget: (device) => met.delete(device),
    };
  },
};

function isMadeUp(name: string): boolean {
  const label = MADE_UP.exec(name)?.[1];
  return label !== undefined && (/[2-7]/.test(label) || readability(label) < THRESHOLDS.unlike.value);
}
