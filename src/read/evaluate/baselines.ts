import { D, FLAG, RECORD_DOUBLES, RECORD_WORDS, W } from '../../model/flow.ts';
import type { NeighbourObservation } from '../../model/observation.ts';
import { PROTOCOL } from '../../model/protocols.ts';
import { type FlowWitness, MARK } from '../../track/witness.ts';

/** Simple rules of others, measured on the same traffic. */
export const BASELINES = {
  'spin-1.0-peak': 'SPIN 1.0: 3 of 5 minutes above 100 KiB/s and 1.2 times the highest before, after ten minutes',
  'spin-1.0-enforcer': 'SPIN 1.0: more than 100 address and port pairs in ten minutes',
  slips:
    'Slips: more than 5 hosts on a port or 5 ports on a host without a connection in an hour, 5 pings, 5 ARP in 30 s',
  zeek: 'Zeek: 25 failed hosts on a port or 15 failed ports on a host in five minutes',
  'box-plot': 'packets a second above the upper whisker of the device’s own seconds, for ten seconds',
} as const;
export type Baseline = keyof typeof BASELINES;

const SECOND = 1000;
const MINUTE = 60_000;
/** Things told apart in one window of one device: beyond, all thresholds are passed. */
const MAX_PAIRS = 4096;
/** Seconds that quartiles are taken from. */
const MAX_SAMPLES = 3600;
const LEAST_SAMPLES = 60;
const SYN = 2;
const ECHO = 8 << 8;
const PEAK_BYTES = 100 * 1024 * 60;

class Seen {
  minuteBytes: number[] = [0];
  bytes = 0;
  highest = 0;
  minutes = 0;
  pairs = new Set<string>();
  pairsSince = 0;
  slips = new Failures(60 * MINUTE);
  zeek = new Failures(5 * MINUTE);
  pings = new Set<string>();
  asked = new Set<string>();
  askedSince = 0;
  packets = 0;
  samples: number[] = [];
  above = 0;
  whisker = 0;
  whiskerAge = 0;
}

/** Attempts that came to nothing, by host and port, in windows one after the other. */
class Failures {
  readonly #window: number;
  #since = 0;
  readonly #open = new Set<string>();
  /** Counted anew after a change only: in a silence it is asked for again and again. */
  #most: { hosts: number; ports: number } | undefined;

  constructor(window: number) {
    this.#window = window;
  }
  add(pair: string, at: number): void {
    if (at - this.#since >= this.#window) {
      this.#since = at;
      this.#open.clear();
    }
    if (this.#open.size < MAX_PAIRS) this.#open.add(pair);
    this.#most = undefined;
  }
  delete(pair: string): void {
    if (this.#open.delete(pair)) this.#most = undefined;
  }
  /** Most different hosts for one port, and ports for one host. */
  most(): { hosts: number; ports: number } {
    this.#most ??= this.#count();
    return this.#most;
  }

  #count(): { hosts: number; ports: number } {
    const hosts = new Map<string, number>();
    const ports = new Map<string, number>();
    for (const pair of this.#open) {
      const [host = '', port = ''] = pair.split(' ');
      hosts.set(port, (hosts.get(port) ?? 0) + 1);
      ports.set(host, (ports.get(host) ?? 0) + 1);
    }
    return { hosts: Math.max(0, ...hosts.values()), ports: Math.max(0, ...ports.values()) };
  }
}

/** Watches the same records as the detectors. Tells whom each rule would accuse, and when first. */
export class Baselines implements FlowWitness {
  readonly #seen = new Map<number, Seen>();
  readonly accused = new Map<Baseline, Map<number, number>>();
  #second = 0;

  flow(
    words: Uint32Array,
    doubles: Float64Array,
    record: number,
    device: number,
    turned: number,
    marks: number,
    entry: number,
  ): void {
    if (entry < 0) return;
    const w = record * RECORD_WORDS;
    const seen = this.#of(device);
    seen.packets += words[w + W.packetsUp + turned]!;
    seen.bytes += doubles[record * RECORD_DOUBLES + D.bytesUp + turned]!;
    if (turned !== 0 || (marks & MARK.theirsSpecial) !== 0) return;
    const at = doubles[record * RECORD_DOUBLES + D.last]!;
    const protocol = words[w + W.protocol]! & 255;
    const host = [0, 1, 2, 3].map((i) => words[w + W.destination + i]!.toString(16)).join(':');
    const port = words[w + W.ports]! & 0xffff;
    const pair = `${host} ${protocol}/${port}`;
    const flags = words[w + W.flags]!;
    const isOpening = (flags & FLAG.ipLengths) !== 0 ? (flags & FLAG.initiatorKnown) !== 0 : words[w + W.syns]! > 0;
    if ((flags & FLAG.fresh) !== 0) this.#begin(seen, device, protocol, port, host, pair, at, isOpening);
    const back = words[w + W.packetsDown]!;
    const isSeen = (flags & FLAG.ipLengths) === 0 && protocol === PROTOCOL.tcp;
    const isConnected = isSeen
      ? ((words[w + W.protocol]! >>> 16) & SYN) !== 0
      : back > (protocol === PROTOCOL.tcp ? 1 : 0);
    if (!isConnected) return;
    seen.slips.delete(pair);
    seen.zeek.delete(pair);
  }

