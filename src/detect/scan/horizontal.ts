import { classOf, type KindClass } from '../../model/kinds.ts';
import { PROTOCOL, protocolName } from '../../model/protocols.ts';
import type { Claim, Detector, Threshold } from '../detector.ts';
import type { Deeds } from '../evidence/deeds.ts';
import { type FanOut, placeOfAll } from '../evidence/fan-out.ts';
import { type ServiceAt, serviceOf } from '../evidence/service.ts';
import { CONFIDENCE_OF_PEOPLE, isOfPeople } from './people.ts';
import { isLogin, isMeeting, isSought, isWeb } from './ports.ts';

const ZEEK = 'Zeek misc/scan: 25 failed hosts on one port within five minutes';

/** Different far ends, reached by address and not by a name that was looked up, of one service. */
const HOSTS = {
  sought: { value: 15, unit: 'hosts in two minutes', reason: 'nobody needs so many strangers’ logins', source: ZEEK },
  other: { value: 25, unit: 'hosts in two minutes', reason: 'services with names have few addresses', source: ZEEK },
  web: {
    value: 60,
    unit: 'hosts in two minutes',
    reason: 'when the internet fails, a phone tries all that it was connected to',
  },
  udp: { value: 40, unit: 'hosts in two minutes', reason: 'lists of time and call servers by address are shorter' },
  inside: { value: 12, unit: 'hosts in two minutes', reason: 'few homes have so many devices with one service' },
  slow: {
    value: 40,
    unit: 'hosts in a day',
    reason: 'two a minute for twenty minutes; retries of a device that lost its server go to few addresses',
  },
  slowAppliance: {
    value: 25,
    unit: 'hosts in a day',
    reason: 'an appliance has fewer far ends than that in all: at most 70 servers, all by name',
    source: 'IoTSTEED (ISI-TR-738)',
  },
  anyPort: {
    value: 400,
    unit: 'hosts in two minutes',
    reason: 'whatever the ports: BitTorrent opens some two hundred connections in that time',
  },
  anyPortAppliance: {
    value: 40,
    unit: 'hosts in two minutes',
    reason: 'whatever the ports: a thing of one job has no use for strangers, and its far ends have names',
    source: 'IoTSTEED (ISI-TR-738): at most 70 servers in all',
  },
} satisfies Record<string, Threshold>;

/** Share of the attempts that came to nothing. */
const FAILED = {
  value: 0.6,
  unit: 'share',
  reason: 'random addresses answer in a few per cent; what a device has use for answers mostly',
  source: 'Jung et al., Fast Portscan Detection Using Sequential Hypothesis Testing, IEEE S&P 2004',
} satisfies Threshold;
/** Ping is answered by all that is there, so that a sweep of a full network fails less. */
const PINGS_FAILED = {
  value: 0.3,
  unit: 'share',
  reason: 'half of the addresses of a home are in use at most',
} satisfies Threshold;
/** Where more of them are answered: who wants to know who is there has found a network in use. */
const PINGED = {
  outside: {
    value: 100,
    unit: 'hosts in two minutes',
    reason: 'programs that choose the nearest of their servers ping some dozens by address',
  },
  inside: { value: 40, unit: 'hosts in two minutes', reason: 'few homes have so many devices to watch' },
} satisfies Record<string, Threshold>;
/** Services of which people need a few, whether they answer or not. */
const LOGINS = {
  value: 60,
  unit: 'hosts in two minutes',
  reason: 'nobody logs in at so many machines by address but who looks after them, from a computer',
} satisfies Threshold;
/** A port counts as what a scan is after where so much of a device's unknown far ends were tried at it. */
const SHARE = {
  value: 0.15,
  unit: 'share',
  reason: 'peers of BitTorrent choose their ports at random; its own default is below a tenth of them',
} satisfies Threshold;

const FAST_HOLD = 10 * 60_000;
const SLOW_HOLD = 12 * 3_600_000;

/** One service tried at many far ends. */
export const horizontalScan: Detector = {
  name: 'horizontal-scan',
  needs: ['connections'],
  start({ home, evidence, claim }) {
    return {
      second(at, active) {
        const tell = (device: number, found: Found, hold: number) => {
          const { isFailing, ...said } = found;
          const kind = home.kindAt(device);
          const isPeople =
            (found.evidence.inside === true && classOf(kind) === 'general') || (!isFailing && isOfPeople(kind));
          const confidence = isPeople ? CONFIDENCE_OF_PEOPLE : found.confidence;
          claim({ ...said, device, hold, confidence, evidence: timed(found, at) });
        };
        for (const device of active) {
          const deeds = evidence.of(device);
          if (deeds.attempts === 0) continue;
          for (const found of fast(deeds, circumstances(device))) tell(device, found, FAST_HOLD);
        }
        for (const device of evidence.gathered) {
          const deeds = evidence.of(device);
          const about = circumstances(device);
          const known = new Set(fast(deeds, about).map(({ subject }) => subject));
          for (const found of slow(deeds, about)) if (!known.has(found.subject)) tell(device, found, SLOW_HOLD);
        }
      },
    };

    function circumstances(device: number): Circumstances {
      return { kind: classOf(home.kindAt(device)), isOneWay: evidence.isOneWay };
    }
  },
};

const ALL_TCP = placeOfAll(PROTOCOL.tcp, false);
const ALL_UDP = placeOfAll(PROTOCOL.udp, false);

