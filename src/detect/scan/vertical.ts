import { formatAddress } from '../../model/address.ts';
import { PROTOCOL, protocolName } from '../../model/protocols.ts';
import type { Claim, Detector, Threshold } from '../detector.ts';
import type { Deeds } from '../evidence/deeds.ts';
import type { Pressure } from '../evidence/pressure.ts';
import type { Probed } from '../evidence/probed.ts';

/** Different ports of one far end, reached by address and not by a name that was looked up. */
const PORTS = {
  tcp: {
    value: 25,
    unit: 'ports in two minutes',
    reason: 'a program knows the ports that it wants; a call tries a dozen at most',
    source: 'Zeek misc/scan: 15 failed ports on one host within five minutes',
  },
  udp: {
    value: 60,
    unit: 'ports in two minutes',
    reason: 'calls and games that search a way through two routers try some dozens',
  },
  slow: {
    value: 60,
    unit: 'ports in a day',
    reason: 'a scanner that waits half an hour between two ports has so many',
  },
} satisfies Record<string, Threshold>;

const FAILED = {
  value: 0.7,
  unit: 'share',
  reason: 'passive FTP and media use many ports of one host too, but these answer',
} satisfies Threshold;
/** More attempts than this at each port are a flood (flood.ts). */
const ATTEMPTS_PER_PORT = {
  tcp: {
    value: 4,
    unit: 'attempts for each port',
    reason: 'scanners repeat an unanswered probe once or twice (nmap: 1, masscan: 0, at most 3 SYNs by the kernel)',
  },
  udp: {
    value: 12,
    unit: 'attempts for each port',
    reason: 'closed ports tell so at a rate only (RFC 1812 §4.3.2.8), and scanners wait for them',
    source: 'nmap: up to ten repetitions',
  },
} satisfies Record<string, Threshold>;

const PROBE_BYTES = {
  value: 110,
  unit: 'bytes for each packet',
  reason: 'probes are nearly empty; a flood at random ports carries what it can',
} satisfies Threshold;

/** Faster than this it is told as a flood. */
const UDP_SEARCH = {
  value: 500,
  unit: 'packets a second',
  reason: 'closed ports of UDP tell so at a rate of a few a second (RFC 1812 §4.3.2.8): who searches waits for that',
} satisfies Threshold;

const FAST_HOLD = 10 * 60_000;
const SLOW_HOLD = 12 * 3_600_000;

/** Many ports of one far end tried. */
export const verticalScan: Detector = {
  name: 'vertical-scan',
  needs: ['connections'],
  start({ evidence, claim }) {
    return {
      second(at, active) {
        for (const device of active) {
          const deeds = evidence.of(device);
          if (deeds.attempts === 0 || deeds.fanOut.total() < PORTS.tcp.value) continue;
          for (const found of scans(deeds, deeds.probed, evidence.hashOf, false, at))
            claim({ ...found, device, hold: FAST_HOLD });
        }
        for (const device of evidence.gathered) {
          const deeds = evidence.of(device);
          const now = scans(deeds, deeds.probed, evidence.hashOf, false, at);
          const known = new Set(now.map(({ subject }) => subject));
          for (const found of scans(deeds, deeds.slowProbed, evidence.hashOf, true, at))
            if (!known.has(found.subject)) claim({ ...found, device, hold: SLOW_HOLD });
        }
      },
    };
  },
};

function scans(
  { pressure }: Deeds,
  probed: Probed,
  hashOf: (words: ArrayLike<number>) => number,
  isSlow: boolean,
  at: number,
): Omit<Claim, 'device' | 'hold'>[] {
  const found: Omit<Claim, 'device' | 'hold'>[] = [];
  const { places } = probed;
  for (let place = 0; place < places.size; place++) {
    const attempts = places.isTaken(place) ? probed.attempts(place) : 0;
    if (attempts < PORTS.tcp.value) continue;
    const protocol = probed.protocol(place);
    const least = isSlow ? PORTS.slow.value : protocol === PROTOCOL.udp ? PORTS.udp.value : PORTS.tcp.value;
    const perPort = protocol === PROTOCOL.udp ? ATTEMPTS_PER_PORT.udp : ATTEMPTS_PER_PORT.tcp;
    const answered = probed.answers(place);
    if (attempts < least || attempts - answered < attempts * FAILED.value) continue;
    const ports = probed.ports(place);
    if (ports < least || attempts > ports * perPort.value) continue;
    const words = places.address(place);
    const pressed = pressure.find(words, hashOf(words));
    if (pressed >= 0 && !isProbing(pressure, pressed)) continue;
    const address = formatAddress(...words);
    const first = probed.since(place);
    const seconds = Math.max(1, Math.round((at - first) / 1000));
    const refused = probed.refusals(place);
    const name = protocolName(protocol);
    found.push({
      subject: `${name} ${address}`,
      target: { node: { address } },
      evidence: { address, protocol: name, ports, attempts, answered, refused, seconds },
      confidence: 0.8 + 0.19 * Math.min(1, ports / (least * 4)),
      first,
    });
  }
  return found;
}

/** Whether what is sent to a far end may still be a search: small, and no faster than one. */
export function isProbing(pressure: Pressure, place: number): boolean {
  const packets = pressure.packetsUp(place);
  if (pressure.bytesUp(place) > packets * PROBE_BYTES.value) return false;
  return pressure.protocol(place) !== PROTOCOL.udp || packets < Math.max(1, pressure.seconds(place)) * UDP_SEARCH.value;
}
