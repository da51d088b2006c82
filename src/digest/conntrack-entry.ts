/**
 * One connection as the kernel's connection tracking told of it: filled in place by the parser, overwritten by the
 * next message. The ends are those of the connection itself, before any address translation by this router: the
 * source is the original direction's source, the destination the reply direction's source.
 */
export class ConntrackEntry {
  /** The kernel's id of the entry, 32 bits; unique only together with the ends. */
  id = 0;
  /** IP protocol number. */
  protocol = 0;
  /** Four words of each address, IPv4 mapped (model/address.ts). */
  readonly source = new Uint32Array(4);
  readonly destination = new Uint32Array(4);
  /** As `W.ports`: source and destination port, for ICMP `type << 8 | code`. */
  ports = 0;
  /** Whether the message held counters; they are totals since the connection began. Bytes are IP lengths. */
  counted = false;
  packetsUp = 0;
  packetsDown = 0;
  bytesUp = 0;
  bytesDown = 0;
  /** When the connection began, ms since the epoch; 0 where the kernel did not say. */
  start = 0;
  /** A TCP connection that tracking met in its middle: who began it is not certain. */
  midstream = false;

  clear(): void {
    this.id = 0;
    this.protocol = 0;
    for (let i = 0; i < 4; i++) {
      this.source[i] = 0;
      this.destination[i] = 0;
    }
    this.ports = 0;
    this.counted = false;
    this.packetsUp = 0;
    this.packetsDown = 0;
    this.bytesUp = 0;
    this.bytesDown = 0;
    this.start = 0;
    this.midstream = false;
  }
}
