/** `npm test`: sets up what it needs, checks and tests everything, and ends with one line of numbers. */
import { build } from '../../src/cli/build.ts';
import { install, missing, START_TOOLS, type Tool } from '../../src/cli/debian.ts';
import { isRoot } from '../../src/cli/places.ts';
import { setUpMachine } from '../../src/cli/setup.ts';
import { staticChecks } from './static-checks.ts';
import { add, nothing, type Outcome } from './step.ts';
import { runTests } from './vitest.ts';

/** Beside what SPIN itself uses: the browser, and peers that tests compare with. */
const TEST_TOOLS: readonly Tool[] = [...START_TOOLS, { binary: 'chromium', package: 'chromium' }];

/** Longest time for the tests of one kind, ms: what takes longer hangs. */
const LIMIT = { unit: 360_000, system: 1_200_000, browser: 600_000 } as const;

/** What could not be set up is a note here: the tests that need it skip themselves with their reason. */
function setUp(): Outcome {
  const notes: string[] = [];
  const attempt = (work: () => void) => {
    try {
      work();
    } catch (error) {
      notes.push(`not set up: ${(error as Error).message}`);
    }
  };
  if (isRoot()) {
    attempt(() => install(TEST_TOOLS));
    attempt(() => setUpMachine(false));
  } else {
    notes.push('not set up: without root no Debian package is installed and nothing runs in network namespaces');
  }
  const absent = missing(TEST_TOOLS).map((tool) => tool.binary);
  if (absent.length > 0) notes.push(`not set up: missing programs: ${absent.join(', ')}`);
  attempt(build);
  return { ...nothing(), notes };
}

const outcome = add([
  setUp(),
  await staticChecks(),
  await runTests('unit', LIMIT.unit),
  // Each mostly waits: for packets, for pictures.
  ...(await Promise.all([runTests('system', LIMIT.system), runTests('browser', LIMIT.browser)])),
]);

console.log('');
for (const note of outcome.notes) console.log(note);
console.log(`${outcome.passed} passed, ${outcome.failed} failed, ${outcome.skipped} skipped`);
process.exitCode = outcome.failed > 0 ? 1 : 0;
