import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { breaches, importsOf } from './layers.ts';

const ROOT = resolve(import.meta.dirname, '..');
const tree = (files: Record<string, string>) => breaches(new Map(Object.entries(files)));

describe('this tree', () => {
  const paths = globSync('{src,web,lab}/**/*.{ts,svelte}', { cwd: ROOT }).filter(
    (path) => !path.includes('node_modules'),
  );
  const files = new Map(paths.map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]));

  test('is there', () => {
    expect(files.size).toBeGreaterThan(10);
    expect([...files].flatMap(([path, text]) => importsOf(path, text)).length).toBeGreaterThan(files.size / 2);
  });

  test('keeps its layers, its pure core and has no cycle', () => {
    expect(breaches(files)).toEqual([]);
  });
});

describe('the check finds', () => {
  test('nothing in a sound tree', () => {
    const found = tree({
      'src/model/a.ts': `/** Date.now() is not for here. */ export const text = 'process.exit';`,
      'src/track/home.ts': `import type { A } from '../model/a.ts';\nimport { b } from './b.ts';`,
      'src/track/b.ts': 'export const b = 1;',
      'src/track/b.test.ts': `import { x } from '../serve/x.ts'; import 'node:fs'; Date.now();`,
      'src/source/file.ts': `import { readSync } from 'node:fs';\nimport { digest } from '../digest/digest.ts';`,
      'src/controller/main.ts': `import { s } from '../serve/s.ts';\nimport { t } from '../store/t.ts';`,
      'web/app/Main.svelte': `<script lang="ts">import type { HomeView } from '../../src/contract/api.ts';</script>`,
    });
    expect(found).toEqual([]);
  });

  test.each([
    ['a core layer that imports rightwards', 'src/decode/a.ts', `import { b } from '../track/b.ts';`],
    ['a core layer that imports an edge', 'src/track/a.ts', `import type { B } from '../contract/b.ts';`],
    ['Node.js in the core', 'src/digest/a.ts', `import { readFileSync } from 'node:fs';`],
    ['a package in the core', 'src/detect/a.ts', `import { Type } from 'typebox';`],
    ['an edge that imports another', 'src/serve/a.ts', `import { b } from '../store/b.ts';`],
    ['a re-export over a border', 'src/store/a.ts', `export { b } from '../track/b.ts';`],
    ['a dynamic import over a border', 'src/cli/a.ts', `const b = await import('../controller/b.ts');`],
    ['an import for its effect', 'src/model/a.ts', `import '../decode/b.ts';`],
    ['a root that imports another', 'src/read/a.ts', `import { b } from '../controller/b.ts';`],
    ['a page that imports a server', 'web/app/a.ts', `import { b } from '../../src/serve/b.ts';`],
    ['a lab that imports the core', 'lab/a.ts', `import { b } from '../src/track/b.ts';`],
    ['a program that imports the lab', 'src/agent/a.ts', `import { b } from '../../lab/b.ts';`],
    ['an import over several lines', 'src/model/a.ts', `import {\n  b,\n  type C,\n} from '../digest/b.ts';`],
  ])('%s', (_what, path, text) => {
    expect(tree({ [path]: text })).toEqual([expect.stringContaining(`${path} may not import`)]);
  });

  test.each(['Date.now()', 'new Date()', 'Math.random()', 'performance.now()', 'process.pid', 'setTimeout(f, 1)'])(
    '%s in the core',
    (use) => {
      expect(tree({ 'src/track/a.ts': `export const a = ${use};` })).toHaveLength(1);
      expect(tree({ 'src/store/a.ts': `export const a = ${use};` })).toEqual([]);
    },
  );

  test('a cycle, also one of types alone', () => {
    const found = tree({
      'src/track/a.ts': `import { b } from './b.ts';`,
      'src/track/b.ts': `import { c } from './c.ts';`,
      'src/track/c.ts': `import type { a } from './a.ts';`,
    });
    expect(found).toEqual(['cycle: src/track/a.ts → src/track/b.ts → src/track/c.ts → src/track/a.ts']);
  });
});
