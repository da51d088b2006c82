/** Where frames go; a `Digest` is one. Bytes are only valid during the call. */
export type FrameSink = {
  frame(
    bytes: Uint8Array,
    view: DataView,
    start: number,
    capturedEnd: number,
    wireLength: number,
    at: number,
    linkType: number,
  ): void;
};

/** A piece of a capture in memory: `view` spans the whole of `bytes`. */
export type Piece = { readonly bytes: Uint8Array; readonly view: DataView };

/** Parses a capture that comes in pieces. */
export type CaptureParser = {
  readonly format: 'pcap' | 'pcapng';
  /** Frames given away so far. */
  readonly frames: number;
  /** Frames later than this are left for the next call, ms since the epoch; `Infinity` at first. */
  until: number;
  /** Time of the frame at which `until` stopped the last call; `undefined` where it was not `until`. */
  readonly pausedAt: number | undefined;
  /**
   * Gives all whole frames of [start, end) away and answers how many bytes it needs no more; what is left must come
   * again, with more after it.
   *
   * @param offset of `start` in the file, for messages
   * @throws MalformedCapture
   */
  parse(piece: Piece, start: number, end: number, offset: number): number;
  /** Says what is missing where the file ends within a record; `undefined` if it may end here. */
  missing(left: number): string | undefined;
};

/** Largest frame that is believed: libpcap's MAXIMUM_SNAPLEN. */
export const MAX_FRAME = 262_144;
/** Largest time that a Date can hold; later ones are lies, ms. */
export const END_OF_TIME = 8.64e15;
