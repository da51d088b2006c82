import { formatAddress } from '../../model/address.ts';
import { PROTOCOL, protocolName } from '../../model/protocols.ts';
import type { Context, Detector, Threshold } from '../detector.ts';
import type { Deeds } from '../evidence/deeds.ts';
import type { Pressure } from '../evidence/pressure.ts';
import { isProbing } from '../scan/vertical.ts';

const DNS = 53;
const ECHO = 8 << 8;
const ECHO6 = 128 << 8;

/**
 * A run is the time in which a device sends to one far end without a second's pause. What makes a flood is what comes
 * back in a run: whoever is served answers.
 */
const UNANSWERED = {
  value: 1200,
  unit: 'packets of a run to a far end that never answered',
  reason: '1,000 a second for a second and a bit, 100 for twelve, 10 for two minutes; retries pause between tries',
} satisfies Threshold;
const STARVED = {
  value: 5000,
  unit: 'packets of a run',
  reason: 'TCP acknowledges at least each hundredth full segment (RFC 5681 §4.2 asks for each second)',
  source: 'the stomp vector of Mirai: a handshake, then data that nobody acknowledges',
} satisfies Threshold;
const STARVED_SHARE = { value: 0.01, unit: 'packets back for each sent', reason: 'as above' } satisfies Threshold;
const SMALL = {
  packets: { value: 5000, unit: 'packets of a run', reason: 'five seconds of a thousand small questions a second' },
  perSecond: { value: 800, unit: 'packets a second', reason: 'games send at most 128 a second, calls 50 to 100' },
  bytes: { value: 110, unit: 'bytes each', reason: 'questions of reflection and game floods; media packets are full' },
} satisfies Record<string, Threshold>;
const OPENED = {
  value: 1500,
  unit: 'new flows of a run to one far end',
  reason: 'a browser opens some dozens to one server, and uses them again',
} satisfies Threshold;
const OPENED_PER_SECOND = {
  value: 40,
  unit: 'new flows a second to one far end',
  reason: 'a page that opens each of its parts anew ends within seconds',
} satisfies Threshold;
const OPENED_AT_ONCE = {
  value: 800,
  unit: 'new flows of a run to one far end',
  reason: 'all that a browser’s start opens through one proxy is some hundred; beside the rate below',
} satisfies Threshold;
const OPENED_AT_ONCE_PER_SECOND = {
  value: 200,
  unit: 'new flows a second to one far end',
  reason: 'who waits for each answer does not get there over the internet',
} satisfies Threshold;
const BARREN = {
  value: 300,
  unit: 'packets of a run that belong to no connection, or connections broken off when granted',
  reason: 'programs leave both to the kernel, which sends a few when it lost or gave up a connection',
  source: 'SYN and ACK floods from raw sockets, whose kernel resets what is answered (RFC 9293 §3.5.2)',
} satisfies Threshold;
const PINGS = {
  packets: { value: 500, unit: 'pings of a run', reason: 'ten seconds of the rate below' },
  perSecond: {
    value: 50,
    unit: 'pings a second to one far end',
    reason: 'ping sends one a second, people without rights may ask for five, monitors for ten',
  },
} satisfies Record<string, Threshold>;
/** HTTP floods over connections that are kept: what goes up asks and what comes down answers, both short, without end. */
const REQUESTS = {
  packets: { value: 4000, unit: 'packets of a run', reason: 'ten seconds of the rate below' },
  perSecond: { value: 400, unit: 'packets a second', reason: 'no game and no page asks so often over TCP' },
  leastUp: {
    value: 76,
    unit: 'bytes each, 20 more over IPv6',
    reason: 'who only acknowledges is a reader: 54 to 66, with time stamps (RFC 7323)',
  },
  mostUp: { value: 450, unit: 'bytes each', reason: 'an upload fills its packets; Tor relays send 543' },
  mostDown: { value: 700, unit: 'bytes each', reason: 'a download fills its packets' },
  back: { value: 0.4, unit: 'packets back for each sent', reason: 'each request is answered, some in one packet' },
} satisfies Record<string, Threshold>;
/** The kernel's tripwires stop what is faster than this at once; one second of it is enough to tell. */
const AT_ONCE = {
  value: 4000,
  unit: 'packets in the first second',
  reason: 'no device of a home speaks so to a far end that never answers',
} satisfies Threshold;

const PER_FLOW = {
  value: 20,
  unit: 'packets of each flow, where only what the home sends is seen',
  reason: 'calls and copies send hundreds in one',
} satisfies Threshold;
const PER_PORT = { value: 4, unit: 'attempts for each port', reason: 'as for scans of ports' } satisfies Threshold;
const SEARCHED = { value: 20, unit: 'ports', reason: 'fewer are no search' } satisfies Threshold;
const INSIDE = {
  value: 20_000,
  unit: 'packets of a run to a device of the home',
  reason: 'cameras and speakers stream one way within the home',
} satisfies Threshold;
const QUESTIONS_PER_SECOND = {
  value: 150,
  unit: 'name questions a second to one resolver',
  reason: 'the resolver of a whole home asks some dozens',
} satisfies Threshold;

const HOLD = 5 * 60_000;

