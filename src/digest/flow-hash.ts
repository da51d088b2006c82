import type { Packet } from '../decode/packet.ts';

/**
 * A hash of a packet's five-tuple that is the same for both directions. All multipliers come from a seed, so that
 * nobody who does not know it can make flows collide.
 */
export class FlowHash {
  readonly word0: number;
  readonly word1: number;
  readonly word2: number;
  readonly word3: number;
  readonly port: number;
  readonly protocol: number;
  readonly mix: number;

  constructor(seed: number) {
    let state = seed | 0;
    const odd = () => {
      state = (state + 0x9e3779b9) | 0;
      return finish(state) | 1;
    };
    this.word0 = odd();
    this.word1 = odd();
    this.word2 = odd();
    this.word3 = odd();
    this.port = odd();
    this.protocol = odd();
    this.mix = odd();
  }

  /**
   * Senders that have no address yet (DHCP, duplicate address detection) are told apart by their hardware address.
   *
   * @param sourcePort @param destinationPort what the flow table keys on; equal for protocols without ports
   */
  of(p: Packet, sourcePort: number, destinationPort: number): number {
    const hash = this.#ofTuple(p, sourcePort, destinationPort);
    return p.source3 === 0 && hasNoSource(p) ? hash ^ this.ofSender(p) : hash;
  }

  #ofTuple(p: Packet, sourcePort: number, destinationPort: number): number {
    let a = Math.imul(p.source3, this.word3) + Math.imul(sourcePort, this.port);
    let b = Math.imul(p.destination3, this.word3) + Math.imul(destinationPort, this.port);
    if (p.family !== 4) {
      a += Math.imul(p.source2, this.word2) + Math.imul(p.source1, this.word1) + Math.imul(p.source0, this.word0);
      b +=
        Math.imul(p.destination2, this.word2) +
        Math.imul(p.destination1, this.word1) +
        Math.imul(p.destination0, this.word0);
    }
    a = Math.imul(a ^ (a >>> 15), this.mix);
    b = Math.imul(b ^ (b >>> 15), this.mix);
    return finish((a ^ (a >>> 13)) + (b ^ (b >>> 13)) + Math.imul(p.protocol, this.protocol));
  }

  /** Hash of who sent a packet: its hardware address, or where the link has none its network address. */
  ofSender(p: Packet): number {
    if (p.sourceMacHigh !== 0 || p.sourceMacLow !== 0) {
      return finish(Math.imul(p.sourceMacLow, this.word3) + Math.imul(p.sourceMacHigh, this.word2));
    }
    const high = Math.imul(p.source0, this.word0) + Math.imul(p.source1, this.word1);
    return finish(high + Math.imul(p.source2, this.word2) + Math.imul(p.source3, this.word3));
  }
}

function hasNoSource(p: Packet): boolean {
  return p.family === 4 || (p.source0 | p.source1 | p.source2) === 0;
}

/** The finaliser of MurmurHash3 (public domain): every input bit reaches every output bit. */
function finish(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
