/** TCP segments as a bot makes them, past the kernel's own connections (RFC 9293 §3.1). */

const SYN = 2;
const TCP = 6;
const WINDOW = 0x7210;
/** Where the checksum stands in the header. */
export const CHECKSUM_AT = 16;

/** Octets of an address of either family, without an embedded IPv4 one (RFC 4291 §2.2). */
export function octets(address: string): Uint8Array {
  if (!address.includes(':')) return Uint8Array.from(address.split('.').map(Number));
  const [before = [], after = []] = address.split('::').map((half) => half.split(':').filter((group) => group !== ''));
  const zeros = Array<string>(8 - before.length - after.length).fill('0');
  return Uint8Array.from(
    [...before, ...zeros, ...after].flatMap((group) => {
      const value = Number.parseInt(group, 16);
      return [value >>> 8, value & 0xff];
    }),
  );
}

export type Syn = { sourcePort: number; port: number; sequence: number };
export type Ends = { source: Uint8Array; destination: Uint8Array };

/** @param ends IPv4 addresses for the checksum; without them it is left to the kernel, as over IPv6 */
export function synSegment({ sourcePort, port, sequence }: Syn, ends?: Ends): Buffer {
  const segment = Buffer.alloc(20);
  segment.writeUInt16BE(sourcePort, 0);
  segment.writeUInt16BE(port, 2);
  segment.writeUInt32BE(sequence, 4);
  segment[12] = 5 << 4;
  segment[13] = SYN;
  segment.writeUInt16BE(WINDOW, 14);
  if (ends) {
    const pseudo = Buffer.from([...ends.source, ...ends.destination, 0, TCP, 0, segment.length]);
    segment.writeUInt16BE(checksum(Buffer.concat([pseudo, segment])), CHECKSUM_AT);
  }
  return segment;
}

/** RFC 1071, of an even number of octets. */
function checksum(bytes: Buffer): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += bytes.readUInt16BE(i);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
