/**
 * Ordinary loads that no capture at hand shows, reckoned: what they need of a token bucket. A speed test, a backup and a
 * video call are packets of answered connections, which computers may send as they like.
 */
import type { Kind } from '../../src/model/kinds.ts';
import type { DeviceLimits, Rate } from '../../src/model/policy.ts';

export type Shape = { what: string; kind: Kind; limit: keyof DeviceLimits; need: Rate };

/** Bytes of a packet of a download or an upload. */
const SEGMENT = 1460;
const perSecond = (megabits: number, bytes = SEGMENT) => Math.ceil((megabits * 1e6) / 8 / bytes);

export const SHAPES: readonly Shape[] = [
  {
    what: 'camera uploads a recording at 50 Mbit/s',
    kind: 'camera',
    limit: 'packets',
    need: { perSecond: perSecond(50), burst: 100 },
  },
  {
    what: 'TV downloads at 500 Mbit/s, acknowledges every second packet',
    kind: 'tv',
    limit: 'packets',
    need: { perSecond: perSecond(500) / 2, burst: 400 },
  },
  {
    what: 'TV’s start: eight apps of six connections, both families',
    kind: 'tv',
    limit: 'connections',
    need: { perSecond: 2, burst: 96 },
  },
  {
    what: 'TV’s start over QUIC: 48 hosts, two packets each, half of them again',
    kind: 'tv',
    limit: 'unanswered',
    need: { perSecond: 2, burst: 144 },
  },
  {
    what: 'camera looks for a way to a viewer: ten pairs of addresses, each asked seven times in 500 ms steps',
    kind: 'camera',
    limit: 'unanswered',
    need: { perSecond: 20, burst: 70 },
  },
  {
    what: 'plug downloads firmware at 20 Mbit/s, acknowledges every packet',
    kind: 'plug',
    limit: 'packets',
    need: { perSecond: perSecond(20), burst: 100 },
  },
  {
    what: 'sensor without a line: four servers, asked for again each second',
    kind: 'sensor',
    limit: 'connections',
    need: { perSecond: 4, burst: 8 },
  },
  {
    what: 'sensor asks for eight names, both families, each second while the resolver is silent',
    kind: 'sensor',
    limit: 'dns',
    need: { perSecond: 8, burst: 32 },
  },
  {
    what: 'computer shares files: connections to peers',
    kind: 'computer',
    limit: 'connections',
    need: { perSecond: 100, burst: 500 },
  },
  {
    what: 'computer shares files: questions to its table of peers',
    kind: 'computer',
    limit: 'unanswered',
    need: { perSecond: 300, burst: 1000 },
  },
  {
    what: 'computer gets late packets of closed peers',
    kind: 'computer',
    limit: 'stateless',
    need: { perSecond: 10, burst: 40 },
  },
  {
    what: 'laptop wakes up and ends sixty connections',
    kind: 'computer',
    limit: 'stateless',
    need: { perSecond: 1, burst: 60 },
  },
  {
    what: 'storage backs up ten streams to one server',
    kind: 'storage',
    limit: 'connections',
    need: { perSecond: 20, burst: 40 },
  },
  {
    what: 'console looks for players: 200 at once',
    kind: 'console',
    limit: 'unanswered',
    need: { perSecond: 50, burst: 400 },
  },
];
