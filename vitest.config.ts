import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/run/longest-first.ts';

const everywhere = '{src,web,lab,bench,test}/**';
const namespaces = `${everywhere}/*.ns.test.ts`;
const browser = `${everywhere}/*.browser.test.ts`;
const patient = { testTimeout: 120_000, hookTimeout: 120_000 };

/**
 * `unit` runs anywhere; its files share what they import, which is most of their time. `system` needs rights, and mostly
 * waits for packets: each test has network namespaces of its own, so that they go on side by side. `browser` needs one.
 */
export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        plugins: [svelte({ configFile: false })],
        test: {
          name: 'unit',
          include: [`${everywhere}/*.test.ts`],
          exclude: ['**/node_modules/**', namespaces, browser],
          isolate: false,
          maxWorkers: 2,
          testTimeout: 30_000,
        },
      },
      { test: { name: 'system', include: [namespaces], maxWorkers: 2, ...patient } },
      {
        test: {
          name: 'browser',
          include: [browser],
          globalSetup: 'test/page/page-built.ts',
          maxWorkers: 2,
          ...patient,
        },
      },
    ],
  },
});
