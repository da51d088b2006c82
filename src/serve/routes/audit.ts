import { Readable } from 'node:stream';
import { AuditView, RULE_LIMITS, UndoBody } from '../../contract/api.ts';
import { Type } from '../../contract/schema.ts';
import type { HouseholdDoor } from '../household-door.ts';
import { Refusal } from '../refusal.ts';
import { type Api, answers, limitOf } from './api.ts';

/** Entries read at a time while the log is exported: some 100 kB. */
const BATCH = 250;

const Page = Type.Object({
  before: Type.Optional(Type.String()),
  after: Type.Optional(Type.String()),
  limit: Type.Optional(Type.String()),
});

export function auditRoutes(api: Api, household: HouseholdDoor): void {
  api.post(
    '/undo',
    { schema: { ...answers(AuditView, 'Everything as before a change'), body: UndoBody } },
    async ({ body, actor }) => household.undo(body.change, actor!),
  );
  api.get(
    '/audit',
    {
      schema: {
        ...answers(Type.Array(AuditView), 'Who decided what, the newest first; after an entry, the oldest first'),
        querystring: Page,
      },
    },
    async ({ query }) => {
      const limit = limitOf(query.limit, RULE_LIMITS.audit);
      if (query.after !== undefined) return household.auditAfter(entryOf(query.after, 'after'), limit);
      const before = query.before === undefined ? Number.MAX_SAFE_INTEGER : entryOf(query.before, 'before');
      return household.auditBefore(before, limit);
    },
  );
  api.get('/audit/export', { schema: { summary: 'The whole audit log as JSON lines' } }, async (_request, reply) =>
    reply
      .type('application/jsonl; charset=utf-8')
      .header('content-disposition', 'attachment; filename="spin-audit.jsonl"')
      .send(Readable.from(lines(household))),
  );
}

function entryOf(text: string, field: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Refusal('bad-request', { message: 'not a number', field });
  return Number(text);
}

/** The oldest first, a batch at a time: nobody waits for a long log, and it is never in memory as a whole. */
async function* lines(household: HouseholdDoor): AsyncGenerator<string> {
  for (let last = 0; ; ) {
    const batch = household.auditAfter(last, BATCH);
    if (batch.length === 0) return;
    last = batch.at(-1)!.id;
    yield batch.map((entry) => `${JSON.stringify(entry)}\n`).join('');
  }
}
