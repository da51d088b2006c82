import type { Totals } from '../digest/totals.ts';

/** What the digest's thread is told at start. */
export type DigestTask = {
  file: string;
  ring: SharedArrayBuffer;
  digest: { seed: number; standingStep: number; crowds: boolean };
};

/** What it says outside the ring: how far it is, and at the end what went in and what was wrong with the file. */
export type DigestWord =
  | { taken: number; size: number }
  | { totals: Totals; fault?: { offset: number; reason: string; frames: number } };
