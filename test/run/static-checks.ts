import { add, type Outcome, runNode } from './step.ts';

type Check = { name: string; command: readonly string[] };

const CHECKS: readonly Check[] = [
  {
    name: 'formatting and lint',
    command: [
      'node_modules/@biomejs/biome/bin/biome',
      'ci',
      '--error-on-warnings',
      '--diagnostic-level=warn',
      ...(process.stdout.isTTY ? [] : ['--colors=off']),
    ],
  },
  { name: 'types', command: ['node_modules/typescript-7/bin/tsc', '-p', 'tsconfig.json'] },
  { name: 'types of the pure core', command: ['node_modules/typescript-7/bin/tsc', '-p', 'tsconfig.core.json'] },
  {
    name: 'types of what runs in a browser for tests',
    command: ['node_modules/typescript-7/bin/tsc', '-p', 'tsconfig.page.json'],
  },
  {
    name: 'types of the dashboard',
    command: [
      'node_modules/svelte-check/bin/svelte-check',
      '--workspace',
      'web',
      '--fail-on-warnings',
      '--output',
      'human',
    ],
  },
  { name: 'dead code and unused dependencies', command: ['node_modules/knip/bin/knip.js', '--no-progress'] },
];

/** Longest time for one check, ms. */
const LIMIT = 180_000;

export async function staticChecks(): Promise<Outcome> {
  const outcomes: Outcome[] = [];
  for (const check of CHECKS) {
    console.log(`\n── ${check.name}`);
    const code = await runNode(check.command, LIMIT);
    const failed = code === 0 ? 0 : 1;
    outcomes.push({ passed: 1 - failed, failed, skipped: 0, notes: failed ? [`failed: ${check.name}`] : [] });
  }
  return add(outcomes);
}
