/**
 * The facts of one frame, filled in place by decode/frame.ts and overwritten by the next one: packets never become
 * objects. Decoders of control protocols read from it and must copy what they keep.
 *
 * Words of 32 bits (addresses, low halves of hardware addresses, sequence numbers) are *signed* here, as
 * `DataView.getInt32` gives them: the engine keeps such fields unboxed. `>>> 0` makes the unsigned number; the
 * functions of model/address.ts take either.
 */
export class Packet {
  /** The buffer that holds the frame; only [frameStart, frameEnd) was captured. */
  bytes: Uint8Array = new Uint8Array(0);
  view: DataView = new DataView(new ArrayBuffer(0));
  frameStart = 0;
  frameEnd = 0;
  /** Length on the wire, bytes. */
  wireLength = 0;
  /** ms since the epoch, with fractions. */
  at = 0.5;

  /** LINKTYPE number of the frame. */
  linkType = 0;

  /** Hardware addresses; all zero where the link has none. */
  sourceMacHigh = 0;
  sourceMacLow = 0;
  destinationMacHigh = 0;
  destinationMacLow = 0;
  /** EtherType of the payload after all tags; 0 where there is none. */
  etherType = 0;

  /** 4 or 6; 0 where the frame holds no IP. */
  family = 0;
  source0 = 0;
  source1 = 0;
  source2 = 0;
  source3 = 0;
  destination0 = 0;
  destination1 = 0;
  destination2 = 0;
  destination3 = 0;
  /** IP protocol number after extension headers. */
  protocol = 0;
  /** IPv4 TTL or IPv6 hop limit. */
  ttl = 0;
  /** Where the network-layer header starts. */
  networkStart = 0;
  /** 0: not a fragment; 1: first fragment; 2: later fragment (no transport header). */
  fragment = 0;
  fragmentId = 0;

  /** For ICMP: type and code in destinationPort as `type << 8 | code`, sourcePort 0. */
  sourcePort = 0;
  destinationPort = 0;
  /** The protocol has ports, but this packet does not show them: a later fragment, or cut before them. */
  portless = false;
  /** TCP flags byte (FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32). */
  tcpFlags = 0;
  tcpSequence = 0;
  /** Captured transport payload: [payloadStart, payloadEnd). For a frame without transport the network payload. */
  payloadStart = 0;
  payloadEnd = 0;
  /** Transport payload on the wire, bytes; more than payloadEnd − payloadStart where the capture cut it. */
  payloadLength = 0;

  /** Why the frame was skipped; meaningful only after decode/frame.ts answered `FRAME.skipped`. */
  skipReason = '';
}

/** What a frame is; every frame is exactly one of these. */
export const FRAME = {
  /** Holds an IP packet that belongs to a flow. */
  flow: 0,
  /** Never leaves its link: ARP, LLDP, spanning tree, EAPOL, 802.11 management … */
  local: 1,
  /** Could not be read; `Packet.skipReason` says why. */
  skipped: 2,
} as const;
export type FrameClass = (typeof FRAME)[keyof typeof FRAME];

export function skip(p: Packet, reason: string): FrameClass {
  p.skipReason = reason;
  return FRAME.skipped;
}

export const TRUNCATED = 'truncated-header';
export const BAD_IP = 'bad-ip-header';
