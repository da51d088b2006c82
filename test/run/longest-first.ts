import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { ROOT } from './step.ts';

/**
 * Test files that take longest, the longest first: begun last, one of them would go on alone. Vitest knows by itself how
 * long files took, but not in a fresh clone.
 */
const LONG = [
  'test/rules.ns.test.ts',
  'test/household.ns.test.ts',
  'src/enforce/tripwires.ns.test.ts',
  'src/agent/enforcement.ns.test.ts',
  'bench/escape/defaults.ns.test.ts',
  'lab/lab.ns.test.ts',
  'test/page/page.browser.test.ts',
  'test/page/acting.browser.test.ts',
];

const rank = ({ moduleId }: TestSpecification) => {
  const place = LONG.indexOf(relative(ROOT, moduleId));
  return place < 0 ? LONG.length : place;
};

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}
