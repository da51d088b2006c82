/** A small home whose packets go through the real digest, home and detectors: what the tests of detection are told in. */

import { ControlDecoder } from '../../decode/control.ts';
import { concat, ethernet, icmp, ipv4, ipv6, mac, tcp, udp, words } from '../../decode/frame-builder.ts';
import { Digest } from '../../digest/digest.ts';
import type { HomeEvent } from '../../model/event.ts';
import type { Kind } from '../../model/kinds.ts';
import type { Observation } from '../../model/observation.ts';
import { createPipeline, type Pipeline } from '../../pipeline.ts';
import { lookUp } from '../../track/testing.ts';

export const START = 1_700_000_000_000;
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

const FIN = 1;
const SYN = 2;
const RST = 4;
const PUSH = 8;
const ACK = 16;
const ETHERNET = 1;
const ROUTER = { number: 1, address: '192.168.1.1' };

export type Thing = { number: number; address: string; id: string; mac: string };
export type Told = { detector: string; subject: string; device: string; at: number; confidence: number };

/** What becomes of a connection. */
export type Exchange = {
  /** Default: answered. */
  outcome?: 'answered' | 'silent' | 'refused';
  up?: number;
  down?: number;
  serverFirst?: boolean;
  sourcePort?: number;
  /** Sequence number of the SYN. */
  sequence?: number;
};

/** What looks at frames. */
type Eyes = Pick<Digest, 'frame' | 'advance' | 'finish'>;

function digestOf(sink: (observation: Observation) => void): Digest {
  return new Digest(sink, { control: new ControlDecoder(sink), standingStep: SECOND, crowds: true });
}

/** Packets are put down in any order and played in that of their times. */
export class Scene {
  readonly #frames: { at: number; frame: Uint8Array; length: number }[] = [];
  readonly #observations: Observation[] = [];
  readonly #options: Parameters<typeof createPipeline>[0];
  #ports = 20_000;
  #things = 0;

