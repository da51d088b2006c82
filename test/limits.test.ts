import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { boundsIn, expressionOf, rowsOf } from './limits.ts';

const ROOT = resolve(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

describe('LIMITS.md', () => {
  const page = read('LIMITS.md');
  const rows = rowsOf(page);

  test('has no row that cannot be read', () => {
    const lines = page.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| what |'));
    expect(rows).toHaveLength(lines.length);
    expect(rows.length).toBeGreaterThan(100);
  });

  test('has its rows in tables', () => {
    const head = '| what | bound | reason | constant |\n|---|---|---|---|\n';
    const tables = page.split(/\n\n+/).filter((block) => block.startsWith('|') || block.includes('\n|'));
    expect(tables.filter((table) => !table.startsWith(head))).toEqual([]);
  });

  test('gives every bound the value that it has', () => {
    const wrong = rows.filter(({ value, constant, file }) => expressionOf(read(file), constant) !== value);
    expect(wrong).toEqual([]);
  });

  test('lists every bound of the source', () => {
    const listed = new Set(rows.map(({ constant, file }) => `${file}: ${constant.split('.')[0]}`));
    const programs = globSync('src/**/*.ts', { cwd: ROOT }).filter((path) => !/\.test\.ts$|testbed|fake-/.test(path));
    const bounds = programs.flatMap((path) => boundsIn(read(path)).map((name) => `${path}: ${name}`));
    expect(bounds.length).toBeGreaterThan(50);
    expect(bounds.filter((bound) => !listed.has(bound))).toEqual([]);
  });
});

describe('the value of a constant', () => {
  const text = [
    'export const MAX_A = 2 * 1024;',
    'const MAX_B: Limits = {',
    '  devices: 4_096,',
    '  names: 1 << 20,',
    '};',
    'const MAX_C = { minute: 1, hour: 2 } as const;',
  ].join('\n');

  test.each([
    ['MAX_A', '2 * 1024'],
    ['MAX_B.devices', '4_096'],
    ['MAX_B.names', '1 << 20'],
    ['MAX_C.hour', '2'],
    ['MAX_C.day', undefined],
    ['MAX_D', undefined],
  ])('%s is %s', (constant, value) => {
    expect(expressionOf(text, constant)).toBe(value);
  });

  test('bounds are found by their name', () => {
    expect(boundsIn(text)).toEqual(['MAX_A', 'MAX_B', 'MAX_C']);
  });
});
