/** What a record's place in the home says about its flow, as bits that go with it to a `FlowWitness`. */
export const MARK = {
  /** The device looked the far end up by name, or greeted it by one. */
  named: 1,
  /** The far end is a device of this home. */
  peer: 2,
  /** The device's own address, the far end's, is of this home. */
  oursHome: 4,
  theirsHome: 8,
  /** … is multicast, broadcast, loopback or unspecified. */
  oursSpecial: 16,
  theirsSpecial: 32,
  /** The device is known by the hardware address of its frames, not by the address that is looked at. */
  onLink: 64,
} as const;

/**
 * Looks on while flow records are counted. Called for every record that belongs to a device: no objects, no waiting,
 * and nothing of the batch may be kept.
 */
export type FlowWitness = {
  /**
   * @param record place in the batch whose views are `words` and `doubles`
   * @param device index of the device
   * @param turned 0: the device is the record's source; 1: its destination
   * @param marks bits of `MARK`
   * @param entry its conversation; -1 where the record carries header facts only and another source counts
   */
  flow(
    words: Uint32Array,
    doubles: Float64Array,
    record: number,
    device: number,
    turned: number,
    marks: number,
    entry: number,
  ): void;
  /**
   * A sum of flows (`FLAG.crowd`) that the device, its source, began and nobody answered. The far end is not known where
   * the destination is zero.
   */
  crowd?(words: Uint32Array, doubles: Float64Array, record: number, device: number, marks: number): void;
};
