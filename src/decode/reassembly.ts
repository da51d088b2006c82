import { mix } from './octets.ts';
import type { Packet } from './packet.ts';

/** Octets of one stream: a hello is at most 16 kB (one TLS record); nothing longer is waited for. */
export const MAX_STREAM_BYTES = 16_384;
/** Streams of one device: a browser opens some dozens of connections at once. */
const MAX_STREAMS_PER_OWNER = 64;
/** Streams in all: 16 MB at the very most, some hundred kB in practice. */
const MAX_STREAMS = 1024;
/** Owners of more than this many are the first to give one up when the table is full. */
const FAIR_SHARE = 8;
/** Pieces with gaps between them in one stream; more gaps than this is no ordinary disorder. */
const MAX_RANGES = 16;
/** A stream in which nothing completes within this time is given up, ms. */
const STREAM_LIFETIME = 10_000;
const SWEEP_INTERVAL = 1_000;
/** Buckets of the filter before the tables: most packets belong to no stream and are turned away by one look. */
const FILTER_SIZE = 16_384;
const FIRST_BUFFER = 2_048;
/** Buffers kept for the next streams: as many as are open at a time in an ordinary home. */
const MAX_SPARE = 64;

/** The first octets of one direction of one connection, put in order by their offset. */
export class Stream<Extra> {
  /** Octets so far; those before `length` are complete. */
  bytes: Uint8Array;
  length = 0;
  /** What the protocol keeps with the stream. */
  extra: Extra;
  readonly hash: number;
  readonly owner: number;
  readonly since: number;
  private readonly ends: readonly number[];
  /** Received pieces beyond `length`: start, end, start, end …, disjoint and ascending. */
  private ranges: number[] = [];

  /** @param bytes room for the first octets; what it holds is overwritten before it is read */
  constructor(packet: Packet, hash: number, extra: Extra, bytes: Uint8Array) {
    this.bytes = bytes;
    this.hash = hash;
    this.owner = ownerOf(packet);
    this.since = packet.at;
    this.extra = extra;
    this.ends = endsOf(packet);
  }

  /** Whether the packet goes the same way between the same ends. */
  carries(packet: Packet): boolean {
    const { ends } = this;
    return (
      ends[0] === packet.source3 &&
      ends[1] === packet.destination3 &&
      ends[2] === ((packet.sourcePort << 16) | packet.destinationPort) &&
      ends[3] === packet.protocol &&
      ends[4] === packet.source0 &&
      ends[5] === packet.source1 &&
      ends[6] === packet.source2 &&
      ends[7] === packet.destination0 &&
      ends[8] === packet.destination1 &&
      ends[9] === packet.destination2
    );
  }

  /** A later piece came before the next one. */
  get hasGap(): boolean {
    return this.ranges.length > 0;
  }

  /** Takes octets at an offset; what came first stays. False where they can have no place. */
  add(offset: number, bytes: Uint8Array, start: number, end: number): boolean {
    const to = offset + end - start;
    if (offset < 0 || to > MAX_STREAM_BYTES) return false;
    const from = Math.max(offset, this.length);
    if (to <= from) return true;
    this.reserve(to);
    if (this.ranges.length === 0 && from === this.length) {
      this.bytes.set(bytes.subarray(start + from - offset, end), from);
      this.length = to;
      return true;
    }
    this.copyGaps(offset, from, to, bytes, start);
    return this.merge(from, to);
  }

  /** Forgets the first `count` octets, which are complete; what follows moves to the front. */
  discard(count: number): void {
    this.bytes.copyWithin(0, count);
    this.length -= count;
    this.ranges = this.ranges.map((bound) => bound - count);
  }

  private reserve(size: number): void {
    if (size <= this.bytes.length) return;
    const larger = new Uint8Array(Math.min(MAX_STREAM_BYTES, Math.max(size, this.bytes.length * 2)));
    larger.set(this.bytes);
    this.bytes = larger;
  }

  private copyGaps(offset: number, from: number, to: number, bytes: Uint8Array, start: number): void {
    let at = from;
    const copy = (until: number) => {
      if (until > at) this.bytes.set(bytes.subarray(start + at - offset, start + until - offset), at);
    };
    for (let i = 0; i < this.ranges.length && at < to; i += 2) {
      copy(Math.min(to, this.ranges[i]!));
      at = Math.max(at, this.ranges[i + 1]!);
    }
    copy(to);
  }

  private merge(from: number, to: number): boolean {
    const merged: number[] = [];
    for (let i = 0; i < this.ranges.length; i += 2) {
      const start = this.ranges[i]!;
      const end = this.ranges[i + 1]!;
      if (end < from) merged.push(start, end);
      else if (start > to) {
        merged.push(from, to);
        from = start;
        to = end;
      } else {
        from = Math.min(from, start);
        to = Math.max(to, end);
      }
    }
    merged.push(from, to);
    if (merged[0]! <= this.length) {
      this.length = merged[1]!;
      merged.splice(0, 2);
    }
    this.ranges = merged;
    return merged.length <= MAX_RANGES * 2;
  }
}

