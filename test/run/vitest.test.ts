import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from './step.ts';
import { count, type Report } from './vitest.ts';

type FileResult = Report['testResults'][number];

const file = (result: Partial<FileResult>): Report => ({
  testResults: [{ name: join(ROOT, 'src/a.test.ts'), status: 'passed', message: '', assertionResults: [], ...result }],
});
const result = (status: string, title = 'it works') => ({ ancestorTitles: ['a thing'], title, status });

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

  test.each(['skipped', 'pending', 'todo', 'disabled'])('lists what is %s once with its number', (status) => {
    const outcome = count(file({ assertionResults: [result(status, 'one'), result(status, 'two')] }));
    expect(outcome).toMatchObject({ passed: 0, skipped: 2, notes: ['skipped: src/a.test.ts: a thing (2 tests)'] });
  });
});
