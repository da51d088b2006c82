/**
 * Sends the first packet of ever new connections, evenly:
 * `node sender.ts INTERFACE GATEWAY_MAC RATE COUNT BEFORE FAMILY PROTOCOL [scan]`. Runs inside the namespace of the test
 * bed's home; frames are made here and handed over many at a time. Connections are numbered from BEFORE on.
 * RATE 0 sends COUNT packets of one single connection as fast as it can.
 */

import { parseAddress, parseMac } from '../../src/model/address.ts';
import { FAR, HOME } from '../../src/source/live/testbed.ts';
import { bindSocket, interfaceIndex, NativeMemory, openSocket, sendMany } from '../../src/source/netlink/libc.ts';

const [name = '', gateway = '', rateText, countText, beforeText, family, protocol, pattern] = process.argv.slice(2);
const rate = Number(rateText);
const count = Number(countText);
const before = Number(beforeText);
const isV6 = family === 'v6';
const isTcp = protocol === 'tcp';
/** Every connection to another address; IPv4 only. */
const isScan = pattern === 'scan';
/** 198.18.0.0/15, for benchmarks (RFC 2544). */
const SCANNED = { first: 0xc6120000, count: 131_072 } as const;

const AF_PACKET = 17;
const SOCK_RAW = 3;
const BATCH = 64;
const FRAME_BYTES = 128;
const MMSGHDR_BYTES = 64;
const IOVEC_BYTES = 16;
const ETHERNET = 14;
const PAYLOAD = 16;
/** Source ports of one destination port. */
const PORTS = 50_000;

const ipHeader = isV6 ? 40 : 20;
const transport = ETHERNET + ipHeader;
const frameLength = transport + (isTcp ? 20 : 8 + PAYLOAD);

const memory = NativeMemory.allocate(BATCH * (FRAME_BYTES + MMSGHDR_BYTES + IOVEC_BYTES));
const { view, bytes } = memory;
const headers = BATCH * FRAME_BYTES;
bytes.fill(0);
for (let i = 0; i < BATCH; i++) prepare(i);

const fd = openSocket(AF_PACKET, SOCK_RAW, 0);
const address = new DataView(new ArrayBuffer(20));
address.setUint16(0, AF_PACKET, true);
address.setInt32(4, interfaceIndex(name), true);
bindSocket(fd, new Uint8Array(address.buffer));

/** Everything of a frame that stays the same, and its place in the vector of messages. */
function prepare(i: number): void {
  const at = i * FRAME_BYTES;
  writeMac(at, gateway);
  writeMac(at + 6, HOME.mac);
  const source = parseAddress(isV6 ? HOME.v6 : HOME.v4)!;
  const destination = parseAddress(isV6 ? FAR.v6 : FAR.v4)!;
  const ip = at + ETHERNET;
  view.setUint16(at + 12, isV6 ? 0x86dd : 0x0800);
  if (isV6) {
    view.setUint8(ip, 0x60);
    view.setUint16(ip + 4, frameLength - transport);
    view.setUint8(ip + 6, isTcp ? 6 : 17);
    view.setUint8(ip + 7, 64);
    for (const [n, word] of [...source, ...destination].entries()) view.setUint32(ip + 8 + 4 * n, word);
  } else {
    view.setUint8(ip, 0x45);
    view.setUint16(ip + 2, frameLength - ETHERNET);
    view.setUint8(ip + 8, 64);
    view.setUint8(ip + 9, isTcp ? 6 : 17);
    view.setUint32(ip + 12, source[3]);
    view.setUint32(ip + 16, destination[3]);
    view.setUint16(ip + 10, checksum(ip, 20, 0));
  }
  if (isTcp) {
    view.setUint8(at + transport + 12, 0x50);
    view.setUint8(at + transport + 13, 2);
    view.setUint16(at + transport + 14, 65_535);
  } else view.setUint16(at + transport + 4, 8 + PAYLOAD);
  const iovec = headers + BATCH * MMSGHDR_BYTES + i * IOVEC_BYTES;
  view.setBigUint64(iovec, memory.address + BigInt(at), true);
  view.setBigUint64(iovec + 8, BigInt(frameLength), true);
  view.setBigUint64(headers + i * MMSGHDR_BYTES + 16, memory.address + BigInt(iovec), true);
  view.setBigUint64(headers + i * MMSGHDR_BYTES + 24, 1n, true);
}

function writeMac(at: number, text: string): void {
  const mac = parseMac(text)!;
  view.setUint16(at, mac.hi);
  view.setUint32(at + 2, mac.lo);
}

function checksum(start: number, length: number, initial: number): number {
  let sum = initial;
  for (let at = start; at < start + length; at += 2) sum += view.getUint16(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/** Ports and, of a scan, address of connection `n`, and the checksums that they change. */
function aim(i: number, n: number): void {
  const at = i * FRAME_BYTES + transport;
  if (isScan) {
    const ip = i * FRAME_BYTES + ETHERNET;
    view.setUint32(ip + 16, SCANNED.first + (n % SCANNED.count));
    view.setUint16(ip + 10, 0);
    view.setUint16(ip + 10, checksum(ip, 20, 0));
  }
  view.setUint16(at, 10_000 + (n % PORTS));
  view.setUint16(at + 2, 1000 + Math.floor(n / PORTS));
  const field = at + (isTcp ? 16 : 6);
  view.setUint16(field, 0);
  const length = frameLength - transport;
  const addresses = isV6 ? [i * FRAME_BYTES + ETHERNET + 8, 32] : [i * FRAME_BYTES + ETHERNET + 12, 8];
  let pseudo = length + (isTcp ? 6 : 17);
  for (let k = 0; k < addresses[1]!; k += 2) pseudo += view.getUint16(addresses[0]! + k);
  view.setUint16(field, checksum(at, length, pseudo));
}

let sent = 0;
const began = performance.now();
function burst(): void {
  const due = rate === 0 ? count : Math.min(count, Math.floor(((performance.now() - began) * rate) / 1000));
  while (sent < due) {
    const wanted = Math.min(BATCH, due - sent);
    for (let i = 0; i < wanted; i++) aim(i, rate === 0 ? 0 : before + sent + i);
    const done = sendMany(fd, memory.address + BigInt(headers), wanted);
    if (done <= 0) break;
    sent += done;
  }
  if (sent < count) setTimeout(burst, 2);
  else process.stdout.write(`${JSON.stringify({ sent, ms: performance.now() - began })}\n`);
}
burst();
