import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FileProblem } from '../model/file-problem.ts';
import { readLists } from './lists.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spin-lists-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function read(path: string) {
  const problems: FileProblem[] = [];
  return { lists: readLists(path, (problem) => problems.push(problem)), problems };
}

describe('installed lists', () => {
  it('are the text files of a folder, in the order of their names', () => {
    writeFileSync(join(folder, 'b.txt'), 'evil.example\n');
    writeFileSync(join(folder, 'a.txt'), '192.0.2.1\n');
    writeFileSync(join(folder, 'README'), 'no list');
    expect(read(folder)).toEqual({
      lists: [
        { name: 'a', file: join(folder, 'a.txt'), text: '192.0.2.1\n' },
        { name: 'b', file: join(folder, 'b.txt'), text: 'evil.example\n' },
      ],
      problems: [],
    });
  });

  it('may be one file, or not there at all', () => {
    writeFileSync(join(folder, 'one.txt'), 'x');
    expect(read(join(folder, 'one.txt')).lists).toHaveLength(1);
    expect(read(join(folder, 'nothing'))).toEqual({ lists: [], problems: [] });
  });

  it('that cannot be read are told of and left out', () => {
    mkdirSync(join(folder, 'a.txt'));
    symlinkSync(join(folder, 'nowhere'), join(folder, 'b.txt'));
    writeFileSync(join(folder, 'c.txt'), 'evil.example');
    const { lists, problems } = read(folder);
    expect(lists.map(({ name }) => name)).toEqual(['c']);
    expect(problems).toEqual([
      { file: join(folder, 'a.txt'), reason: 'is no file', leftOut: true },
      { file: join(folder, 'b.txt'), reason: 'points to a file that is not there', leftOut: true },
    ]);
  });
});
