/** TCP segments as a bot makes them, past the kernel's own connections (RFC 9293 §3.1). */

const SYN = 2;
const TCP = 6;
const WINDOW = 0x7210;

/** Octets of an IPv4 address. */
export function octets(address: string): Uint8Array {
  return Uint8Array.from(address.split('.').map(Number));
}

export type Syn = { source: Uint8Array; sourcePort: number; destination: Uint8Array; port: number; sequence: number };

export function synSegment({ source, sourcePort, destination, port, sequence }: Syn): Buffer {
  const segment = Buffer.alloc(20);
  segment.writeUInt16BE(sourcePort, 0);
  segment.writeUInt16BE(port, 2);
  segment.writeUInt32BE(sequence, 4);
  segment[12] = 5 << 4;
  segment[13] = SYN;
  segment.writeUInt16BE(WINDOW, 14);
  const pseudo = Buffer.from([...source, ...destination, 0, TCP, 0, segment.length]);
  segment.writeUInt16BE(checksum(Buffer.concat([pseudo, segment])), 16);
  return segment;
}

/** RFC 1071, of an even number of octets. */
function checksum(bytes: Buffer): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += bytes.readUInt16BE(i);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
