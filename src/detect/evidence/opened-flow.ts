/** A flow that began, as the device's home sees it; one object for all, valid during the call only. */
export type OpenedFlow = {
  readonly at: number;
  readonly device: number;
  /** Its entry: `Home.conversationId` gives the number; -1 where only headers were seen. */
  readonly conversation: number;
  readonly protocol: number;
  /** Service port; for ICMP `type << 8 | code`. */
  readonly port: number;
  /** Port of the end that began. */
  readonly clientPort: number;
  /** The device began it. */
  readonly byDevice: boolean;
  /** Its first packet was seen, or the kernel knew it: it did not go on from before. */
  readonly begun: boolean;
  /** Told by the kernel's counters: its bytes are those of IP packets, without the link's header. */
  readonly counted: boolean;
  /** Bits of `MARK`. */
  readonly marks: number;
  /** Far end's address. */
  readonly far: readonly [number, number, number, number];
};
