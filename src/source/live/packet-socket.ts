/**
 * Packets of one interface through a ring that the kernel fills (AF_PACKET with TPACKET_V3,
 * Documentation/networking/packet_mmap.rst): no call and no copy per packet. The ring is blocks; the kernel hands a
 * block over when it is full or `BLOCK_TIMEOUT_MS` old, and gets it back when all its packets are handled.
 */
import {
  bindSocket,
  closeDescriptor,
  getOption,
  interfaceIndex,
  NativeMemory,
  openSocket,
  SO_ATTACH_FILTER,
  SOL_SOCKET,
  setOption,
  socketAddress,
} from '../netlink/libc.ts';
import { type Watch, whenReadable } from '../netlink/socket.ts';

const AF_PACKET = 17;
const SOCK_RAW = 3;
const SOL_PACKET = 263;
const PACKET = { addMembership: 1, rxRing: 5, statistics: 6, version: 10, ignoreOutgoing: 23 } as const;
const MEMBERSHIP_PROMISCUOUS = 1;
const TPACKET_V3 = 2;
const ETH_P_ALL_BIG_ENDIAN = 0x0300;
/** Kinds of interface whose frames begin with the IP header (linux/if_arp.h). */
const ARPHRD = { none: 0xfffe, ppp: 512 } as const;

/** A frame must fit into a block; 64 KiB holds what segmentation offload makes. */
const BLOCK_BYTES = 128 * 1024;
const FRAME_BYTES = 2048;
/** Less than a step of the agent: an answer is told before the traffic that it names. */
const BLOCK_TIMEOUT_MS = 50;
/** Blocks handled in one turn of the event loop. */
const BLOCKS_PER_TURN = 32;
/** So many at once that the ring could be full until the next step: the next ones are read as soon as they are there. */
const MANY_BLOCKS = 8;

/** Offsets in struct tpacket_block_desc and struct tpacket3_hdr (linux/if_packet.h). */
const BLOCK = { status: 8, packets: 12, first: 16 } as const;
const FRAME = { next: 0, seconds: 4, nanoseconds: 8, captured: 12, length: 16, status: 20, start: 24 } as const;
const USER = 1;
const VLAN_VALID = 0x10;
const VLAN_TAG_BYTES = 4;

/** LINKTYPE numbers (tcpdump.org) of what an interface's frames start with. */
export const LINKTYPE = { ethernet: 1, raw: 101 } as const;

/** One frame in `bytes[start, end)`; valid only during the call. `at` in ms since the epoch. */
export type FrameHandler = (
  bytes: Uint8Array,
  view: DataView,
  start: number,
  end: number,
  wireLength: number,
  at: number,
  linkType: number,
) => void;

export type PacketOptions = {
  interface: string;
  /** Ring size, bytes; a whole number of blocks of 128 KiB. */
  ringBytes: number;
  /** Program of the kernel's filter (bpf.ts); everything passes without one. */
  filter?: Uint8Array;
  promiscuous?: boolean;
  ignoreOutgoing?: boolean;
  /** After some packets the next ones wait for `collect`, so that one wake-up handles many. */
  collected?: boolean;
  onFrame: FrameHandler;
  /** After the frames of one turn. */
  onTurn: () => void;
  /** The interface went away or down; the socket is closed. */
  onGone: () => void;
};

export class PacketSocket {
  readonly #options: PacketOptions;
  readonly #fd: number;
  readonly #ring: NativeMemory;
  readonly #states: Int32Array;
  readonly #blocks: number;
  readonly #linkType: number;
  readonly #watch: Watch;
  #block = 0;
  #pausing = false;
  #closed = false;
  #dropped = 0;

