import type {
  AuditView,
  GroupBody,
  GroupChangeView,
  GroupView,
  NewGroupBody,
  PreviewView,
  RuleChangeView,
  RuleView,
  SetRuleBody,
} from '../contract/api.ts';
import type { Actor } from './actor.ts';

/**
 * What the server needs of the household's rules. What changes something is durable when it returns.
 * @throws {Refusal} with its field, and {CannotStore}; nothing is changed then
 */
export type HouseholdDoor = {
  rules(): RuleView[];
  setRule(body: SetRuleBody, actor: Actor): RuleChangeView;
  removeRule(id: string, actor: Actor): RuleChangeView;
  preview(body: SetRuleBody): PreviewView;
  /** Of the last change, unless one is named. */
  undo(change: number | undefined, actor: Actor): AuditView;
  groups(): GroupView[];
  makeGroup(body: NewGroupBody, actor: Actor): GroupChangeView;
  changeGroup(id: string, body: GroupBody, actor: Actor): GroupChangeView;
  removeGroup(id: string, actor: Actor): GroupChangeView;
  /** Entries with a smaller number, the newest first. */
  auditBefore(id: number, limit: number): AuditView[];
  /** Entries with a greater number, the oldest first. */
  auditAfter(id: number, limit: number): AuditView[];
};