  crowd(words: Uint32Array, doubles: Float64Array, record: number, device: number, marks: number): void {
    this.flow(words, doubles, record, device, 0, marks, 0);
  }

  neighbour({ asks, at }: NeighbourObservation, device: number): void {
    if (asks === undefined || device < 0) return;
    const seen = this.#of(device);
    if (at - seen.askedSince >= 30 * SECOND) {
      seen.askedSince = at;
      seen.asked.clear();
    }
    if (seen.asked.size < MAX_PAIRS) seen.asked.add(asks);
    if (seen.asked.size >= 5) this.#accuse('slips', device, at);
  }

  /** Time passes. */
  advance(at: number): void {
    const second = Math.floor(at / SECOND);
    if (this.#second === 0) this.#second = second;
    // A longer silence is one: none of the rules counts it.
    for (let step = 0; step < 600 && this.#second < second; step++, this.#second++)
      this.#endSecond(this.#second * SECOND);
    this.#second = second;
  }

  #begin(
    seen: Seen,
    device: number,
    protocol: number,
    port: number,
    host: string,
    pair: string,
    at: number,
    isOpening: boolean,
  ): void {
    if (at - seen.pairsSince >= 10 * MINUTE) {
      seen.pairsSince = at;
      seen.pairs.clear();
    }
    if (seen.pairs.size < MAX_PAIRS) seen.pairs.add(pair);
    if (seen.pairs.size > 100) this.#accuse('spin-1.0-enforcer', device, at);
    if ((protocol === PROTOCOL.tcp && isOpening) || protocol === PROTOCOL.udp) {
      seen.slips.add(pair, at);
      if (protocol === PROTOCOL.tcp) seen.zeek.add(pair, at);
    }
    if (protocol !== PROTOCOL.icmp || port !== ECHO) return;
    if (seen.pings.size < MAX_PAIRS) seen.pings.add(host);
    if (seen.pings.size >= 5) this.#accuse('slips', device, at);
  }

  #endSecond(at: number): void {
    for (const [device, seen] of this.#seen) {
      if (seen.packets > 0) this.#boxPlot(seen, device, at);
      seen.packets = 0;
      // Attempts need a moment to be answered.
      if (this.#second % 10 === 0) this.#failures(seen, device, at);
      if (this.#second % 60 === 0) this.#peak(seen, device, at);
    }
  }

  #boxPlot(seen: Seen, device: number, at: number): void {
    const { samples, packets } = seen;
    if (samples.length >= LEAST_SAMPLES) {
      if (seen.whiskerAge-- <= 0) {
        const sorted = samples.toSorted((a, b) => a - b);
        const [q1, q3] = [sorted[Math.floor(sorted.length / 4)]!, sorted[Math.floor((sorted.length * 3) / 4)]!];
        seen.whisker = q3 + 1.5 * (q3 - q1);
        seen.whiskerAge = LEAST_SAMPLES;
      }
      seen.above = packets > seen.whisker ? seen.above + 1 : 0;
      if (seen.above >= 10) this.#accuse('box-plot', device, at);
    }
    if (samples.length < MAX_SAMPLES) samples.push(packets);
    else samples[this.#second % MAX_SAMPLES] = packets;
  }

  #failures(seen: Seen, device: number, at: number): void {
    const slips = seen.slips.most();
    if (slips.hosts > 5 || slips.ports > 5) this.#accuse('slips', device, at);
    const zeek = seen.zeek.most();
    if (zeek.hosts >= 25 || zeek.ports >= 15) this.#accuse('zeek', device, at);
  }

  #peak(seen: Seen, device: number, at: number): void {
    seen.minutes++;
    seen.minuteBytes.push(seen.bytes);
    seen.bytes = 0;
    const last = seen.minuteBytes.splice(0, Math.max(0, seen.minuteBytes.length - 5));
    seen.highest = Math.max(seen.highest, ...last);
    const bad = seen.minuteBytes.filter((bytes) => bytes >= PEAK_BYTES && bytes > 1.2 * seen.highest).length;
    if (seen.minutes >= 10 && bad >= 3) this.#accuse('spin-1.0-peak', device, at);
  }

  #of(device: number): Seen {
    const known = this.#seen.get(device);
    if (known) return known;
    const seen = new Seen();
    this.#seen.set(device, seen);
    return seen;
  }

  #accuse(baseline: Baseline, device: number, at: number): void {
    const accused = this.accused.get(baseline) ?? new Map<number, number>();
    this.accused.set(baseline, accused);
    if (!accused.has(device)) accused.set(device, at);
  }
}