/** Much to one far end that cannot want it: by rate, what comes back, and what each packet carries. */
export const flood: Detector = {
  name: 'flood',
  needs: ['connections'],
  start(context) {
    const { evidence } = context;
    return {
      second(at, active) {
        for (const device of active) look(evidence.of(device), device, at, context);
      },
    };
  },
};

function look(deeds: Deeds, device: number, at: number, { home, evidence, claim }: Context): void {
  const { pressure } = deeds;
  if (pressure.runs === 0) return;
  for (let place = 0; place < pressure.places.size; place++) {
    const seconds = pressure.seconds(place);
    if (seconds === 0) continue;
    const how = floodOf(pressure, place, seconds);
    if (how === undefined || (how === 'unanswered' && evidence.isOneWay && isOneTalk(pressure, place))) continue;
    const words = pressure.places.address(place);
    if (
      isScan(deeds, words, evidence.hashOf(words), place) ||
      (home.isHome(words) && (how === 'requests' || pressure.packetsUp(place) < INSIDE.value))
    )
      continue;
    const address = formatAddress(...words);
    const packets = pressure.packetsUp(place);
    const protocol = protocolName(pressure.protocol(place));
    claim({
      ...{ device, subject: address, first: pressure.since(place), hold: HOLD },
      target: { node: { address } },
      evidence: {
        ...{ address, protocol, how, packets, seconds, perSecond: Math.round(packets / seconds) },
        ...{ answered: pressure.packetsDown(place), flows: pressure.opened(place), at },
        bytesEach: Math.round(pressure.bytesUp(place) / packets),
      },
      confidence: 0.85 + 0.14 * Math.min(1, packets / (UNANSWERED.value * 10)),
    });
  }
}

/** Small probes of ever new ports are a search, until there are more of them than ports. */
function isScan({ probed, pressure }: Deeds, words: ArrayLike<number>, hash: number, place: number): boolean {
  const tried = probed.find(words, 0, hash, pressure.protocol(place));
  if (tried < 0 || !isProbing(pressure, place)) return false;
  const ports = probed.ports(tried);
  return ports >= SEARCHED.value && probed.attempts(tried) <= ports * PER_PORT.value;
}

/** Whether most of what was sent belongs to a few flows, as of a call or a copy: who searches or floods opens more. */
function isOneTalk(pressure: Pressure, place: number): boolean {
  return pressure.packetsUp(place) > pressure.opened(place) * PER_FLOW.value;
}

function floodOf(pressure: Pressure, place: number, seconds: number): string | undefined {
  const up = pressure.packetsUp(place);
  const down = pressure.packetsDown(place);
  const opened = pressure.opened(place);
  const isTcp = pressure.protocol(place) === PROTOCOL.tcp;
  if (pressure.barren(place) >= BARREN.value) return 'barren';
  if (!pressure.answers(place)) {
    if (seconds === 1 ? up >= AT_ONCE.value : up >= UNANSWERED.value) return 'unanswered';
    return undefined;
  }
  if (isTcp && up >= STARVED.value && down <= up * STARVED_SHARE.value) return 'unacknowledged';
  if (isPinging(pressure, place, seconds)) return 'pings';
  if (isTcp && isAsking(pressure, place, seconds)) return 'requests';
  const isDns = pressure.port(place) === DNS;
  const isRush = opened >= OPENED_AT_ONCE.value && opened >= seconds * OPENED_AT_ONCE_PER_SECOND.value;
  if (isRush && !isDns) return isTcp ? 'connections' : 'questions';
  const perSecond = isDns ? QUESTIONS_PER_SECOND.value : OPENED_PER_SECOND.value;
  const isOpening = opened >= OPENED.value && opened >= seconds * perSecond;
  if (isOpening) return isTcp ? 'connections' : 'questions';
  const isSmall = pressure.bytesUp(place) <= up * SMALL.bytes.value && down <= up * 1.1;
  const isFast = up >= SMALL.packets.value && up >= seconds * SMALL.perSecond.value;
  return !isTcp && isSmall && isFast ? 'questions' : undefined;
}

function isPinging(pressure: Pressure, place: number, seconds: number): boolean {
  const protocol = pressure.protocol(place);
  const echo = protocol === PROTOCOL.icmp ? ECHO : protocol === PROTOCOL.icmpv6 ? ECHO6 : -1;
  const up = pressure.packetsUp(place);
  return pressure.port(place) === echo && up >= PINGS.packets.value && up >= seconds * PINGS.perSecond.value;
}

function isAsking(pressure: Pressure, place: number, seconds: number): boolean {
  const { packets, perSecond, leastUp, mostUp, mostDown, back } = REQUESTS;
  const up = pressure.packetsUp(place);
  const down = pressure.packetsDown(place);
  if (up < packets.value || up < seconds * perSecond.value || down < up * back.value) return false;
  const each = pressure.bytesUp(place) / up;
  const isV6 = pressure.places.word(place, 0) !== 0;
  return (
    each >= leastUp.value + (isV6 ? 20 : 0) &&
    each <= mostUp.value &&
    pressure.bytesDown(place) <= down * mostDown.value
  );
}
