import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

const everywhere = '{src,web,lab,bench,test}/**';
const namespaces = `${everywhere}/*.ns.test.ts`;
const browser = `${everywhere}/*.browser.test.ts`;
const oneByOne = { fileParallelism: false, testTimeout: 120_000, hookTimeout: 120_000 };

/** `unit` runs in parallel and anywhere; `system` needs rights, `browser` a browser: each runs one file at a time. */
export default defineConfig({
  test: {
    projects: [
      {
        plugins: [svelte({ configFile: false })],
        test: {
          name: 'unit',
          include: [`${everywhere}/*.test.ts`],
          exclude: ['**/node_modules/**', namespaces, browser],
          testTimeout: 30_000,
        },
      },
      { test: { name: 'system', include: [namespaces], ...oneByOne } },
      { test: { name: 'browser', include: [browser], ...oneByOne } },
    ],
  },
});
