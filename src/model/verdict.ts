import type { HouseholdRule, RuleTarget } from './household.ts';

/** Steps that a device can be on by SPIN's own decision, the mildest first; each cuts what the one before it cuts. */
export const VERDICT_STEPS = ['none', 'slow', 'essential', 'local', 'isolated'] as const;
export type VerdictStep = (typeof VERDICT_STEPS)[number];

/** What happens to a device now, by SPIN's own decision and because of an incident. */
export type Verdict = {
  incident: string;
  device: string;
  /** Conversations that are cut, whatever the step. */
  blocks: OffendingTarget[];
  step: VerdictStep;
  /** Since when it is as it is. */
  since: number;
  /** When the cuts end if nothing more is seen; moves with the evidence. */
  until: number;
  /** When the cuts ended. Tight limits go on, for as long as the incident is not closed: probation. */
  released?: number;
};

/** What of a device's traffic does the harm; one of both is present. */
export type OffendingTarget = Pick<RuleTarget, 'node' | 'service'>;

/** A verdict in the household's own vocabulary, kept beside its rules; an `allow` of the household beats it. */
export type OwnRule = HouseholdRule & { by: 'spin'; because: string };

/** Why a device is under tight limits. */
export type LimitReason = 'probation' | 'kindred' | 'new-device' | 'weak';
export type OwnLimit = {
  device: string;
  reason: LimitReason;
  /** The incident. */
  because?: string;
  /** It does harm through the home's name server, so that it may ask that only a little. */
  names?: true;
};

/** What SPIN wants by itself now. */
export type OwnPolicy = { rules: OwnRule[]; limits: OwnLimit[] };
