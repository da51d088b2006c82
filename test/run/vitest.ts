import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { nothing, type Outcome, ROOT, runNode } from './step.ts';

/** The part of vitest's JSON report that is used here. */
export type Report = {
  testResults: {
    name: string;
    status: 'passed' | 'failed';
    message: string;
    assertionResults: { ancestorTitles: string[]; title: string; status: string; meta?: { reason?: string } }[];
  }[];
};

/** Runs one project of vitest.config.ts. */
export async function runTests(project: string, limit: number): Promise<Outcome> {
  console.log(`\n── tests: ${project}`);
  const folder = mkdtempSync(join(tmpdir(), 'spin-test-'));
  const file = join(folder, 'report.json');
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--project', project, '--passWithNoTests'];
  try {
    const code = await runNode(
      [...vitest, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`],
      limit,
    );
    const outcome = count(JSON.parse(readFileSync(file, 'utf8')) as Report);
    // An error outside any test fails the run and appears in no test's result.
    if (code === 0 || outcome.failed > 0) return outcome;
    return {
      ...outcome,
      failed: 1,
      notes: [...outcome.notes, `failed: ${project} tests ended with exit code ${code}`],
    };
  } catch (error) {
    const reason = `failed: ${project} tests gave no report (${(error as Error).message})`;
    return { ...nothing(), failed: 1, notes: [reason] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Counts tests; a file that could not even be loaded counts as one that failed. */
export function count(report: Report): Outcome {
  const outcome = nothing();
  const skipped = new Map<string, number>();
  for (const file of report.testResults) {
    const path = relative(ROOT, file.name);
    for (const test of file.assertionResults) {
      if (test.status === 'passed') outcome.passed += 1;
      else if (test.status === 'failed') {
        outcome.failed += 1;
        outcome.notes.push(`failed: ${path}: ${[...test.ancestorTitles, test.title].join(' › ')}`);
      } else {
        outcome.skipped += 1;
        // A whole group names its reason in its own title; a single test in its own.
        const [group = ''] = test.ancestorTitles;
        const title = group.includes('(skipped: ') ? group : [...test.ancestorTitles, test.title].join(' › ');
        skipped.set(`${path}: ${title}`, (skipped.get(`${path}: ${title}`) ?? 0) + 1);
      }
    }
    if (file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed')) {
      outcome.failed += 1;
      outcome.notes.push(`failed: ${path}: ${file.message.split('\n')[0]}`);
    }
  }
  for (const [title, number] of skipped)
    outcome.notes.push(`skipped: ${title}${number > 1 ? ` (${number} tests)` : ''}`);
  return outcome;
}
