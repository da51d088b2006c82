/**
 * The few system calls that Node does not offer, by the C library through koffi. Calls return what the call returns
 * or throw `SystemCallError`; buffers that the kernel gets by address live in `NativeMemory`, which nothing collects.
 */
import koffi from 'koffi';

export class SystemCallError extends Error {
  readonly call: string;
  readonly errno: number;
  /** `EPERM`, `ENOBUFS` …; `E<number>` for one without a name here. */
  readonly code: string;
  constructor(call: string, errno: number) {
    const code = NAMES.get(errno) ?? `E${errno}`;
    super(`${call}: ${code}`);
    this.name = 'SystemCallError';
    this.call = call;
    this.errno = errno;
    this.code = code;
  }
}

const NAMES = new Map(Object.entries(koffi.os.errno).map(([name, number]) => [number, name]));

export const ERRNO = koffi.os.errno as Readonly<Record<'EAGAIN' | 'EINTR' | 'ENOBUFS' | 'ENETDOWN', number>>;

const library = koffi.load(null);
const bindings = {
  socket: library.func('int socket(int domain, int type, int protocol)'),
  bind: library.func('int bind(int fd, const uint8_t *address, uint32_t length)'),
  setsockopt: library.func('int setsockopt(int fd, int level, int name, const uint8_t *value, uint32_t length)'),
  getsockopt: library.func(
    'int getsockopt(int fd, int level, int name, _Inout_ uint8_t *value, _Inout_ uint8_t *length)',
  ),
  send: library.func('int64_t send(int fd, const uint8_t *bytes, size_t length, int flags)'),
  recvmmsg: library.func('int recvmmsg(int fd, uint64_t vector, uint32_t length, int flags, uint64_t timeout)'),
  sendmmsg: library.func('int sendmmsg(int fd, uint64_t vector, uint32_t length, int flags)'),
  getsockname: library.func('int getsockname(int fd, _Inout_ uint8_t *address, _Inout_ uint8_t *length)'),
  if_nametoindex: library.func('uint32_t if_nametoindex(const char *name)'),
  close: library.func('int close(int fd)'),
  mmap: library.func(
    'uint64_t mmap(uint64_t address, size_t length, int protection, int flags, int fd, int64_t offset)',
  ),
  munmap: library.func('int munmap(uint64_t address, size_t length)'),
  open: library.func('int open(const char *path, int flags)'),
  setns: library.func('int setns(int fd, int type)'),
};

/** As `recvmmsg(2)`; −errno instead of an exception, since EAGAIN and ENOBUFS are ordinary here. */
export function receiveMany(fd: number, vector: bigint, length: number): number {
  const count = bindings.recvmmsg(fd, vector, length, MSG_DONTWAIT, 0n) as number;
  return count < 0 ? -koffi.errno() : count;
}

/** As `sendmmsg(2)`; −errno instead of an exception. */
export function sendMany(fd: number, vector: bigint, length: number): number {
  const count = bindings.sendmmsg(fd, vector, length, 0) as number;
  return count < 0 ? -koffi.errno() : count;
}

export function openSocket(domain: number, type: number, protocol: number): number {
  return checked('socket', bindings.socket(domain, type | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol));
}

export function bindSocket(fd: number, address: Uint8Array): void {
  checked('bind', bindings.bind(fd, address, address.length));
}

/** The first `length` bytes of the address that the socket is bound to. */
export function socketAddress(fd: number, length: number): DataView {
  const address = new Uint8Array(length);
  checked('getsockname', bindings.getsockname(fd, address, int32(length)));
  return new DataView(address.buffer);
}

/** @throws SystemCallError `ENODEV` for a name that is no interface */
export function interfaceIndex(name: string): number {
  const index = bindings.if_nametoindex(name) as number;
  if (index === 0) throw new SystemCallError(`interface ${name}`, koffi.errno());
  return index;
}

export function setOption(fd: number, level: number, name: number, value: number | Uint8Array): void {
  const bytes = typeof value === 'number' ? int32(value) : value;
  checked('setsockopt', bindings.setsockopt(fd, level, name, bytes, bytes.length));
}

export function getOption(fd: number, level: number, name: number, length: number): DataView {
  const value = new Uint8Array(length);
  checked('getsockopt', bindings.getsockopt(fd, level, name, value, int32(length)));
  return new DataView(value.buffer);
}

export function sendBytes(fd: number, bytes: Uint8Array): void {
  checked('send', Number(bindings.send(fd, bytes, bytes.length, 0)));
}

export function closeDescriptor(fd: number): void {
  bindings.close(fd);
}

/** Moves this thread into the network namespace that the file at `path` stands for. */
export function enterNamespace(path: string): void {
  const fd = checked('open', bindings.open(path, 0));
  try {
    checked('setns', bindings.setns(fd, CLONE_NEWNET));
  } finally {
    closeDescriptor(fd);
  }
}

function checked(call: string, result: number): number {
  if (result < 0) throw new SystemCallError(call, koffi.errno());
  return result;
}

function int32(value: number): Uint8Array {
  return new Uint8Array(new Int32Array([value]).buffer);
}

/** Memory at a fixed address outside the collector's reach, with views of it; lives until the process ends or `free`. */
export class NativeMemory {
  readonly address: bigint;
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly #free: () => void;

  private constructor(address: bigint, pointer: unknown, length: number, free: () => void) {
    const buffer = koffi.view(pointer, length);
    this.address = address;
    this.bytes = new Uint8Array(buffer);
    this.view = new DataView(buffer);
    this.#free = free;
  }

  static allocate(length: number): NativeMemory {
    const pointer = koffi.alloc('uint8_t', length);
    return new NativeMemory(koffi.address(pointer), pointer, length, () => koffi.free(pointer));
  }

  /** Memory that `fd` shares with the kernel. */
  static map(fd: number, length: number): NativeMemory {
    const address = BigInt(bindings.mmap(0n, length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0n));
    if (address === MAP_FAILED) throw new SystemCallError('mmap', koffi.errno());
    return new NativeMemory(address, address, length, () => bindings.munmap(address, length));
  }

  /** No view of this memory may be used afterwards. */
  free(): void {
    this.#free();
  }
}

/** Numbers of the generic ABI (x86, ARM, RISC-V): asm-generic/socket.h, linux/socket.h, bits/mman.h. */
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const MSG_DONTWAIT = 0x40;
const CLONE_NEWNET = 0x40000000;
const PROT_READ = 1;
const PROT_WRITE = 2;
const MAP_SHARED = 1;
const MAP_FAILED = 0xffffffffffffffffn;

export const SOL_SOCKET = 1;
export const SO_RCVBUF = 8;
export const SO_SNDBUFFORCE = 32;
export const SO_RCVBUFFORCE = 33;
export const SO_ATTACH_FILTER = 26;
