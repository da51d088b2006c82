import { classOf } from '../../model/kinds.ts';
import { PROTOCOL } from '../../model/protocols.ts';
import type { Detector, Threshold } from '../detector.ts';
import { type FanOut, placeOfAll } from '../evidence/fan-out.ts';

const PEERS = {
  fast: {
    value: 30,
    unit: 'far ends by address over UDP in two minutes',
    reason:
      'a camera that looks for its owner’s phone asks ten servers at most; a table of BitTorrent nodes has hundreds',
    source: 'Hajime and Mozi keep their networks by BitTorrent’s DHT (Netlab 360, P2P botnets review)',
  },
  slow: {
    value: 100,
    unit: 'far ends by address over UDP in a day',
    reason: 'an appliance has at most some seventy servers in all, most of them by name',
    source: 'IoTSTEED (ISI-TR-738)',
  },
} satisfies Record<string, Threshold>;
const ANY_UDP = placeOfAll(PROTOCOL.udp, false);
const FAST_HOLD = 30 * 60_000;
const SLOW_HOLD = 12 * 3_600_000;

/** An appliance that is a member of a network of strangers. */
export const peerFanOut: Detector = {
  name: 'peer-fan-out',
  needs: ['connections'],
  start({ home, evidence, claim }) {
    return {
      second(_at, active) {
        for (const device of active) look(device);
        for (const device of evidence.gathered) look(device);
      },
    };

    function look(device: number): void {
      const deeds = evidence.of(device);
      const fast = peers(deeds.fanOut, PEERS.fast.value);
      const found = fast ?? peers(deeds.slowFanOut, PEERS.slow.value);
      if (found === undefined) return;
      const kind = classOf(home.kindAt(device));
      if (kind !== 'appliance' && kind !== 'critical') return;
      claim({
        ...{ device, subject: 'udp', first: found.first, hold: fast ? FAST_HOLD : SLOW_HOLD },
        target: { service: { protocol: PROTOCOL.udp, initiator: 'device' } },
        evidence: { peers: found.hosts, answered: found.answered, attempts: found.attempts },
        confidence: fast ? 0.85 : 0.7,
      });
    }
  },
};

function peers(fanOut: FanOut, least: number) {
  const place = ANY_UDP;
  if (fanOut.attempts(place) < least) return undefined;
  const hosts = fanOut.hosts(place);
  if (hosts < least) return undefined;
  return { hosts, answered: fanOut.answers(place), attempts: fanOut.attempts(place), first: fanOut.since(place) };
}
