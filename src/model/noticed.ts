import type { IncidentFinding } from './incident.ts';

/**
 * Why nothing is done about something that was noticed. `not-harm`: it harms nobody, and is told for the household to
 * know. `fine`: the household said that it is. `not-sure`: it may be harm, and the evidence does not reach an incident.
 */
export const NOTICED_REASONS = ['not-harm', 'fine', 'not-sure'] as const;
export type NoticedReason = (typeof NOTICED_REASONS)[number];

/** How likely it is harm, by itself. `hardly`: it counts only beside other signs. */
export const SURENESS = ['hardly', 'perhaps'] as const;
export type Sureness = (typeof SURENESS)[number];

/** What a detector claims of a device and is no part of an open incident. */
export type Noticed = Pick<
  IncidentFinding,
  'id' | 'detector' | 'subject' | 'evidence' | 'confidence' | 'first' | 'last' | 'until' | 'over'
> & {
  device: string;
  reason: NoticedReason;
  /** Only of what may be harm. */
  sure?: Sureness;
};
