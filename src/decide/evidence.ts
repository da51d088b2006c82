/**
 * How likely it is that a device does harm, by all that is claimed of it.
 *
 * Claims combine as a noisy or, 1 − ∏(1 − wᵢ·cᵢ) (Pearl, Probabilistic Reasoning in Intelligent Systems, 1988, §4.3.2): each
 * detector may be right for a reason of its own, and one that is sure suffices. The rule asks for reasons that do not
 * depend on each other: what one detector says of many subjects, and what several say of one far end, is one reason and
 * counts once, at its surest; so a scan of a thousand hosts is no thousandfold proof, nor a strange server that is also
 * called by the clock a double one. A claim that is over fades, halving in a day: an attack of last week says little of today.
 */
import type { IncidentFinding } from '../model/incident.ts';
import type { Certainty } from '../model/preferences.ts';
import { meaningOf, WEIGHT } from './meanings.ts';

/** A claim that counts less by itself lends weight to others and is not acted upon. */
export const LEAST_WEIGHT = 0.2;

const HALF_LIFE = 24 * 3_600_000;

/**
 * A device of the same kind with the same harm counts as a witness that is right in one of five cases, since what one
 * maker's update does looks the same on all of them; beyond three nothing is learnt.
 */
const WITNESS = 0.2;
const MAX_WITNESSES = 3;

/**
 * How likely it must be. `certain`: an absolute fact, or two attacks at once. `likely`: one attack of which a detector is
 * fairly sure (0.8), or two or three suspicions of different things. `suspected`: one suspicion that a detector is sure of.
 */
export const THRESHOLD: Readonly<Record<Certainty, number>> = { certain: 0.95, likely: 0.75, suspected: 0.5 };

/** 0 to 1; never less for more claims. @param witnesses other devices of the same kind with the same harm now */
export function strengthOf(findings: readonly IncidentFinding[], witnesses: number, at: number): number {
  const byDetector = doubtOf(findings, at, ({ detector }) => detector);
  const byFarEnd = doubtOf(findings, at, ({ detector, target }) =>
    target?.node ? `at ${Object.values(target.node)[0]}` : detector,
  );
  // Reasons must differ in both: who says it, and of what.
  const doubt = Math.max(byDetector, byFarEnd);
  if (doubt === 1) return 0;
  return 1 - doubt * (1 - WITNESS) ** Math.min(witnesses, MAX_WITNESSES);
}

/** How likely all of it is wrong, where claims of one group are one reason. */
function doubtOf(findings: readonly IncidentFinding[], at: number, groupOf: (one: IncidentFinding) => string): number {
  const surest = new Map<string, number>();
  for (const finding of findings) {
    const group = groupOf(finding);
    surest.set(group, Math.max(surest.get(group) ?? 0, weightOf(finding, at)));
  }
  return [...surest.values()].reduce((left, weight) => left * (1 - weight), 1);
}

/** What one claim counts by itself now. */
export function weightOf(finding: IncidentFinding, at: number): number {
  if (finding.corrected) return 0;
  const age = finding.over === undefined ? 0 : Math.max(0, at - finding.last);
  return WEIGHT[meaningOf(finding.detector).sort] * finding.confidence * 2 ** (-age / HALF_LIFE);
}
