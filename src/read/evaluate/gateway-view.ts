import { ControlDecoder } from '../../decode/control.ts';
import { decodeFrame } from '../../decode/frame.ts';
import { FRAME, Packet } from '../../decode/packet.ts';
import { Digest } from '../../digest/digest.ts';
import { type AddressWords, formatMac, formatWords, type Mac } from '../../model/address.ts';
import { D, FLAG, FlowBatch, RECORD_DOUBLES, RECORD_WORDS, W } from '../../model/flow.ts';
import type { Observation } from '../../model/observation.ts';
import { PROTOCOL } from '../../model/protocols.ts';
import { quicCrypto } from '../../source/quic-crypto.ts';

const TCP = 6;
const UDP = 17;
const SYN = 2;
const ACK = 16;
/** As the agent's budget of SYNs (src/agent/syn-budget.ts): what a sender says after these is told by the counters. */
const SYNS_PER_SECOND = 200;
/** Header flows of a gateway (src/agent/gateway.ts); its connections' slots come after them. */
const HEADER_FLOWS = 16_384;
const CONNECTIONS = 131_072;
const ETHERNET = 14;
const GROUP_BIT = 0x0100;
/** Pairs of hardware and network address that the kernel's neighbour table would have told. */
const MAX_NEIGHBOURS = 4096;

type Sink = (observation: Observation) => void;

/**
 * What a router would have seen of a recorded home: connections with their counters but no header, SYNs up to a budget,
 * control packets, neighbours. What devices say to one another passes it by. Takes frames as a `Digest` does.
 */
export class GatewayView {
  readonly #sink: Sink;
  readonly #isHome: (words: AddressWords) => boolean;
  readonly #isRouter: (mac: Mac) => boolean;
  readonly #headers: Digest;
  readonly #connections: Digest;
  readonly #packet = new Packet();
  readonly #neighbours = new Set<string>();
  /** Slots of flows whose first packet came from the end that looks like the server. */
  readonly #turned = new Set<number>();
  readonly #syns = new Map<number, number>();
  #second = 0;
  #begins = FlowBatch.ofCapacity(0);

