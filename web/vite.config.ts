import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { precompress } from './dev/precompress.ts';

const here = fileURLToPath(new URL('.', import.meta.url));

/** `npx vite build --config web/vite.config.ts`; in development /api goes to a controller or to `node web/dev/main.ts`. */
export default defineConfig({
  root: here,
  plugins: [svelte({ configFile: false, compilerOptions: { runes: true } }), precompress()],
  worker: { format: 'es' },
  build: {
    outDir: fileURLToPath(new URL('../build/web', import.meta.url)),
    emptyOutDir: true,
    target: ['chrome111', 'firefox114', 'safari16.4'],
    // The page's policy allows nothing inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // Whoever starts SPIN for the first time need not know how long each plugin took.
    rolldownOptions: { checks: { pluginTimings: false } },
  },
  server: { proxy: { '/api': { target: process.env['SPIN_API'] ?? 'http://127.0.0.1:7746', ws: true } } },
});
