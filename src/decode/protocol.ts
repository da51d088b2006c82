import type { Observation } from '../model/observation.ts';
import type { Packet } from './packet.ts';
import type { QuicCrypto } from './quic-keys.ts';

export type Sink = (observation: Observation) => void;

/** For who only follows where messages begin and end: what nobody is told need not be read. */
export const NOBODY: Sink = () => {};

export type DecoderOptions = {
  /** Needed to read QUIC hellos; without it they are passed over. */
  crypto?: QuicCrypto;
  /** A filter before the decoder passes what looks like control packets: a segment between others may never come. */
  filtered?: boolean;
};

/** Reads one packet that the protocol claimed. Keeps nothing of the packet's buffer. */
export type PacketDecoder = (packet: Packet) => void;

/** A protocol that is recognised by header fields: one file, one line in the list of control.ts. */
export type Protocol = {
  name: string;
  etherTypes?: readonly number[];
  /** Either end's port. */
  udpPorts?: readonly number[];
  icmpv6Types?: readonly number[];
  start(sink: Sink, options: DecoderOptions): PacketDecoder;
};

/** A protocol over TCP, read message by message from the bytes of one direction. */
export type StreamProtocol = {
  name: string;
  /** A message is looked for where either end has this port, or where a segment begins with this octet. */
  ports?: readonly number[];
  firstOctets?: readonly number[];
  /** Whether [start, end), of which ports or first octet are right, can begin a message: a look at the first octets. */
  begins(bytes: Uint8Array, start: number, end: number): boolean;
  /**
   * Reads messages from [start, end); `packet` is the segment that completed them and names the ends. Returns how many
   * octets are done with – the rest is kept until more arrives – or FINISHED when the stream is of no more interest.
   */
  read(bytes: Uint8Array, start: number, end: number, packet: Packet, sink: Sink): number;
  /** Tells what [start, end) says, the begin of a message of which a later part came and the next one never will. */
  readCut?(bytes: Uint8Array, start: number, end: number, packet: Packet, sink: Sink): void;
};

export const FINISHED = -1;
