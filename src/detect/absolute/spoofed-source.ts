import { formatAddress, isV4, parseAddress } from '../../model/address.ts';
import type { Detector, Threshold } from '../detector.ts';

const SOURCES = {
  value: 4,
  unit: 'different source addresses (of IPv6: /64 networks) in two minutes',
  reason: 'a phone that comes from another network may use one or two addresses of that for a moment',
  source: 'RFC 2827 (BCP 38); CAIDA Spoofer',
} satisfies Threshold;
const FLOWS = {
  value: 60,
  unit: 'flows in two minutes from one such address',
  reason: 'reflection needs the address of its victim only; left-over addresses of a phone make a few retries',
} satisfies Threshold;
const ROUTED = {
  least: { value: 2, unit: 'IPv4 addresses of this home', reason: 'a thing has one at a time' },
  share: {
    value: 0.25,
    unit: 'of them for each foreign one',
    reason:
      'who forwards for a network sends from its addresses of all sorts; of sources chosen at random one in 250 is private (RFC 1918)',
  },
} satisfies Record<string, Threshold>;
const HOLD = 30 * 60_000;

/** Packets from a device with a source address that is neither of this home nor, as far as is known, its own. */
export const spoofedSource: Detector = {
  name: 'spoofed-source',
  needs: ['headers'],
  start({ home, evidence, claim }) {
    return {
      second(_at, active) {
        for (const device of active) {
          const deeds = evidence.of(device);
          const flows = deeds.foreign + deeds.foreignBefore;
          if (flows < SOURCES.value) continue;
          const sources = deeds.foreignSources();
          const [a, b, c, d] = deeds.foreignSource as unknown as [number, number, number, number];
          const words = [a, b, c, d] as const;
          // Where nothing says yet which IPv6 network is the home's, a device's own address looks foreign.
          if (!isV4(words) && home.isOpen(words) && sources < SOURCES.value * 2) continue;
          // Who never sent from an address of this home is a router of a network that is not known to be home.
          const id = home.deviceId(device);
          const addresses = (id !== undefined && home.device(id)?.addresses) || [];
          const own = addresses.map(parseAddress).filter((one) => one !== undefined && home.isHome(one));
          const own4 = own.filter((one) => isV4(one!)).length;
          const isRouted = own4 >= ROUTED.least.value && own4 >= sources * ROUTED.share.value;
          if (own.length === 0 || isRouted) continue;
          const isOwn = home.deviceAt(words) === device;
          if (isOwn || (sources < SOURCES.value && flows < FLOWS.value)) continue;
          claim({
            ...{ device, subject: '', first: deeds.foreignSince, hold: HOLD },
            evidence: { sources, flows, source: formatAddress(a, b, c, d) },
            confidence: sources >= SOURCES.value * 2 ? 0.98 : 0.85,
          });
        }
      },
    };
  },
};
