import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest';
import { launch, type Visit, type VisitOptions, visit } from './harness.ts';

/** ms; a loaded machine takes its time. */
const WAIT = 20_000;

/**
 * A browser for the tests of one file, over the page as it is now. Each test opens the page once, with `enter`; after it,
 * nothing may have gone wrong within the page, nor may it have asked anybody else.
 */
export function useBrowser(): { enter: (options?: VisitOptions) => Promise<Visit>; current: () => Visit } {
  let browser: Browser;
  let open: Visit | undefined;

  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());
  afterEach(async () => {
    if (!open) return;
    const { problems } = open;
    await open.close();
    open = undefined;
    expect(problems, 'errors, policy violations or foreign requests').toEqual([]);
  });
  return {
    enter: async (options = {}) => {
      open = await visit(browser, inject('page'), options);
      open.page.setDefaultTimeout(WAIT);
      await open.page.locator('h1').first().waitFor();
      return open;
    },
    current: () => open!,
  };
}
