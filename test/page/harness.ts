import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { FakeServer, type FakeServerOptions } from '../../web/dev/fake-server.ts';

export const CHROMIUM = '/usr/bin/chromium';
export const missingBrowser = existsSync(CHROMIUM) ? '' : ` (skipped: ${CHROMIUM} is not installed)`;
/** Nothing of the browser itself may talk to anybody. */
export const BROWSER_FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
export const PHONE = { width: 375, height: 812 };
export const NARROWEST = { width: 320, height: 640 };
/** Both layouts, schemes and languages, each once. */
export const FOR_EVERYBODY: [name: string, context: BrowserContextOptions][] = [
  ['desktop, light, English', { colorScheme: 'light', locale: 'en' }],
  ['phone, dark, Dutch', { colorScheme: 'dark', locale: 'nl', viewport: PHONE }],
];
const root = fileURLToPath(new URL('../..', import.meta.url));
const vite = fileURLToPath(new URL('../../node_modules/vite/bin/vite.js', import.meta.url));

/** Builds the page as it is now. @returns a folder of its own, which another build does not change under a test */
export async function buildPage(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'spin-page-'));
  const where = ['--config', 'web/vite.config.ts', '--outDir', folder, '--emptyOutDir'];
  await promisify(execFile)(process.execPath, [vite, 'build', ...where], { cwd: root });
  return folder;
}

export function removePage(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: BROWSER_FLAGS });
}

export type Visit = { page: Page; server: FakeServer; url: string; problems: string[]; close: () => Promise<void> };
export type VisitOptions = {
  server?: FakeServerOptions;
  context?: BrowserContextOptions;
  prepare?: (server: FakeServer) => void;
  hash?: string;
  /** Runs before the page's own scripts. */
  script?: string;
};

/**
 * Opens the page over a server of its own; `problems` collects errors, policy violations and foreign requests.
 * @param folder of the built page
 */
export async function visit(browser: Browser, folder: string, options: VisitOptions = {}): Promise<Visit> {
  const server = new FakeServer({ page: folder, ...options.server });
  options.prepare?.(server);
  const url = await server.start();
  const context = await browser.newContext({
    locale: 'en',
    viewport: { width: 1280, height: 900 },
    ...options.context,
  });
  const page = await context.newPage();
  if (options.script) await page.addInitScript(options.script);
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (/Content Security Policy|Refused to/i.test(message.text())) problems.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith('blob:'))
      problems.push(`foreign: ${request.url()}`);
  });
  await page.goto(`${url}/${options.hash ?? ''}`);
  const close = async () => {
    await context.close();
    await server.stop();
  };
  return { page, server, url, problems, close };
}

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
type AxeResult = { violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[] };

/** Colours are no final ones while something fades in; what goes on for ever is not waited for. */
const STANDS_STILL = `Promise.allSettled(
  document.getAnimations().filter(({ effect }) => effect.getComputedTiming().endTime < Infinity).map(({ finished }) => finished),
).then(() => true)`;

/** What axe-core finds of WCAG 2.2 A and AA, as lines; evaluated by the debugger, so the page's policy stays as it is. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(STANDS_STILL);
  await page.evaluate(await readFile(axe, 'utf8'));
  const result = await page.evaluate<AxeResult>(
    `axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
      resultTypes: ['violations'],
    })`,
  );
  return result.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical' || impact === 'moderate')
    .map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`);
}
