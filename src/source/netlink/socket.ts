/**
 * A netlink socket of our own. A datagram costs the kernel 1,280 bytes of receive buffer however small it is, and the
 * default buffer holds 166 of them, so the buffer is the first thing that matters (measured: half of all ends of
 * connections lost at 1,000 a second with the default). Datagrams are read many at a time into fixed memory.
 */
import koffi from 'koffi';
import {
  bindSocket,
  closeDescriptor,
  ERRNO,
  getOption,
  NativeMemory,
  openSocket,
  receiveMany,
  SO_RCVBUF,
  SO_RCVBUFFORCE,
  SO_SNDBUFFORCE,
  SOL_SOCKET,
  SystemCallError,
  sendBytes,
  setOption,
} from './libc.ts';

const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOL_NETLINK = 270;
const NETLINK_ADD_MEMBERSHIP = 1;
const NETLINK_BROADCAST_ERROR = 4;

export const NETLINK_ROUTE = 0;
export const NETLINK_NETFILTER = 12;

/** struct mmsghdr on 64-bit machines: msghdr (56 bytes), length, padding. */
const MMSGHDR_BYTES = 64;
const IOVEC_BYTES = 16;
const MSG_TRUNC = 0x20;

export type NetlinkOptions = {
  /** Multicast groups to join. */
  groups?: readonly number[];
  /** Bytes of receive buffer to ask for; the kernel doubles it. */
  receiveBuffer: number;
  /** Bytes of what is sent at once, where that is more than the usual 200 kB. */
  sendBuffer?: number;
  /** Datagrams read by one call, and room for each. */
  datagrams: number;
  datagramBytes: number;
};

export class NetlinkSocket {
  readonly fd: number;
  /** The memory that datagrams are read into; `receive` says where. */
  readonly view: DataView;
  /** Times that the kernel had to drop something for want of room (ENOBUFS), or that a datagram did not fit ours. */
  overruns = 0;
  readonly #memory: NativeMemory;
  readonly #vector: bigint;
  readonly #headers: number;
  readonly #datagrams: number;
  readonly #datagramBytes: number;
  #sequence = 0;

  /** @throws SystemCallError */
  constructor(protocol: number, options: NetlinkOptions) {
    this.#datagrams = options.datagrams;
    this.#datagramBytes = options.datagramBytes;
    this.#headers = options.datagrams * options.datagramBytes;
    this.#memory = NativeMemory.allocate(this.#headers + options.datagrams * (MMSGHDR_BYTES + IOVEC_BYTES));
    this.view = this.#memory.view;
    this.#vector = this.#memory.address + BigInt(this.#headers);
    this.#writeVector();
    this.fd = openSocket(AF_NETLINK, SOCK_RAW, protocol);
    try {
      growReceiveBuffer(this.fd, options.receiveBuffer);
      if (options.sendBuffer !== undefined) setOption(this.fd, SOL_SOCKET, SO_SNDBUFFORCE, options.sendBuffer);
      setOption(this.fd, SOL_NETLINK, NETLINK_BROADCAST_ERROR, 1);
      bindSocket(this.fd, netlinkAddress());
      for (const group of options.groups ?? []) setOption(this.fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  get nextSequence(): number {
    return ++this.#sequence;
  }

  /** Bytes that the kernel really set aside. */
  get receiveBuffer(): number {
    return getOption(this.fd, SOL_SOCKET, SO_RCVBUF, 4).getInt32(0, true);
  }

  send(message: Uint8Array): void {
    sendBytes(this.fd, message);
  }

  /**
   * Reads what waits, once, and calls back with the bounds of each datagram in `view`.
   * @returns the number of datagrams; fewer than `datagrams` means that no more wait
   */
  receive(onDatagram: (start: number, end: number) => void): number {
    const count = receiveMany(this.fd, this.#vector, this.#datagrams);
    if (count === -ERRNO.ENOBUFS) {
      this.overruns++;
      return this.#datagrams;
    }
    if (count === -ERRNO.EAGAIN || count === -ERRNO.EINTR) return 0;
    if (count < 0) throw new SystemCallError('recvmmsg', -count);
    for (let i = 0; i < count; i++) {
      const header = this.#headers + i * MMSGHDR_BYTES;
      const start = i * this.#datagramBytes;
      if ((this.view.getInt32(header + 48, true) & MSG_TRUNC) !== 0) this.overruns++;
      else onDatagram(start, start + this.view.getUint32(header + 56, true));
    }
    return count;
  }

  close(): void {
    closeDescriptor(this.fd);
    this.#memory.free();
  }

  /** struct msghdr: name, name length, iovec, number of iovecs, control, control length, flags. */
  #writeVector(): void {
    const iovecs = this.#headers + this.#datagrams * MMSGHDR_BYTES;
    this.#memory.bytes.fill(0, this.#headers);
    for (let i = 0; i < this.#datagrams; i++) {
      const iovec = iovecs + i * IOVEC_BYTES;
      const header = this.#headers + i * MMSGHDR_BYTES;
      this.view.setBigUint64(iovec, this.#memory.address + BigInt(i * this.#datagramBytes), true);
      this.view.setBigUint64(iovec + 8, BigInt(this.#datagramBytes), true);
      this.view.setBigUint64(header + 16, this.#memory.address + BigInt(iovec), true);
      this.view.setBigUint64(header + 24, 1n, true);
    }
  }
}

/** Beyond net.core.rmem_max where the right is there (CAP_NET_ADMIN in the first user namespace), else up to it. */
export function growReceiveBuffer(fd: number, bytes: number): void {
  try {
    setOption(fd, SOL_SOCKET, SO_RCVBUFFORCE, bytes);
  } catch {
    setOption(fd, SOL_SOCKET, SO_RCVBUF, bytes);
  }
}

/** struct sockaddr_nl without port and groups: the kernel chooses the port. */
function netlinkAddress(): Uint8Array {
  const address = new Uint8Array(12);
  address[0] = AF_NETLINK;
  return address;
}

/** Something that stops waiting when closed. */
export type Watch = { pause(): void; resume(): void; close(): void };

/** Calls back while the descriptor has something to read. The event loop waits for it; nothing polls. */
export function whenReadable(fd: number, callback: () => void): Watch {
  const handle = koffi.node.poll(fd, { readable: true }, callback);
  let closed = false;
  return {
    pause: () => {
      if (!closed) handle.stop();
    },
    resume: () => {
      if (!closed) handle.start({ readable: true }, callback);
    },
    close: () => {
      if (!closed) handle.close();
      closed = true;
    },
  };
}
