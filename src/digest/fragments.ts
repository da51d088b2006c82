import type { Packet } from '../decode/packet.ts';

/** Datagrams whose fragments may be under way at once; a home sees a handful, and a collision only costs ports. */
const DATAGRAMS = 1024;
/** RFC 791 §3.2 and RFC 8200 §4.5 give up reassembly after 15 to 60 s. */
const LIFETIME = 30_000;

/** Remembers the ports of first fragments, so that later ones are counted in their flow. */
export class Fragments {
  /** Per datagram: source, destination (8 words), id, protocol, port word. */
  readonly #words = new Int32Array(DATAGRAMS * 11);
  readonly #times = new Float64Array(DATAGRAMS).fill(Number.NEGATIVE_INFINITY);
  readonly #seed: number;

  constructor(seed: number) {
    this.#seed = seed | 1;
  }

  /** Keeps the ports of a first fragment. */
  keep(p: Packet): void {
    const datagram = this.#place(p);
    const w = this.#words;
    const base = datagram * 11;
    w[base] = p.source0;
    w[base + 1] = p.source1;
    w[base + 2] = p.source2;
    w[base + 3] = p.source3;
    w[base + 4] = p.destination0;
    w[base + 5] = p.destination1;
    w[base + 6] = p.destination2;
    w[base + 7] = p.destination3;
    w[base + 8] = p.fragmentId;
    w[base + 9] = p.protocol;
    w[base + 10] = (p.sourcePort << 16) | p.destinationPort;
    this.#times[datagram] = p.at;
  }

  /** Gives a later fragment the ports of its first one, where that was seen. */
  restore(p: Packet): void {
    const datagram = this.#place(p);
    const w = this.#words;
    const base = datagram * 11;
    const known =
      Math.abs(p.at - this.#times[datagram]!) < LIFETIME &&
      w[base + 8] === p.fragmentId &&
      w[base + 9] === p.protocol &&
      w[base + 3] === p.source3 &&
      w[base + 7] === p.destination3 &&
      w[base] === p.source0 &&
      w[base + 1] === p.source1 &&
      w[base + 2] === p.source2 &&
      w[base + 4] === p.destination0 &&
      w[base + 5] === p.destination1 &&
      w[base + 6] === p.destination2;
    if (!known) return;
    p.sourcePort = w[base + 10]! >>> 16;
    p.destinationPort = w[base + 10]! & 0xffff;
    p.portless = false;
  }

  #place(p: Packet): number {
    let h = Math.imul(p.fragmentId ^ this.#seed, 0x85ebca6b) + Math.imul(p.source3, this.#seed);
    h = Math.imul(h ^ (h >>> 15) ^ p.destination3, 0xc2b2ae35) + p.protocol;
    return (h ^ (h >>> 16)) & (DATAGRAMS - 1);
  }
}
