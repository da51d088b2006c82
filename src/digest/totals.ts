/** Packets and bytes (original frame lengths). */
export type Amount = { packets: number; bytes: number };

/**
 * What went into a digest. Always: packets = packets of drained and still held flow records + localOnly + all skipped,
 * and the same for bytes.
 */
export type Totals = Amount & {
  /** Earliest and latest time of a frame, ms since the epoch; 0 before the first. */
  first: number;
  last: number;
  /** Frames that never leave their link. */
  localOnly: Amount;
  /** Frames that could not be read, by reason. */
  skipped: Record<string, Amount>;
  /** Flows found. */
  flows: number;
  /** Flows that had to go before their time. */
  evictedFlows: number;
  /** Frames at which a decoder of control protocols failed. */
  controlFaults: number;
};

/** A capture can name 65,536 link types; past this many reasons the rest is `other`. */
const MAX_SKIP_REASONS = 64;

export function newTotals(): Totals {
  return {
    packets: 0,
    bytes: 0,
    first: 0,
    last: 0,
    localOnly: { packets: 0, bytes: 0 },
    skipped: Object.create(null) as Record<string, Amount>,
    flows: 0,
    evictedFlows: 0,
    controlFaults: 0,
  };
}

export function countSkipped(totals: Totals, reason: string, bytes: number): void {
  let amount = totals.skipped[reason];
  if (amount === undefined) {
    const key = Object.keys(totals.skipped).length < MAX_SKIP_REASONS ? reason : 'other';
    amount = totals.skipped[key] ?? { packets: 0, bytes: 0 };
    totals.skipped[key] = amount;
  }
  amount.packets++;
  amount.bytes += bytes;
}
