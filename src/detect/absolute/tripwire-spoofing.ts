import { parseAddress } from '../../model/address.ts';
import type { Detector, Threshold } from '../detector.ts';

const WINDOW = 60_000;
const TIMES = {
  value: 20,
  unit: 'seconds with such packets in a minute',
  reason:
    'a phone that comes from another network repeats what it left unanswered at doubling pauses: in a dozen seconds of a minute at most',
  source: 'RFC 6298 §5.5',
} satisfies Threshold;
const HOLD = 30 * 60_000;
/** Where the kernel only watches, answers come back, so that a network behind a second router looks alike. */
const CONFIDENCE = { enforced: 0.9, watched: 0.6 } as const;

type Seen = { since: number; last: number; seconds: number };

/** The kernel, which sees every packet, met a device under addresses of other networks second after second. */
export const tripwireSpoofing: Detector = {
  name: 'tripwire-spoofing',
  needs: [],
  start({ home, claim }) {
    const seen = new Map<number, Seen>();
    /** Who never had an address of this home is a router of a network that is not known to be home. */
    const isOfHome = (device: number) => {
      const id = home.deviceId(device);
      const addresses = (id !== undefined && home.device(id)?.addresses) || [];
      return addresses.some((text) => {
        const words = parseAddress(text);
        return words !== undefined && home.isHome(words);
      });
    };
    return {
      observe: {
        tripped({ at, reason, mode }, device) {
          if (reason !== 'spoofing' || device < 0) return;
          const second = Math.floor(at / 1000);
          const known = seen.get(device);
          if (known?.last === second) return;
          const goesOn = known !== undefined && at - known.since < WINDOW;
          const { since, seconds } = goesOn ? known : { since: at, seconds: 0 };
          seen.set(device, { since, last: second, seconds: seconds + 1 });
          if (seconds + 1 < TIMES.value || !isOfHome(device)) return;
          const confidence = mode === 'enforce' ? CONFIDENCE.enforced : CONFIDENCE.watched;
          claim({ device, subject: '', first: since, evidence: { seconds: seconds + 1 }, confidence, hold: HOLD });
        },
      },
      forget: (device) => seen.delete(device),
    };
  },
};
