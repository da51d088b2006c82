import { expect, test } from 'vitest';
import { guardState } from './guard.ts';

const enforcement = { state: 'in-force' as const, revision: 1, since: 0 };
const here = { connected: true, since: 0 };
const away = { connected: false, since: 0 };

test('what is nearest to this page is told first', () => {
  expect(guardState(undefined, 'connecting')).toBe('connecting');
  expect(guardState(undefined, 'live')).toBe('connecting');
  expect(guardState({ agent: here, enforcement }, 'reconnecting')).toBe('reconnecting');
  expect(guardState({ agent: away, enforcement }, 'live')).toBe('agent-away');
  expect(guardState({ agent: here, enforcement: { ...enforcement, state: 'refused' } }, 'live')).toBe('refused');
  expect(guardState({ agent: here, enforcement }, 'live')).toBe('in-force');
});

test('an onlooker whose agent is away is still an onlooker', () => {
  expect(guardState({ agent: away, enforcement: { ...enforcement, state: 'passive' } }, 'live')).toBe('passive');
});