  constructor(sink: Sink, isHome: (words: AddressWords) => boolean, isRouter: (mac: Mac) => boolean, seed: number) {
    this.#sink = sink;
    this.#isHome = isHome;
    this.#isRouter = isRouter;
    const control = new ControlDecoder(sink, { crypto: quicCrypto });
    this.#headers = new Digest(sink, { control, count: false, maxFlows: HEADER_FLOWS, seed });
    this.#connections = new Digest((observation) => this.#counted(observation), {
      ...{ maxFlows: CONNECTIONS, firstSlot: HEADER_FLOWS, standingStep: 1000, seed },
    });
  }

  frame(
    bytes: Uint8Array,
    view: DataView,
    start: number,
    capturedEnd: number,
    wireLength: number,
    at: number,
    linkType: number,
  ): void {
    const p = this.#packet;
    Object.assign(p, { bytes, view, frameStart: start, frameEnd: capturedEnd, wireLength, at, linkType });
    if (decodeFrame(p, linkType) === FRAME.skipped || this.#passesBy(p)) return;
    this.#meet(p);
    if (this.#isTold(p, at)) this.#headers.frame(bytes, view, start, capturedEnd, wireLength, at, linkType);
    else this.#headers.advance(at);
    if (p.family !== 0) this.#connections.frame(bytes, view, start, capturedEnd, wireLength, at, linkType);
  }

  advance(at: number): void {
    this.#headers.advance(at);
    this.#connections.advance(at);
  }

  finish(): void {
    this.#headers.finish();
    this.#connections.finish();
  }

  /** From one device of the home to another: a switch brings it there. */
  #passesBy(p: Packet): boolean {
    if (p.family === 0 || (p.destinationMacHigh & GROUP_BIT) !== 0) return false;
    if (!this.#isHome(sourceOf(p)) || !this.#isHome(destinationOf(p))) return false;
    const ends = [macOf(p.sourceMacHigh, p.sourceMacLow), macOf(p.destinationMacHigh, p.destinationMacLow)];
    return !ends.some((mac) => this.#isRouter(mac));
  }

  #meet(p: Packet): void {
    if (p.family === 0 || (p.sourceMacHigh | p.sourceMacLow) === 0 || this.#neighbours.size >= MAX_NEIGHBOURS) return;
    const words = sourceOf(p);
    const mac = macOf(p.sourceMacHigh, p.sourceMacLow);
    if (!this.#isHome(words) || this.#isRouter(mac)) return;
    const address = formatWords(words);
    const pair = `${mac} ${address}`;
    if (this.#neighbours.has(pair)) return;
    this.#neighbours.add(pair);
    this.#sink({ kind: 'neighbour', at: p.at, mac, address, source: 'kernel' });
  }

  /** What the control filter lets through: SYNs within the budget, control messages, first words. */
  #isTold(p: Packet, at: number): boolean {
    if (p.family === 0) return true;
    if (p.protocol !== TCP) return p.protocol !== UDP || isControlPort(p) || isLongHeader(p);
    if ((p.tcpFlags & (SYN | ACK)) === SYN) return this.#inBudget(p, at);
    return p.sourcePort === 53 || p.destinationPort === 53 || isHello(p) || isFirstWords(p);
  }

  #inBudget(p: Packet, at: number): boolean {
    const second = Math.floor(at / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#syns.clear();
    }
    const sender = p.sourceMacLow;
    const count = (this.#syns.get(sender) ?? 0) + 1;
    this.#syns.set(sender, count);
    return count <= SYNS_PER_SECOND;
  }

  #counted(observation: Observation): void {
    if (observation.kind === 'tick') return;
    if (observation.kind === 'flows') {
      asConnections(observation.flows);
      this.#asBegun(observation.flows);
      this.#tellBegins(observation.at, observation.flows);
    }
    this.#sink(observation);
  }

  /** The kernel's connections begin with who sent the first packet, whatever the ports look like. */
  #asBegun({ words, doubles, count }: FlowBatch): void {
    for (let record = 0; record < count; record++) {
      const w = record * RECORD_WORDS;
      const slot = words[w + W.slot]!;
      const protocol = words[w + W.protocol]! & 255;
      if (protocol === PROTOCOL.tcp) continue;
      if ((words[w + W.flags]! & FLAG.fresh) !== 0) {
        this.#turned.delete(slot);
        const { icmp, icmpv6 } = PROTOCOL;
        const hasPorts = protocol !== icmp && protocol !== icmpv6;
        if (hasPorts && words[w + W.packetsUp] === 0) this.#turned.add(slot);
      }
      words[w + W.flags]! |= FLAG.initiatorKnown;
      if (this.#turned.has(slot)) turn(words, doubles, record);
    }
  }

  /** The kernel tells that a connection began, and only then what it carried. */
  #tellBegins(at: number, { words, doubles, count, capacity }: FlowBatch): void {
    if (this.#begins.capacity < capacity) this.#begins = FlowBatch.ofCapacity(capacity);
    const begins = this.#begins;
    begins.count = 0;
    for (let record = 0; record < count; record++) {
      const [w, d] = [record * RECORD_WORDS, record * RECORD_DOUBLES];
      if ((words[w + W.flags]! & FLAG.fresh) === 0) continue;
      const to = begins.count++;
      begins.words.set(words.subarray(w, w + RECORD_WORDS), to * RECORD_WORDS);
      begins.words.fill(0, to * RECORD_WORDS + W.packetsUp, to * RECORD_WORDS + W.packetsDown + 1);
      begins.words[to * RECORD_WORDS + W.flags]! &= ~FLAG.ended;
      begins.doubles[to * RECORD_DOUBLES + D.last] = doubles[d + D.first]!;
      begins.doubles.fill(0, to * RECORD_DOUBLES + D.bytesUp, to * RECORD_DOUBLES + D.bytesDown + 1);
      words[w + W.flags]! &= ~FLAG.fresh;
    }
    if (begins.count > 0) this.#sink({ kind: 'flows', at, flows: begins });
  }
}

/** Takes from records what the kernel's connection tracking does not know. */
function asConnections(batch: FlowBatch): void {
  const { words, doubles } = batch;
  for (let record = 0; record < batch.count; record++) {
    const w = record * RECORD_WORDS;
    const d = record * RECORD_DOUBLES;
    const up = words[w + W.packetsUp]!;
    const down = words[w + W.packetsDown]!;
    const protocol = words[w + W.protocol]! & 255;
    words[w + W.macHigh] = words[w + W.sourceMacLow] = words[w + W.destinationMacLow] = 0;
    words[w + W.facts] = words[w + W.syns] = words[w + W.seen] = 0;
    words[w + W.protocol] = protocol;
    words[w + W.flags]! |= FLAG.ipLengths;
    doubles[d + D.bytesUp] = Math.max(0, doubles[d + D.bytesUp]! - ETHERNET * up);
    doubles[d + D.bytesDown] = Math.max(0, doubles[d + D.bytesDown]! - ETHERNET * down);
    // An answer to nothing makes no connection.
    if (protocol === TCP && up === 0 && (words[w + W.flags]! & FLAG.fresh) !== 0) {
      words[w + W.packetsDown] = 0;
      words[w + W.flags]! &= ~FLAG.fresh;
    }
  }
}

/** The ends of a record change places. */
function turn(words: Uint32Array, doubles: Float64Array, record: number): void {
  const w = record * RECORD_WORDS;
  const d = record * RECORD_DOUBLES;
  const ports = words[w + W.ports]!;
  words[w + W.ports] = (ports << 16) | (ports >>> 16);
  for (let i = 0; i < 4; i++) exchange(words, w + W.source + i, w + W.destination + i);
  exchange(words, w + W.packetsUp, w + W.packetsDown);
  exchange(doubles, d + D.bytesUp, d + D.bytesDown);
}

function exchange(values: Uint32Array | Float64Array, a: number, b: number): void {
  const value = values[a]!;
  values[a] = values[b]!;
  values[b] = value;
}

/** The ports of the control filter (src/source/live/control-filter.ts). */
const CONTROL_PORTS: ReadonlySet<number> = new Set([53, 67, 68, 546, 547, 137, 1900, 5351, 5353, 5355]);
/** First octets that it looks for beside those of TLS. */
const FIRST_WORDS: ReadonlySet<number> = new Set([0x4e49, 0x5553, 0x4341, 0x7b22, 0x1342]);

function isControlPort(p: Packet): boolean {
  return CONTROL_PORTS.has(p.sourcePort) || CONTROL_PORTS.has(p.destinationPort);
}

function isLongHeader(p: Packet): boolean {
  const hasData = p.destinationPort === 443 && p.payloadEnd > p.payloadStart;
  return hasData && (p.bytes[p.payloadStart]! & 0xe0) === 0xc0;
}

function isHello(p: Packet): boolean {
  return p.payloadEnd - p.payloadStart > 5 && p.bytes[p.payloadStart] === 0x16 && p.bytes[p.payloadStart + 1] === 3;
}

function isFirstWords({ bytes, payloadStart: at, payloadEnd, destinationPort }: Packet): boolean {
  return payloadEnd - at > 1 && destinationPort !== 443 && FIRST_WORDS.has((bytes[at]! << 8) | bytes[at + 1]!);
}

function sourceOf(p: Packet): AddressWords {
  return [p.source0 >>> 0, p.source1 >>> 0, p.source2 >>> 0, p.source3 >>> 0];
}
function destinationOf(p: Packet): AddressWords {
  return [p.destination0 >>> 0, p.destination1 >>> 0, p.destination2 >>> 0, p.destination3 >>> 0];
}
function macOf(high: number, low: number): Mac {
  return formatMac(high, low);
}
