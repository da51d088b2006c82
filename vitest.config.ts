import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

const everywhere = '{src,web,lab,bench,test}/**';
const needsSystem = ['ns', 'browser'].map((kind) => `${everywhere}/*.${kind}.test.ts`);

/** `unit` runs in parallel and anywhere; `system` needs rights or a browser and runs one file at a time. */
export default defineConfig({
  test: {
    projects: [
      {
        plugins: [svelte({ configFile: false })],
        test: {
          name: 'unit',
          include: [`${everywhere}/*.test.ts`],
          exclude: ['**/node_modules/**', ...needsSystem],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'system',
          include: needsSystem,
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
