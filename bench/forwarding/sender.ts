/**
 * Sends one frame as often as each line of its input says, as fast as it can: `node sender.ts INTERFACE FRAME_AS_JSON`. Runs
 * inside a namespace of the test bed. Across pairs of virtual cards the kernel forwards within the call that sends, so
 * that this process's own CPU time is that of the whole way of each packet; answers each line with it, ms.
 */
import { createInterface } from 'node:readline';
import { type FrameOptions, frame } from '../../src/enforce/testing/frames.ts';
import { bindSocket, interfaceIndex, NativeMemory, openSocket, sendMany } from '../../src/source/netlink/libc.ts';
import { ownCpu } from '../live/process.ts';

const [name = '', json = ''] = process.argv.slice(2);
const AF_PACKET = 17;
const SOCK_RAW = 3;
const BATCH = 64;
const MMSGHDR_BYTES = 64;
const IOVEC_BYTES = 16;

const bytes = frame(JSON.parse(json) as FrameOptions);
const iovecAt = Math.ceil(bytes.length / 8) * 8;
const headersAt = iovecAt + IOVEC_BYTES;
const memory = NativeMemory.allocate(headersAt + BATCH * MMSGHDR_BYTES);
memory.bytes.fill(0);
memory.bytes.set(bytes);
memory.view.setBigUint64(iovecAt, memory.address, true);
memory.view.setBigUint64(iovecAt + 8, BigInt(bytes.length), true);
for (let i = 0; i < BATCH; i++) {
  memory.view.setBigUint64(headersAt + i * MMSGHDR_BYTES + 16, memory.address + BigInt(iovecAt), true);
  memory.view.setBigUint64(headersAt + i * MMSGHDR_BYTES + 24, 1n, true);
}

const fd = openSocket(AF_PACKET, SOCK_RAW, 0);
const address = new DataView(new ArrayBuffer(20));
address.setUint16(0, AF_PACKET, true);
address.setInt32(4, interfaceIndex(name), true);
bindSocket(fd, new Uint8Array(address.buffer));

function send(packets: number): void {
  for (let sent = 0; sent < packets; ) {
    const done = sendMany(fd, memory.address + BigInt(headersAt), Math.min(BATCH, packets - sent));
    if (done <= 0) throw new Error('cannot send');
    sent += done;
  }
}

for await (const line of createInterface(process.stdin)) {
  const before = ownCpu();
  send(Number(line));
  process.stdout.write(`${ownCpu() - before}\n`);
}
