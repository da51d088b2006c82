import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { encodingFor, type PageFile, readPages } from './pages.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spin-pages-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the built page', () => {
  test('is read with its compressed forms; hashed names never change', () => {
    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'index.html'), '<p>');
    writeFileSync(join(folder, 'assets/a-1.js'), 'let a');
    writeFileSync(join(folder, 'assets/a-1.js.br'), 'br');
    writeFileSync(join(folder, 'secret.key'), 'never served');
    const pages = readPages(folder);
    expect([...pages.keys()].sort()).toEqual(['/assets/a-1.js', '/index.html']);
    expect(pages.get('/assets/a-1.js')).toMatchObject({ immutable: true, br: Buffer.from('br') });
    expect(pages.get('/index.html')).toMatchObject({ immutable: false, type: 'text/html; charset=utf-8' });
  });

  test('may be missing', () => {
    expect(readPages(join(folder, 'none')).size).toBe(0);
  });

  test('goes out in the best form that the browser takes', () => {
    const file: PageFile = {
      type: '',
      etag: '',
      immutable: false,
      body: Buffer.from('plain'),
      br: Buffer.from('b'),
      gzip: Buffer.from('g'),
    };
    expect(encodingFor(file, 'gzip, deflate, br, zstd').encoding).toBe('br');
    expect(encodingFor(file, 'gzip;q=0.5').encoding).toBe('gzip');
    expect(encodingFor(file, 'br;q=0, identity').encoding).toBeUndefined();
    expect(encodingFor(file, '').body.toString()).toBe('plain');
  });
});
