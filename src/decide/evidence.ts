/**
 * How likely it is that a device does harm, by all that is claimed of it.
 *
 * Claims combine as a noisy or, 1 − ∏(1 − wᵢ·cᵢ) (Pearl, Probabilistic Reasoning in Intelligent Systems, 1988, §4.3.2): each
 * detector may be right for a reason of its own, and one that is sure suffices. What one detector says of many subjects
 * is one reason and counts once, at its surest; so a scan of a thousand hosts is no thousandfold proof. A claim that is
 * over fades, halving in a day: an attack of last week says little of today.
 */
import type { IncidentFinding } from '../model/incident.ts';
import type { Certainty } from '../model/preferences.ts';
import { meaningOf, WEIGHT } from './meanings.ts';

const HALF_LIFE = 24 * 3_600_000;

/**
 * A device of the same kind with the same harm counts as a witness that is right in one of five cases, since what one
 * maker's update does looks the same on all of them; beyond three nothing is learnt.
 */
const WITNESS = 0.2;
const MAX_WITNESSES = 3;

/**
 * How likely it must be. `certain`: an absolute fact, or two attacks at once. `likely`: one attack that a detector is
 * sure of, or three suspicions. `suspected`: one suspicion that a detector is sure of.
 */
export const THRESHOLD: Readonly<Record<Certainty, number>> = { certain: 0.95, likely: 0.8, suspected: 0.5 };

/** 0 to 1. @param witnesses other devices of the same kind with the same harm now */
export function strengthOf(findings: readonly IncidentFinding[], witnesses: number, at: number): number {
  const surest = new Map<string, number>();
  for (const finding of findings) {
    const known = surest.get(finding.detector) ?? 0;
    surest.set(finding.detector, Math.max(known, weightOf(finding, at)));
  }
  const doubt = [...surest.values()].reduce((left, weight) => left * (1 - weight), 1);
  if (doubt === 1) return 0;
  return 1 - doubt * (1 - WITNESS) ** Math.min(witnesses, MAX_WITNESSES);
}

/** What one claim counts by itself now. */
export function weightOf(finding: IncidentFinding, at: number): number {
  if (finding.corrected) return 0;
  const age = finding.over === undefined ? 0 : Math.max(0, at - finding.last);
  return WEIGHT[meaningOf(finding.detector).sort] * finding.confidence * 2 ** (-age / HALF_LIFE);
}
