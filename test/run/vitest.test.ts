import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from './step.ts';
import { count, type Report } from './vitest.ts';

type FileResult = Report['testResults'][number];

const file = (result: Partial<FileResult>): Report => ({
  testResults: [{ name: join(ROOT, 'src/a.test.ts'), status: 'passed', message: '', assertionResults: [], ...result }],
});
const result = (status: string, title = 'it works', group = 'a thing') => ({ ancestorTitles: [group], title, status });

describe('the last line of npm test', () => {
  test('counts what passed', () => {
    expect(count(file({ assertionResults: [result('passed'), result('passed')] }))).toMatchObject({
      passed: 2,
      failed: 0,
    });
  });

  test('names what failed', () => {
    const outcome = count(file({ status: 'failed', assertionResults: [result('passed'), result('failed')] }));
    expect(outcome).toMatchObject({ passed: 1, failed: 1, notes: ['failed: src/a.test.ts: a thing › it works'] });
  });

  test('counts a file that cannot be loaded as a failure', () => {
    const outcome = count(file({ status: 'failed', message: 'Cannot find module\n  at …' }));
    expect(outcome).toMatchObject({ failed: 1, notes: ['failed: src/a.test.ts: Cannot find module'] });
  });

  test.each(['skipped', 'pending', 'todo', 'disabled'])('lists a group that is %s once, with its number', (status) => {
    const group = 'a thing (skipped: no root)';
    const outcome = count(file({ assertionResults: [result(status, 'one', group), result(status, 'two', group)] }));
    const note = 'skipped: src/a.test.ts: a thing (skipped: no root) (2 tests)';
    expect(outcome).toMatchObject({ passed: 0, skipped: 2, notes: [note] });
  });

  test('lists a single test that was skipped by its own title', () => {
    const outcome = count(file({ assertionResults: [result('passed'), result('skipped', 'one (needs a camera)')] }));
    expect(outcome.notes).toEqual(['skipped: src/a.test.ts: a thing › one (needs a camera)']);
  });
});