  constructor(options: Parameters<typeof createPipeline>[0] = {}) {
    this.#options = options;
    this.#observations.push({
      ...{ kind: 'router', at: START, mac: '02:00:00:00:00:01', addresses: [ROUTER.address] },
      ...{ prefixes: ['192.168.1.0/24', '2001:db8:1::/64'], resolvers: [ROUTER.address] },
    });
  }

  /** A device of the home, known by its lease; of a kind where its owner said so. */
  thing(kind?: Kind): Thing {
    const number = 10 + this.#things++;
    const hex = `02:00:00:00:00:${number.toString(16).padStart(2, '0')}`;
    const thing = { number, address: `192.168.1.${number}`, id: `d-${hex.replaceAll(':', '')}`, mac: hex };
    this.#observations.push({
      ...{ kind: 'lease', at: START, mac: hex, source: 'dhcp4', message: 'acknowledged', addresses: [thing.address] },
    });
    if (kind !== undefined)
      this.#observations.push({
        ...{ kind: 'command', at: START, by: 'test' },
        command: { name: 'set-kind', device: thing.id, to: kind },
      });
    return thing;
  }

  observe(observation: Observation): void {
    this.#observations.push(observation);
  }

  named(at: number, thing: Thing, name: string, ...addresses: string[]): void {
    this.observe(lookUp(at, { mac: thing.mac, address: thing.address }, name, addresses, 3600));
  }

  /** A TCP connection from a device to an address outside or to another device. */
  tcp(at: number, from: Thing, to: string | Thing, port: number, exchange: Exchange = {}): void {
    const { outcome = 'answered', up = 200, down = 400, serverFirst = false } = exchange;
    const sourcePort = exchange.sourcePort ?? this.port();
    const send = (delay: number, flags: number, bytes = 0, sequence = 0) =>
      this.packet(at + delay, from, to, 6, tcp(sourcePort, port, flags, new Uint8Array(bytes), sequence));
    const answer = (delay: number, flags: number, bytes = 0) =>
      this.packet(at + delay, to, from, 6, tcp(port, sourcePort, flags, new Uint8Array(bytes)));
    send(0, SYN, 0, exchange.sequence ?? 0x1234_5678);
    if (outcome === 'silent') return;
    if (outcome === 'refused') {
      answer(20, RST | ACK);
      return;
    }
    answer(20, SYN | ACK);
    send(21, ACK);
    if (serverFirst) answer(40, ACK | PUSH, 40);
    for (let sent = 0, i = 0; sent < up; sent += 1400, i++) send(50 + i, ACK | PUSH, Math.min(1400, up - sent));
    for (let sent = 0, i = 0; sent < down; sent += 1400, i++) {
      answer(80 + i, ACK | PUSH, Math.min(1400, down - sent));
      if (i % 2 === 1) send(80.5 + i, ACK);
    }
    send(190, FIN | ACK);
    answer(200, FIN | ACK);
  }

  /** A datagram, and its answer where one comes. */
  udp(
    at: number,
    from: Thing,
    to: string | Thing,
    port: number,
    bytes = 40,
    answer = 0,
    sourcePort = this.port(),
  ): void {
    this.packet(at, from, to, 17, udp(sourcePort, port, new Uint8Array(bytes)));
    if (answer > 0) this.packet(at + 20, to, from, 17, udp(port, sourcePort, new Uint8Array(answer)));
  }

  ping(at: number, from: Thing, to: string | Thing, isAnswered = true): void {
    this.packet(at, from, to, 1, icmp(8));
    if (isAnswered) this.packet(at + 5, to, from, 1, icmp(0));
  }

  /** Asks the link who has an address. */
  ask(at: number, from: Thing, address: string): void {
    const octets = (text: string) => Uint8Array.from(text.split('.').map(Number));
    const head = concat(words(1, 0x0800), Uint8Array.of(6, 4), words(1), mac(from.number), octets(from.address));
    const frame = ethernet(0x0806, concat(head, new Uint8Array(6), octets(address)), from.number);
    frame.fill(0xff, 0, 6);
    this.frame(at, frame);
  }

  /** One packet between two ends; what is no device is behind the router. */
  packet(
    at: number,
    from: string | Thing,
    to: string | Thing,
    protocol: number,
    payload: Uint8Array,
    source?: string,
  ): void {
    const [sender, receiver] = [endOf(from), endOf(to)];
    const sourceAddress = source ?? sender.address;
    const isV6 = sourceAddress.includes(':');
    const packet = (isV6 ? ipv6 : ipv4)(sourceAddress, receiver.address, protocol, payload);
    this.frame(at, ethernet(isV6 ? 0x86dd : 0x0800, packet, sender.number, receiver.number));
  }

  frame(at: number, frame: Uint8Array): void {
    this.#frames.push({ at, frame, length: frame.length });
  }

  port(): number {
    this.#ports = this.#ports >= 60_000 ? 20_001 : this.#ports + 1;
    return this.#ports;
  }

  /**
   * Plays all, and a moment of silence.
   * @param through what the frames go through; a digest that sees all of them where nothing else is said
   * @returns each finding when it was first told
   */
  play(
    pipeline: Pipeline = createPipeline(this.#options),
    through: (sink: (observation: Observation) => void) => Eyes = digestOf,
  ): Told[] {
    const told: Told[] = [];
    const take = (events: readonly HomeEvent[]) => {
      for (const event of events) {
        if (event.kind !== 'finding' || event.change !== 'new') continue;
        const { detector, subject, device, confidence } = event.finding;
        told.push({ detector, subject, device, at: event.at, confidence });
      }
    };
    const sink = (observation: Observation) => take(pipeline.step(observation));
    const digest = through(sink);
    const frames = this.#frames.sort((a, b) => a.at - b.at);
    const observations = this.#observations.sort((a, b) => a.at - b.at);
    let next = 0;
    for (const { at, frame, length } of frames) {
      while (next < observations.length && observations[next]!.at <= at) sink(observations[next++]!);
      digest.frame(frame, new DataView(frame.buffer, frame.byteOffset), 0, length, length, at, ETHERNET);
    }
    while (next < observations.length) sink(observations[next++]!);
    digest.advance((frames.at(-1)?.at ?? START) + 3 * SECOND);
    digest.finish();
    return told;
  }
}

/** An address of the internet that nobody owns (RFC 2544), the `i`th. */
export function stranger(i: number): string {
  return `198.${18 + ((i >>> 16) & 1)}.${(i >>> 8) & 255}.${i & 255}`;
}

function endOf(end: string | Thing): { number: number; address: string } {
  return typeof end === 'string' ? { number: ROUTER.number, address: end } : end;
}