  /** @throws SystemCallError without the right to capture, Error without the interface */
  constructor(options: PacketOptions) {
    this.#options = options;
    const index = interfaceIndex(options.interface);
    this.#blocks = Math.max(2, Math.floor(options.ringBytes / BLOCK_BYTES));
    this.#fd = openSocket(AF_PACKET, SOCK_RAW, 0);
    try {
      this.#configure(index);
      this.#ring = NativeMemory.map(this.#fd, this.#blocks * BLOCK_BYTES);
      bindSocket(this.#fd, packetAddress(index));
      this.#linkType = linkTypeOf(socketAddress(this.#fd, 20).getUint16(8, true));
    } catch (error) {
      closeDescriptor(this.#fd);
      throw error;
    }
    this.#states = new Int32Array(this.#ring.bytes.buffer, 0, (this.#blocks * BLOCK_BYTES) / 4);
    this.#watch = whenReadable(this.#fd, () => this.#wake());
  }

  /** The filter is in place before the socket is bound: nothing else gets in first. */
  #configure(index: number): void {
    const { filter, promiscuous, ignoreOutgoing } = this.#options;
    setOption(this.#fd, SOL_PACKET, PACKET.version, TPACKET_V3);
    if (filter) attachFilter(this.#fd, filter);
    if (ignoreOutgoing) setOption(this.#fd, SOL_PACKET, PACKET.ignoreOutgoing, 1);
    const frames = (BLOCK_BYTES / FRAME_BYTES) * this.#blocks;
    const ring = new Uint32Array([BLOCK_BYTES, this.#blocks, FRAME_BYTES, frames, BLOCK_TIMEOUT_MS, 0, 0]);
    setOption(this.#fd, SOL_PACKET, PACKET.rxRing, new Uint8Array(ring.buffer));
    if (promiscuous) {
      const membership = new DataView(new ArrayBuffer(16));
      membership.setInt32(0, index, true);
      membership.setUint16(4, MEMBERSHIP_PROMISCUOUS, true);
      setOption(this.#fd, SOL_PACKET, PACKET.addMembership, new Uint8Array(membership.buffer));
    }
  }

  /** Packets that found the ring full, since the start. */
  get dropped(): number {
    if (!this.#closed) this.#dropped += getOption(this.#fd, SOL_PACKET, PACKET.statistics, 12).getUint32(4, true);
    return this.#dropped;
  }

  close(): void {
    if (this.#closed) return;
    this.#dropped = this.dropped;
    this.#closed = true;
    this.#watch.close();
    closeDescriptor(this.#fd);
    this.#ring.free();
  }

  /** Reads what came since the last time; when there is nothing, it is waited for again. */
  collect(): void {
    if (!this.#pausing) return;
    const blocks = this.#read();
    if (this.#closed) return;
    if (blocks === 0 || blocks >= MANY_BLOCKS) this.#pause(false);
    if (blocks > 0) this.#options.onTurn();
  }

  #wake(): void {
    const blocks = this.#read();
    if (this.#closed) return;
    if (blocks === 0) this.#checkError();
    if (this.#closed) return;
    if (this.#options.collected && blocks < MANY_BLOCKS) this.#pause(true);
    this.#options.onTurn();
  }

  #pause(pausing: boolean): void {
    this.#pausing = pausing;
    if (pausing) this.#watch.pause();
    else this.#watch.resume();
  }

  /** @returns blocks that were full or old enough */
  #read(): number {
    let blocks = 0;
    while (blocks < BLOCKS_PER_TURN && !this.#closed) {
      const start = this.#block * BLOCK_BYTES;
      // The kernel sets the status last; an atomic access keeps the reads behind it in order.
      if ((Atomics.load(this.#states, (start + BLOCK.status) >> 2) & USER) === 0) break;
      this.#readBlock(start);
      Atomics.store(this.#states, (start + BLOCK.status) >> 2, 0);
      this.#block = (this.#block + 1) % this.#blocks;
      blocks++;
    }
    return blocks;
  }

  #readBlock(start: number): void {
    const { view, bytes } = this.#ring;
    let frame = start + view.getUint32(start + BLOCK.first, true);
    for (let left = view.getUint32(start + BLOCK.packets, true); left > 0; left--) {
      const from = frame + view.getUint16(frame + FRAME.start, true);
      const tag = (view.getUint32(frame + FRAME.status, true) & VLAN_VALID) === 0 ? 0 : VLAN_TAG_BYTES;
      this.#options.onFrame(
        bytes,
        view,
        from,
        from + view.getUint32(frame + FRAME.captured, true),
        view.getUint32(frame + FRAME.length, true) + tag,
        view.getUint32(frame + FRAME.seconds, true) * 1000 + view.getUint32(frame + FRAME.nanoseconds, true) / 1e6,
        this.#linkType,
      );
      frame += view.getUint32(frame + FRAME.next, true);
    }
  }

  /** Readable without a block: the interface is down or gone. */
  #checkError(): void {
    const SO_ERROR = 4;
    if (getOption(this.#fd, SOL_SOCKET, SO_ERROR, 4).getInt32(0, true) === 0) return;
    this.close();
    this.#options.onGone();
  }
}

/** struct sock_fprog holds the program's address, so both must stay where they are during the call. */
function attachFilter(fd: number, program: Uint8Array): void {
  const memory = NativeMemory.allocate(16 + program.length);
  memory.bytes.fill(0);
  memory.view.setUint16(0, program.length / 8, true);
  memory.view.setBigUint64(8, memory.address + 16n, true);
  memory.bytes.set(program, 16);
  try {
    setOption(fd, SOL_SOCKET, SO_ATTACH_FILTER, memory.bytes.slice(0, 16));
  } finally {
    memory.free();
  }
}

/** struct sockaddr_ll, all protocols. */
function packetAddress(index: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(20));
  view.setUint16(0, AF_PACKET, true);
  view.setUint16(2, ETH_P_ALL_BIG_ENDIAN, true);
  view.setInt32(4, index, true);
  return new Uint8Array(view.buffer);
}

function linkTypeOf(type: number): number {
  return type === ARPHRD.none || type === ARPHRD.ppp ? LINKTYPE.raw : LINKTYPE.ethernet;
}
