/**
 * Sockets in other network namespaces. A socket belongs for life to the namespace in which it was made (namespaces(7)),
 * so one process can act for every device: it enters a namespace, makes the socket, and comes back, all without
 * giving up the thread. Linux only; needs CAP_SYS_ADMIN.
 */
import { closeSync, openSync } from 'node:fs';
import koffi from 'koffi';

const CLONE_NEWNET = 0x40000000;
const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_NONBLOCK = 0x800;
const SOCK_CLOEXEC = 0x80000;
const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const SOCK_RAW = 3;
const IPPROTO_TCP = 6;
const IPPROTO_IPV6 = 41;
const IPV6_CHECKSUM = 7;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const SO_BINDTODEVICE = 25;
const PR_SET_PDEATHSIG = 1;
const LISTEN_BACKLOG = 64;

const libc = koffi.load('libc.so.6');
const setns = libc.func('int setns(int fd, int nstype)');
const unshare = libc.func('int unshare(int flags)');
const socket = libc.func('int socket(int domain, int type, int protocol)');
const bind = libc.func('int bind(int fd, const void *address, uint length)');
const listen = libc.func('int listen(int fd, int backlog)');
const sendto = libc.func('long sendto(int fd, const void *data, size_t size, int flags, const void *to, uint length)');
const setsockopt = libc.func('int setsockopt(int fd, int level, int name, const void *value, uint length)');
const prctl = libc.func('int prctl(int option, ulong a, ulong b, ulong c, ulong d)');

export type Family = 4 | 6;

export function namespacePath(name: string): string {
  return `/run/netns/${name}`;
}

/** Runs `work`, which must not wait, with this thread inside a named namespace. Throws if it cannot be entered. */
export function inNamespace<T>(name: string, work: () => T): T {
  const own = openSync('/proc/thread-self/ns/net', 'r');
  const other = openSync(namespacePath(name), 'r');
  try {
    check(setns(other, CLONE_NEWNET), `enter namespace ${name}`);
    try {
      return work();
    } finally {
      check(setns(own, CLONE_NEWNET), 'come back from a namespace');
    }
  } finally {
    closeSync(other);
    closeSync(own);
  }
}

/**
 * Moves this thread into an empty namespace that nothing connects to. What is opened by mistake outside
 * `inNamespace` then reaches nobody, so the virtual home cannot leak into the real network.
 */
export function leaveHostNetwork(): void {
  check(unshare(CLONE_NEWNET), 'leave the network of the host');
}

/** Has the kernel end this process when its parent ends, however that happens (prctl(2)). */
export function endWithParent(signal: number): void {
  check(prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0), 'follow the parent process');
}

/** A non-blocking TCP socket, not yet connected, for `new net.Socket({ fd, manualStart: true })`. */
export function openTcp(namespace: string, family: Family): number {
  return inNamespace(namespace, () => open(family, SOCK_STREAM));
}

/** A TCP socket that listens on every address of the namespace, both families, for `server.listen({ fd })`. */
export function openTcpServer(namespace: string, port: number): number {
  return inNamespace(namespace, () => {
    const fd = open(6, SOCK_STREAM);
    return configure(fd, () => {
      enable(fd, SO_REUSEADDR);
      bindTo(fd, 6, port);
      check(listen(fd, LISTEN_BACKLOG), `listen on port ${port}`);
    });
  });
}

export type UdpOptions = {
  /** Local port; the kernel chooses if absent. */
  port?: number;
  /** Sends and receives through this interface only; also before it has an address. */
  device?: string;
};

/** A UDP socket for `socket.bind({ fd })`. */
export function openUdp(namespace: string, family: Family, options: UdpOptions = {}): number {
  return inNamespace(namespace, () => {
    const fd = open(family, SOCK_DGRAM);
    return configure(fd, () => {
      if (options.device !== undefined) {
        const name = Buffer.from(`${options.device}\0`);
        check(setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, name.length), `use interface ${options.device}`);
      }
      enable(fd, SO_REUSEADDR);
      bindTo(fd, family, options.port ?? 0);
    });
  });
}

/**
 * A socket for whole TCP segments (raw(7)); the caller closes it.
 * @param checksumAt over IPv6, where in the segment the kernel puts the checksum (RFC 3542 §3.1), since it chooses the source
 */
export function openSegments(namespace: string, family: Family, checksumAt: number): number {
  return inNamespace(namespace, () => {
    const fd = open(family, SOCK_RAW, IPPROTO_TCP);
    if (family === 4) return fd;
    const offset = Buffer.alloc(4);
    offset.writeInt32LE(checksumAt);
    return configure(fd, () => {
      check(setsockopt(fd, IPPROTO_IPV6, IPV6_CHECKSUM, offset, offset.length), 'have checksums made');
    });
  });
}

/** Sends one segment to an address. What the kernel has no room for or no way to is lost, as on a wire. */
export function sendSegment(fd: number, segment: Buffer, address: Uint8Array): void {
  const isV4 = address.length === 4;
  const to = Buffer.alloc(isV4 ? 16 : 28);
  to.writeUInt16LE(isV4 ? AF_INET : AF_INET6, 0);
  to.set(address, isV4 ? 4 : 8);
  sendto(fd, segment, segment.length, 0, to, to.length);
}

function open(family: Family, type: number, protocol = 0): number {
  const domain = family === 4 ? AF_INET : AF_INET6;
  return check(socket(domain, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol), 'open a socket');
}

function configure(fd: number, work: () => void): number {
  try {
    work();
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function enable(fd: number, option: number): void {
  const on = Buffer.alloc(4);
  on.writeInt32LE(1);
  check(setsockopt(fd, SOL_SOCKET, option, on, on.length), 'set a socket option');
}

/** Binds to the unspecified address: a zeroed `sockaddr_in` or `sockaddr_in6` with family and port. */
function bindTo(fd: number, family: Family, port: number): void {
  const address = Buffer.alloc(family === 4 ? 16 : 28);
  address.writeUInt16LE(family === 4 ? AF_INET : AF_INET6, 0);
  address.writeUInt16BE(port, 2);
  check(bind(fd, address, address.length), `bind port ${port}`);
}

function check(result: number, deed: string): number {
  if (result < 0) throw new Error(`cannot ${deed}: errno ${koffi.errno()}`);
  return result;
}