function endsOf(p: Packet): readonly number[] {
  const ports = (p.sourcePort << 16) | p.destinationPort;
  return [
    p.source3,
    p.destination3,
    ports,
    p.protocol,
    p.source0,
    p.source1,
    p.source2,
    p.destination0,
    p.destination1,
    p.destination2,
  ];
}

/** Of whom the packet's sender is one: its hardware address, or its address where the link has none. */
export function ownerOf(packet: Packet): number {
  const mac = packet.sourceMacHigh * 0x100000000 + (packet.sourceMacLow >>> 0);
  return mac !== 0 ? mac : -1 - mix(packet.source3 ^ packet.source2 ^ packet.source1 ^ packet.source0);
}

/** One number for the ends and direction of a packet; computed for every TCP segment with data. */
export function directionHash(p: Packet): number {
  const near = p.source3 ^ p.source2 ^ Math.imul(p.destination3 ^ p.destination2, 0x9e3779b1);
  const h = Math.imul(near, 0x85ebca6b) ^ Math.imul((p.sourcePort << 16) ^ p.destinationPort, 0xc2b2ae35);
  return (h ^ (h >>> 15)) >>> 0;
}

/**
 * Streams that wait for more, each device within its own bound: a device that opens many loses its own oldest, and only when
 * the whole table is full the device with the most gives one up, or the oldest stream where none has many.
 */
export class StreamTable<Extra> {
  /** Streams given up before they told anything. */
  evicted = 0;
  private readonly owners = new Map<number, Map<number, Stream<Extra>>>();
  /** Those of `owners` with more than their fair share: few, so that the largest is soon found. */
  private readonly heavy = new Map<number, Map<number, Stream<Extra>>>();
  private readonly byHash = new Map<number, Stream<Extra>>();
  private readonly filter = new Uint16Array(FILTER_SIZE);
  private swept = 0;
  /** Buffers of closed streams: most hellos take two segments, and memory anew for each is what costs most. */
  private readonly spare: Uint8Array[] = [];

  get size(): number {
    return this.byHash.size;
  }

  mayHold(hash: number): boolean {
    return this.filter[hash & (FILTER_SIZE - 1)] !== 0;
  }

  find(hash: number, packet: Packet): Stream<Extra> | undefined {
    if (!this.mayHold(hash)) return undefined;
    const stream = this.byHash.get(hash);
    return stream?.carries(packet) ? stream : undefined;
  }

  open(hash: number, packet: Packet, extra: Extra): Stream<Extra> {
    this.sweep(packet.at);
    const clash = this.byHash.get(hash);
    if (clash) this.evict(clash);
    const stream = new Stream(packet, hash, extra, this.spare.pop() ?? new Uint8Array(FIRST_BUFFER));
    this.makeRoom(stream.owner);
    let own = this.owners.get(stream.owner);
    if (!own) {
      own = new Map();
      this.owners.set(stream.owner, own);
    }
    own.set(hash, stream);
    if (own.size > FAIR_SHARE) this.heavy.set(stream.owner, own);
    this.byHash.set(hash, stream);
    this.filter[hash & (FILTER_SIZE - 1)]!++;
    return stream;
  }

  close(stream: Stream<Extra>): void {
    if (this.byHash.get(stream.hash) !== stream) return;
    this.byHash.delete(stream.hash);
    if (stream.bytes.length === FIRST_BUFFER && this.spare.length < MAX_SPARE) this.spare.push(stream.bytes);
    this.filter[stream.hash & (FILTER_SIZE - 1)]!--;
    const own = this.owners.get(stream.owner);
    if (!own) return;
    own.delete(stream.hash);
    if (own.size === FAIR_SHARE) this.heavy.delete(stream.owner);
    if (own.size === 0) this.owners.delete(stream.owner);
  }

  private evict(stream: Stream<Extra>): void {
    this.evicted++;
    this.close(stream);
  }

  private makeRoom(owner: number): void {
    const own = this.owners.get(owner);
    if (own && own.size >= MAX_STREAMS_PER_OWNER) this.evictOldest(own);
    else if (this.byHash.size >= MAX_STREAMS) this.evictOldest(this.largest());
  }

  private evictOldest(own: Map<number, Stream<Extra>>): void {
    const [oldest] = own.values();
    if (oldest) this.evict(oldest);
  }

  private largest(): Map<number, Stream<Extra>> {
    let largest = this.byHash;
    let size = 0;
    for (const own of this.heavy.values()) {
      if (own.size > size) {
        largest = own;
        size = own.size;
      }
    }
    return largest;
  }

  /** Old streams lie first in `byHash`, which keeps the order of their opening. */
  private sweep(at: number): void {
    if (Math.abs(at - this.swept) < SWEEP_INTERVAL) return;
    this.swept = at;
    for (const stream of this.byHash.values()) {
      if (Math.abs(at - stream.since) < STREAM_LIFETIME) return;
      this.evict(stream);
    }
  }
}
