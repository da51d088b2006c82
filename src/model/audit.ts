import type { HouseholdRule } from './household.ts';
import type { Kind } from './kinds.ts';

/** Devices under one policy, as the household put them together. */
export type Group = { id: string; name: string; members: string[] };

/** What somebody decided, with all that it changed, so that it can be undone exactly. Plain JSON, kept for good. */
export type AuditEntry = Changes & {
  /** Rises with each entry. */
  id: number;
  at: number;
  kind: AuditKind;
  actor: string;
  /** The entry that this one undid, and the one that undid it. */
  undoes?: number;
  undoneBy?: number;
};

export const AUDIT_KINDS = [
  'rule-set',
  'rule-removed',
  'rule-ended',
  'group-made',
  'group-changed',
  'group-removed',
  'renamed',
  'kind-set',
  // Asked whether two devices are one, somebody said yes, or no; neither can be taken back.
  'same-device',
  'not-same-device',
  // Two devices turned out to be one, and what was decided for the one holds for both.
  'merged',
  'undone',
] as const;
export type AuditKind = (typeof AUDIT_KINDS)[number];

/** What is absent before was made, what is absent after is gone. */
export type Changes = {
  rules: Array<{ id: string; before?: HouseholdRule; after?: HouseholdRule }>;
  groups: Array<{ id: string; before?: Group; after?: Group }>;
  /** The owner's names of devices. */
  names: Array<{ device: string; before?: string; after?: string }>;
  /** What the owner says that devices are. */
  kinds?: Array<{ device: string; before?: Kind; after?: Kind }>;
  /** The device that was asked about, and the one that it looks like. */
  same?: { device: string; as: string };
};

export const NO_CHANGES: Readonly<Changes> = { rules: [], groups: [], names: [] };

export type NewAuditEntry = Omit<AuditEntry, 'id' | 'undoneBy'>;
