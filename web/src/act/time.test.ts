import { describe, expect, it } from 'vitest';
import { askedTime, firstDraft, problemFromField, timeProblem } from './time.ts';

const now = Date.UTC(2026, 10, 23, 12);

describe('How long a rule is asked for', () => {
  it('is an hour at first where something is cut, and until undone where nothing is', () => {
    expect(askedTime(firstDraft('block', now))).toEqual({ for: 3_600_000 });
    expect(askedTime(firstDraft('ignore', now))).toEqual({ always: true });
    expect(askedTime(firstDraft('allow', now))).toEqual({ always: true });
  });

  it('never becomes for ever by itself', () => {
    const cutting = ['block', 'pause', 'slow', 'essential', 'local', 'isolated'] as const;
    for (const action of cutting) expect(firstDraft(action, now).duration, action).not.toBe('always');
  });

  it('ends at a time to come', () => {
    const draft = { ...firstDraft('block', now), duration: 'until' as const };
    expect(timeProblem(draft, now)).toBeUndefined();
    expect(askedTime(draft)).toEqual({ until: now + 4 * 3_600_000 });
    expect(timeProblem({ ...draft, until: '2020-01-01T10:00' }, now)).toEqual({ field: 'until' });
    expect(timeProblem({ ...draft, until: '' }, now)).toEqual({ field: 'until' });
  });

  it('follows slots, which are checked one by one', () => {
    const draft = { ...firstDraft('block', now), duration: 'weekly' as const };
    expect(timeProblem(draft, now)).toBeUndefined();
    draft.slots.push({ days: [], from: '10:00', to: '11:00' });
    expect(timeProblem(draft, now)).toEqual({ index: 1, field: 'days' });
  });
});

describe('A refusal of the server', () => {
  it.each([
    ['when.weekly[1].from', { field: 'from', index: 1 }],
    ['when.weekly', { field: 'days', index: 0 }],
    ['when', { field: 'until' }],
    ['target.device', undefined],
  ])('%s belongs to %j', (field, problem) => {
    expect(problemFromField(field)).toEqual(problem);
  });
});
