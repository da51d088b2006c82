/** Builds the page once for all tests in a browser. */
import type { TestProject } from 'vitest/node';
import { buildPage, missingBrowser, removePage } from './harness.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Folder of the built page. */
    page: string;
  }
}

export default async function setUp(project: TestProject): Promise<(() => void) | undefined> {
  if (missingBrowser) return undefined;
  const folder = await buildPage();
  project.provide('page', folder);
  return () => removePage(folder);
}
