import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';

/** Far above the page's 200 kB; only against a folder that is not the page's. */
const MAX_BYTES = 32 << 20;

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};

export type PageFile = {
  type: string;
  etag: string;
  /** The name carries a hash of the content, so the browser never needs to ask again. */
  immutable: boolean;
  body: Buffer;
  gzip?: Buffer;
  br?: Buffer;
};

/** The built dashboard, in memory, by path. */
export type Pages = ReadonlyMap<string, PageFile>;

/** Reads the build; empty when there is none. Everything is read now, since later this process may not. */
export function readPages(folder: string): Pages {
  const pages = new Map<string, PageFile>();
  let bytes = 0;
  for (const path of filesBelow(folder)) {
    const type = TYPES[extname(path)];
    if (type === undefined) continue;
    const body = readFileSync(path);
    bytes += body.length;
    if (bytes > MAX_BYTES) throw new Error(`${folder} is larger than any dashboard`);
    const name = `/${relative(folder, path).split(sep).join('/')}`;
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
    const gzip = readIfThere(`${path}.gz`);
    const br = readIfThere(`${path}.br`);
    const immutable = name.startsWith('/assets/');
    pages.set(name, { type, etag, immutable, body, ...(gzip && { gzip }), ...(br && { br }) });
  }
  return pages;
}

function filesBelow(folder: string): string[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function readIfThere(path: string): Buffer | undefined {
  return statSync(path, { throwIfNoEntry: false }) ? readFileSync(path) : undefined;
}

/** The best form of a file that the browser takes (RFC 9110 §12.5.3). */
export function encodingFor(file: PageFile, accept: string): { body: Buffer; encoding?: 'br' | 'gzip' } {
  if (file.br && /\bbr\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/.test(accept)) return { body: file.br, encoding: 'br' };
  if (file.gzip && /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/.test(accept)) return { body: file.gzip, encoding: 'gzip' };
  return { body: file.body };
}

/** Shown where the dashboard has not been built. */
export const NO_BUILD = `<!doctype html><html lang="en"><meta charset="utf-8"><title>SPIN</title>
<h1>SPIN runs, but its dashboard is not built</h1>
<p>Build it with <code>npm start</code>, or <code>npx vite build --config web/vite.config.ts</code>, and start SPIN again.</p>
<p>Until then <code>bin/spin status</code> and <code>bin/spin devices</code> show what it sees.</p></html>`;
