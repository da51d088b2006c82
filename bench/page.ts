import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { CDPSession, Page } from 'playwright-core';
import { buildPage, launch, missingBrowser, removePage, visit } from '../test/page/harness.ts';

/**
 * The page under the load that it must bear: 100 devices, 1,000 far ends, 5 updates a second. Prints what the first
 * load weighs, frames a second, and the main thread's work per frame from the browser's own trace.
 */
const LOAD = { devices: 100, farEnds: 1000, updatesPerSecond: 5 };
const SECONDS = 10;
const FRAME = 1000 / 60;
const BARS = { firstLoad: 200_000, frame: 8 };

type TraceEvent = {
  name: string;
  cat: string;
  ph: string;
  ts: number;
  dur?: number;
  tdur?: number;
  tid: number;
  pid: number;
  args: { name?: string };
};
type Cost = { frames: number; worst: number; mean: number };

/** Runs in the page: frames that the main thread could have drawn. */
const COUNT_FRAMES = `new Promise((resolve) => {
  const end = performance.now() + ${SECONDS * 1000};
  let frames = 0;
  const next = () => {
    frames++;
    if (performance.now() < end) requestAnimationFrame(next);
    else resolve(frames);
  };
  requestAnimationFrame(next);
})`;

if (missingBrowser) {
  console.log(`page: skipped${missingBrowser}`);
} else {
  const folder = await buildPage();
  try {
    const json = process.argv.includes('--json');
    const report = { ...LOAD, firstLoad: await firstLoad(folder), ...(await measure(folder)) };
    console.log(json ? JSON.stringify(report) : table(report));
    process.exitCode = report.firstLoad <= BARS.firstLoad && report.mainThread.p95 <= BARS.frame ? 0 : 1;
  } finally {
    removePage(folder);
  }
}

/** Bytes of all that the start page asks for, as the server sends it (brotli). */
async function firstLoad(folder: string): Promise<number> {
  const browser = await launch();
  try {
    const { page, server, close } = await visit(browser, folder);
    await page.waitForSelector('[data-settled]:not([data-settled=""])');
    const asked = server.requests.filter((request) => !request.includes('/api/')).map((request) => request.slice(4));
    await close();
    const sizes = await Promise.all(asked.map((path) => compressedSize(folder, path === '/' ? '/index.html' : path)));
    return sizes.reduce((sum, size) => sum + size, 0);
  } finally {
    await browser.close();
  }
}

async function compressedSize(folder: string, path: string): Promise<number> {
  const files = await readdir(folder, { recursive: true });
  const compressed = files.includes(`${path.slice(1)}.br`) ? `${path}.br` : path;
  return (await stat(join(folder, compressed))).size;
}

async function measure(folder: string) {
  const browser = await launch();
  try {
    const { page, close } = await visit(browser, folder, {
      server: LOAD,
      context: { viewport: { width: 1440, height: 1000 } },
    });
    await page.waitForSelector('[data-settled]:not([data-settled=""])', { timeout: 60_000 });
    const cdp = await page.context().newCDPSession(page);
    const events = await trace(cdp, () => page.evaluate<number>(COUNT_FRAMES));
    const worker = await workerCost(page);
    await close();
    return { framesPerSecond: events.result / SECONDS, mainThread: mainThreadPerFrame(events.trace), worker };
  } finally {
    await browser.close();
  }
}

async function trace<T>(cdp: CDPSession, work: () => Promise<T>): Promise<{ trace: TraceEvent[]; result: T }> {
  const events: TraceEvent[] = [];
  cdp.on('Tracing.dataCollected', ({ value }) => events.push(...(value as unknown as TraceEvent[])));
  await cdp.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['toplevel', 'devtools.timeline', 'disabled-by-default-devtools.timeline'] },
  });
  const result = await work();
  const complete = new Promise<void>((resolve) => cdp.once('Tracing.tracingComplete', () => resolve()));
  await cdp.send('Tracing.end');
  await complete;
  return { trace: events, result };
}

/**
 * All tasks of the page's main thread, summed in windows of one frame at 60 Hz. Work is the thread's own time; `wall`
 * also holds what it waited for while others had the processor.
 */
function mainThreadPerFrame(events: readonly TraceEvent[]) {
  const thread = events.find(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain');
  const tasks = events
    .filter(({ ph, pid, tid, name }) => ph === 'X' && pid === thread?.pid && tid === thread.tid && name === 'RunTask')
    .sort((a, b) => a.ts - b.ts);
  const work = perFrame(tasks, (task) => task.tdur ?? task.dur ?? 0);
  const wall = perFrame(tasks, (task) => task.dur ?? 0);
  const total = work.reduce((sum, value) => sum + value, 0);
  const share = total / (work.length * FRAME);
  return { p50: at(work, 0.5), p95: at(work, 0.95), worst: at(work, 1), wall95: at(wall, 0.95), share };
}

/** Milliseconds of work in each frame, the least first. */
function perFrame(tasks: readonly TraceEvent[], micros: (task: TraceEvent) => number): Float64Array {
  const first = tasks[0]?.ts ?? 0;
  const frameOf = ({ ts }: TraceEvent) => Math.floor((ts - first) / 1000 / FRAME);
  const last = tasks.at(-1);
  const work = new Float64Array(last ? frameOf(last) + 1 : 1);
  for (const task of tasks) work[frameOf(task)]! += micros(task) / 1000;
  return work.sort();
}

function at(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

/** What layout and drawing cost in their own thread, a second at a time. */
async function workerCost(page: Page): Promise<{ mean: number; worst: number; framesPerSecond: number }> {
  const costs = await page.evaluate<Cost[]>(
    `performance.getEntriesByName('picture-cost').map((entry) => entry.detail).slice(-${SECONDS})`,
  );
  const count = Math.max(1, costs.length);
  const mean = costs.reduce((sum, cost) => sum + cost.mean, 0) / count;
  const framesPerSecond = costs.reduce((sum, cost) => sum + cost.frames, 0) / count;
  return { mean, worst: Math.max(0, ...costs.map((cost) => cost.worst)), framesPerSecond };
}

type Report = typeof LOAD & { firstLoad: number } & Awaited<ReturnType<typeof measure>>;

function table({ firstLoad: bytes, framesPerSecond, mainThread, worker }: Report): string {
  const ms = (value: number) => `${value.toFixed(2)} ms`;
  const lines = [
    `page with ${LOAD.devices} devices, ${LOAD.farEnds} far ends, ${LOAD.updatesPerSecond} updates a second, ${SECONDS} s`,
    `first load, compressed   ${(bytes / 1000).toFixed(1)} kB (bar ${BARS.firstLoad / 1000} kB)`,
    `frames a second          ${framesPerSecond.toFixed(1)}`,
    `main thread per frame    p50 ${ms(mainThread.p50)}, p95 ${ms(mainThread.p95)} (bar ${BARS.frame} ms), worst ${ms(mainThread.worst)}`,
    `main thread share        ${(100 * mainThread.share).toFixed(1)} % of a core (p95 with waiting for the processor ${ms(mainThread.wall95)})`,
    `picture's worker         ${ms(worker.mean)} a frame, worst ${ms(worker.worst)}, ${worker.framesPerSecond.toFixed(0)} frames a second`,
  ];
  return lines.join('\n');
}
