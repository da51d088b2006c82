/** What the devices of a capture needed of each of the kernel's limits. */
import { decodeFrame } from '../../src/decode/frame.ts';
import { FRAME, Packet } from '../../src/decode/packet.ts';
import { formatMac, formatWords, inPrefix, type PrefixWords, parsePrefix, scopeOf } from '../../src/model/address.ts';
import type { DeviceLimits } from '../../src/model/policy.ts';
import type { FrameSink } from '../../src/source/capture/format.ts';
import { Bucket } from './bucket.ts';
import { type State, Tracking } from './tracking.ts';

export type Limit = keyof DeviceLimits;

/** Rates at which the burst is asked for, a second. */
export const RATES: Readonly<Record<Limit, readonly number[]>> = {
  connections: [1, 2, 5, 10, 20, 50, 100, 1000],
  unanswered: [1, 2, 5, 10, 20, 50, 100, 1000],
  packets: [50, 100, 500, 1000, 1500, 5000, 20_000],
  destination: [50, 100, 500, 1000, 1500, 5000, 20_000],
  stateless: [1, 2, 5, 10, 50],
  dns: [1, 2, 5, 10, 20, 50, 100],
};
export const LIMITS = Object.keys(RATES) as Limit[];

const DNS = 53;
const TCP = 6;

type Words = readonly [number, number, number, number];

class Device {
  readonly needs = Object.fromEntries(LIMITS.map((limit) => [limit, new Bucket(RATES[limit])])) as Record<
    Limit,
    Bucket
  >;
  readonly #destinations = new Map<string, Bucket>();
  /** Packets to services of the internet, by `protocol port` of the far end. */
  readonly services = new Map<string, number>();
  packets = 0;

  toInternet(address: string, protocol: number, port: number, state: State, at: number): void {
    this.packets++;
    this.needs.packets.add(at);
    this.#toOne(address, at);
    if (state === 'new') this.needs[protocol === TCP ? 'connections' : 'unanswered'].add(at);
    if (state === 'stateless') this.needs.stateless.add(at);
    const service = `${protocol} ${port}`;
    this.services.set(service, (this.services.get(service) ?? 0) + 1);
  }

  #toOne(address: string, at: number): void {
    const bucket = this.#destinations.get(address) ?? new Bucket(RATES.destination);
    this.#destinations.set(address, bucket);
    bucket.add(at);
    const worst = this.needs.destination.bursts;
    for (let i = 0; i < worst.length; i++) worst[i] = Math.max(worst[i]!, bucket.bursts[i]!);
  }
}

export class Ordinary implements FrameSink {
  readonly devices = new Map<string, Device>();
  /** Senders of addresses that are not the home's: they carry the packets of others. */
  readonly routers = new Set<string>();
  readonly #home: readonly PrefixWords[];
  readonly #tracking = new Tracking();
  readonly #packet = new Packet();

  /** @param home prefixes beside the private ones */
  constructor(home: readonly string[] = []) {
    this.#home = home.map((prefix) => parsePrefix(prefix)!);
  }

  frame(
    bytes: Uint8Array,
    view: DataView,
    start: number,
    end: number,
    wireLength: number,
    at: number,
    link: number,
  ): void {
    const p = this.#packet;
    Object.assign(p, { bytes, view, frameStart: start, frameEnd: end, wireLength, at });
    if (decodeFrame(p, link) !== FRAME.flow || (p.sourceMacHigh | p.sourceMacLow) === 0) return;
    const from: Words = [p.source0 >>> 0, p.source1 >>> 0, p.source2 >>> 0, p.source3 >>> 0];
    const to: Words = [p.destination0 >>> 0, p.destination1 >>> 0, p.destination2 >>> 0, p.destination3 >>> 0];
    const { protocol, sourcePort, destinationPort, tcpFlags: flags } = p;
    const [source, destination] = [formatWords(from), formatWords(to)];
    const state = this.#tracking.state({ protocol, source, destination, sourcePort, destinationPort, flags }, at);
    const mac = formatMac(p.sourceMacHigh, p.sourceMacLow >>> 0);
    if (!this.#isLocal(from)) this.routers.add(mac);
    else if (!this.#isLocal(to)) this.#device(mac).toInternet(destination, protocol, destinationPort, state, at);
    else if (destinationPort === DNS) this.#device(mac).needs.dns.add(at);
  }

  #device(mac: string): Device {
    const device = this.devices.get(mac) ?? new Device();
    this.devices.set(mac, device);
    return device;
  }

  #isLocal(words: Words): boolean {
    return scopeOf(...words) !== 'global' || this.#home.some((prefix) => inPrefix(words, prefix));
  }
}
