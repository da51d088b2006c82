import {
  GroupBody,
  GroupChangeView,
  GroupView,
  NewGroupBody,
  PreviewView,
  RuleChangeView,
  RuleView,
  SetRuleBody,
} from '../../contract/api.ts';
import { Type } from '../../contract/schema.ts';
import type { HouseholdDoor } from '../household-door.ts';
import { type Api, answers } from './api.ts';

/** An id has the target in it: a device, a name of 253 characters and a service. Longer ones name no rule. */
export const MAX_RULE_ID = 512;
const Rule = Type.Object({ id: Type.String({ maxLength: MAX_RULE_ID }) });
const Group = Type.Object({ id: Type.String({ maxLength: 64 }) });

export function ruleRoutes(api: Api, household: HouseholdDoor): void {
  api.get(
    '/rules',
    { schema: answers(Type.Array(RuleView), 'What the household wants, and what becomes of it') },
    async () => household.rules(),
  );
  api.post(
    '/rules',
    { schema: { ...answers(RuleChangeView, 'Make a rule, or change the one for the same thing'), body: SetRuleBody } },
    async ({ body, actor }) => household.setRule(body, actor!),
  );
  api.post(
    '/rules/preview',
    { schema: { ...answers(PreviewView, 'What a rule would have cut in the last 24 hours'), body: SetRuleBody } },
    async ({ body }) => household.preview(body),
  );
  api.delete(
    '/rules/:id',
    { schema: { ...answers(RuleChangeView, 'Take a rule back'), params: Rule } },
    async ({ params, actor }) => household.removeRule(params.id, actor!),
  );
  groupRoutes(api, household);
}

function groupRoutes(api: Api, household: HouseholdDoor): void {
  api.get('/groups', { schema: answers(Type.Array(GroupView), 'Groups of devices') }, async () => household.groups());
  api.post(
    '/groups',
    { schema: { ...answers(GroupChangeView, 'Make a group'), body: NewGroupBody } },
    async ({ body, actor }) => household.makeGroup(body, actor!),
  );
  api.patch(
    '/groups/:id',
    {
      schema: { ...answers(GroupChangeView, 'Rename a group, or change who is in it'), params: Group, body: GroupBody },
    },
    async ({ params, body, actor }) => household.changeGroup(params.id, body, actor!),
  );
  api.delete(
    '/groups/:id',
    { schema: { ...answers(GroupChangeView, 'Remove a group and its rules'), params: Group } },
    async ({ params, actor }) => household.removeGroup(params.id, actor!),
  );
}