/** Who is looked at, and whether only what the home sends is seen. */
type Circumstances = { kind: KindClass; isOneWay: boolean };
type Described = Pick<Claim, 'subject' | 'target' | 'evidence' | 'confidence'> & { first: number };
/** @property isFailing most of it came to nothing */
type Found = Described & { isFailing: boolean };

function fast(deeds: Deeds, { kind, isOneWay }: Circumstances): Found[] {
  const anyPort = kind === 'appliance' || kind === 'critical' ? HOSTS.anyPortAppliance : HOSTS.anyPort;
  return scans(deeds.fanOut, isOneWay, (protocol, port, inside, any) => {
    if (port === 0 && inside) return Number.POSITIVE_INFINITY;
    // Of datagrams peer-fan-out tells.
    if (port === 0) return (protocol === PROTOCOL.udp ? HOSTS.anyPort : anyPort).value;
    if (inside) return HOSTS.inside.value;
    if (isSought(protocol, port)) return HOSTS.sought.value;
    if (isMeeting(port)) return HOSTS.anyPort.value;
    if (isWeb(port)) return HOSTS.web.value;
    const least = protocol === PROTOCOL.udp ? HOSTS.udp.value : HOSTS.other.value;
    return Math.max(least, any * SHARE.value);
  });
}

function slow(deeds: Deeds, { kind, isOneWay }: Circumstances): Found[] {
  const least = kind !== 'general' ? HOSTS.slowAppliance.value : HOSTS.slow.value;
  return scans(deeds.slowFanOut, isOneWay, (protocol, port, inside, any) => {
    if (port === 0 || inside || isWeb(port) || isMeeting(port)) return Number.POSITIVE_INFINITY;
    return isSought(protocol, port) ? least : Math.max(least, any * SHARE.value);
  });
}

/** @param needed how many hosts make a scan; `any` is how many were tried at any port of the protocol */
function scans(
  fanOut: FanOut,
  isOneWay: boolean,
  needed: (protocol: number, port: number, inside: boolean, any: number) => number,
): Found[] {
  const found: Found[] = [];
  if (fanOut.total() < LEAST) return found;
  for (let place = 0; place < fanOut.size; place++) {
    const attempts = fanOut.attempts(place);
    if (attempts < LEAST) continue;
    const service = serviceAt(fanOut, place);
    if (service === undefined) continue;
    const { protocol, port, inside } = service;
    const failed = attempts - fanOut.answers(place);
    const isPing = protocol === PROTOCOL.icmp || protocol === PROTOCOL.icmpv6;
    // Whether datagrams are answered nobody can say then.
    const isUnknown = isOneWay && protocol === PROTOCOL.udp;
    const isFailing = !isUnknown && failed >= attempts * (isPing ? PINGS_FAILED.value : FAILED.value);
    const isEntered = protocol === PROTOCOL.tcp && !inside && isLogin(port);
    if (!isFailing && !isPing && !isEntered) continue;
    const any = port === 0 ? 0 : fanOut.hosts(placeOfAll(protocol, inside));
    const least = Math.max(
      needed(protocol, port, inside, any),
      isFailing ? 0 : isEntered ? LOGINS.value : inside ? PINGED.inside.value : PINGED.outside.value,
    );
    if (attempts < least) continue;
    const hosts = fanOut.hosts(place);
    // Who tries one service everywhere is told of by that service alone.
    const counted = port === 0 ? hosts - mostAtOnePort(fanOut, protocol) : hosts;
    if (counted < least) continue;
    found.push({ ...describe(fanOut, place, service, hosts, Math.min(1, hosts / (least * 4))), isFailing });
  }
  return found;
}

/** Far ends outside at the port of a protocol that has the most of them. */
function mostAtOnePort(fanOut: FanOut, protocol: number): number {
  let most = 0;
  for (let place = 0; place < fanOut.size; place++) {
    const service = fanOut.attempts(place) >= LEAST ? serviceAt(fanOut, place) : undefined;
    if (service?.protocol !== protocol || service.port === 0 || service.inside) continue;
    most = Math.max(most, fanOut.hosts(place));
  }
  return most;
}

/** Fewer attempts are no scan of any kind. */
const LEAST = Math.min(...Object.values(HOSTS).map(({ value }) => value));

/** Port 0 stands for all of them; `undefined` where nothing is. */
function serviceAt(fanOut: FanOut, place: number): ServiceAt | undefined {
  const key = fanOut.key(place);
  if (key !== 0) return serviceOf(key);
  return place === ALL_TCP || place === ALL_UDP
    ? { protocol: place === ALL_TCP ? 6 : 17, port: 0, inside: false }
    : undefined;
}

function describe(
  fanOut: FanOut,
  place: number,
  { protocol, port, inside }: ServiceAt,
  hosts: number,
  margin: number,
): Described {
  const isIcmp = protocol === PROTOCOL.icmp || protocol === PROTOCOL.icmpv6;
  const service = port === 0 || isIcmp ? protocolName(protocol) : `${protocolName(protocol)}/${port}`;
  const attempts = fanOut.attempts(place);
  const answered = fanOut.answers(place);
  const cut = port === 0 || isIcmp ? { protocol } : { protocol, port };
  return {
    subject: inside ? `${service} home` : service,
    target: { service: { ...cut, initiator: 'device' } },
    evidence: { service, hosts, attempts, answered, refused: fanOut.refusals(place), inside },
    confidence: 0.8 + 0.19 * margin,
    first: fanOut.since(place),
  };
}

function timed(found: Described, at: number): Claim['evidence'] {
  return { ...found.evidence, seconds: Math.max(1, Math.round((at - found.first) / 1000)) };
}
