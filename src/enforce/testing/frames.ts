/** Whole Ethernet frames with right checksums, as a program with raw sockets makes them. */
import { isV4, parseAddress, parseMac } from '../../model/address.ts';

export type FrameOptions = {
  sourceMac: string;
  destinationMac: string;
  source: string;
  destination: string;
  /** 6 and 17 have ports; others an empty payload of 16 bytes. */
  protocol: number;
  sourcePort?: number;
  destinationPort?: number;
  /** TCP flags; SYN if absent. */
  flags?: number;
};

export function frame(options: FrameOptions): Uint8Array {
  const source = parseAddress(options.source)!;
  const destination = parseAddress(options.destination)!;
  const v4 = isV4(source);
  const payload = transport(options);
  const bytes = new Uint8Array(14 + (v4 ? 20 : 40) + payload.length);
  const view = new DataView(bytes.buffer);
  writeMac(view, 0, options.destinationMac);
  writeMac(view, 6, options.sourceMac);
  view.setUint16(12, v4 ? 0x0800 : 0x86dd);
  const at = 14 + (v4 ? 20 : 40);
  bytes.set(payload, at);
  if (v4) {
    view.setUint8(14, 0x45);
    view.setUint16(16, 20 + payload.length);
    view.setUint8(22, 64);
    view.setUint8(23, options.protocol);
    view.setUint32(26, source[3]);
    view.setUint32(30, destination[3]);
    view.setUint16(24, checksum(view, 14, 20, 0));
  } else {
    view.setUint8(14, 0x60);
    view.setUint16(18, payload.length);
    view.setUint8(20, options.protocol);
    view.setUint8(21, 64);
    for (const [i, word] of [...source, ...destination].entries()) view.setUint32(22 + 4 * i, word);
  }
  const field = options.protocol === 6 ? 16 : options.protocol === 17 ? 6 : undefined;
  if (field !== undefined) {
    const pseudo = sum(view, v4 ? 26 : 22, v4 ? 8 : 32) + payload.length + options.protocol;
    view.setUint16(at + field, checksum(view, at, payload.length, pseudo));
  }
  return bytes;
}

function transport({ protocol, sourcePort = 4000, destinationPort = 9, flags = 2 }: FrameOptions): Uint8Array {
  if (protocol !== 6 && protocol !== 17) return new Uint8Array(16);
  const bytes = new Uint8Array(protocol === 6 ? 20 : 16);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, sourcePort);
  view.setUint16(2, destinationPort);
  if (protocol === 17) view.setUint16(4, bytes.length);
  else {
    view.setUint8(12, 0x50);
    view.setUint8(13, flags);
    view.setUint16(14, 65_535);
  }
  return bytes;
}

function writeMac(view: DataView, at: number, text: string): void {
  const mac = parseMac(text)!;
  view.setUint16(at, mac.hi);
  view.setUint32(at + 2, mac.lo);
}

function sum(view: DataView, start: number, length: number): number {
  let total = 0;
  for (let at = start; at < start + length; at += 2) total += view.getUint16(at);
  return total;
}

function checksum(view: DataView, start: number, length: number, initial: number): number {
  let total = initial + sum(view, start, length);
  while (total > 0xffff) total = (total & 0xffff) + Math.floor(total / 0x10000);
  return ~total & 0xffff;
}
