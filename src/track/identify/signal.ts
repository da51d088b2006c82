import type { Evidence } from '../../model/identity.ts';
import type { Kind } from '../../model/kinds.ts';

/**
 * How much a signal weighs, in bits: a thing of the kind shows it 2ⁿ times as often as other things of a home do. The
 * figures are judgements by the reasons beside the tables, not fitted to recordings.
 */
export const PROOF = 9;
export const STRONG = 7;
export const LIKELY = 5;
export const HINT = 3;
export const WEAK = 2;

/** Bits for each kind; negative ones speak against it. */
export type Says = Partial<Record<Kind, number>>;

export type Signal = {
  from: Evidence;
  /** A pattern for texts; the exact text for names looked up (all below them too) and ports such as `tcp/554`. */
  what: RegExp | string;
  says: Says;
  /** The maker that it gives away. */
  vendor?: string;
  /** Only where the registry's organisation of the hardware address, or a maker given away otherwise, is this one. */
  maker?: RegExp;
  /** The matched text is a model's name. */
  model?: true;
  why: string;
};

/** Rows of one table that share where they are seen and the reason why they tell. */
export function because(
  why: string,
  from: Evidence,
  rows: readonly (readonly [what: RegExp | string, says: Says, vendor?: string])[],
): Signal[] {
  return rows.map(([what, says, vendor]) => ({ from, what, says, why, ...(vendor !== undefined && { vendor }) }));
}

/** Patterns for `names`, alternatives of one pattern that starts where the text or a word starts. */
export function oneOf(...names: readonly string[]): RegExp {
  return new RegExp(`^(?:${names.join('|')})(?![a-z])`, 'i');
}
