import { parseAddress } from '../../model/address.ts';
import type { Detector, Threshold } from '../detector.ts';
import { Distinct } from '../evidence/distinct.ts';
import { spread } from '../evidence/places.ts';
import { CONFIDENCE_OF_PEOPLE, isOfPeople } from './people.ts';

const ADDRESSES = {
  fast: {
    value: 25,
    unit: 'addresses in two minutes that nobody has',
    reason: 'a device asks for those it speaks to; old addresses of a few that left remain',
    source: 'Slips: 5 targets in 30 s',
  },
  slow: { value: 80, unit: 'addresses in a day that nobody has', reason: 'a third of an ordinary home network' },
} satisfies Record<string, Threshold>;
const FAST_HALF = 60_000;
const SLOW_HALF = 12 * 3_600_000;
const BITS = 512;
/** Devices that ask for others. */
const MAX_SEEKERS = 1024;
const HOLD = 10 * 60_000;

/** Who asks: how many different addresses in this half of each window and the one before. */
class Seeker {
  readonly fast = new Distinct(2, BITS);
  readonly slow = new Distinct(2, BITS);
  readonly began = { fast: 0, fastBefore: 0, slow: 0, slowBefore: 0 };
  /** Since the windows were last looked at. */
  fresh = 0;

  turn(at: number): void {
    const { began } = this;
    if (at - began.fast >= FAST_HALF) {
      this.fast.turn(0);
      if (at - began.fast >= 2 * FAST_HALF) this.fast.clear(1);
      began.fastBefore = at - began.fast >= 2 * FAST_HALF ? at : began.fast;
      began.fast = at;
    }
    if (at - began.slow >= SLOW_HALF) {
      this.slow.turn(0);
      if (at - began.slow >= 2 * SLOW_HALF) this.slow.clear(1);
      began.slowBefore = at - began.slow >= 2 * SLOW_HALF ? at : began.slow;
      began.slow = at;
    }
  }
}

/** A device that asks by ARP or neighbour discovery for one address of the home after the other, to find out who is there. */
export const arpSweep: Detector = {
  name: 'arp-sweep',
  needs: ['link'],
  start({ home, claim }) {
    const seekers = new Map<number, Seeker>();
    return {
      observe: {
        neighbour({ at, address, source, asks }, device) {
          const target = asks === undefined || device < 0 ? undefined : parseAddress(asks);
          if (!target || home.deviceAt(target) >= 0 || home.isGateway(target)) return;
          // Over IPv6 a router asks the link for whatever strangers send to (RFC 6583).
          const asker = source === 'ndp' ? parseAddress(address) : undefined;
          if (asker && home.isGateway(asker)) return;
          let seeker = seekers.get(device);
          if (!seeker) {
            if (seekers.size >= MAX_SEEKERS) return;
            seeker = new Seeker();
            Object.assign(seeker.began, { fast: at, fastBefore: at, slow: at, slowBefore: at });
            seekers.set(device, seeker);
          }
          seeker.turn(at);
          const hash = spread(0, ...target, 0);
          seeker.fast.add(0, hash);
          seeker.slow.add(0, hash);
          seeker.fresh++;
        },
      },
      second(at) {
        for (const [device, seeker] of seekers) {
          if (seeker.fresh === 0) continue;
          seeker.fresh = 0;
          const fast = seeker.fast.countOfBoth(0, 1);
          const slow = fast >= ADDRESSES.fast.value ? 0 : seeker.slow.countOfBoth(0, 1);
          if (fast < ADDRESSES.fast.value && slow < ADDRESSES.slow.value) continue;
          const first = slow > 0 ? seeker.began.slowBefore : seeker.began.fastBefore;
          const addresses = Math.max(fast, slow);
          claim({
            ...{ device, subject: 'arp', first, hold: HOLD },
            evidence: { addresses, seconds: Math.max(1, Math.round((at - first) / 1000)) },
            confidence: isOfPeople(home.kindAt(device))
              ? CONFIDENCE_OF_PEOPLE
              : 0.75 + 0.2 * Math.min(1, addresses / 200),
          });
        }
      },
      forget: (device) => seekers.delete(device),
    };
  },
};
