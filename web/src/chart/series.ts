import type { HistorySpan, HistoryView } from '../../../src/contract/api.ts';

/** As in the contract, which the page takes types from but no code. */
export const SPANS: readonly HistorySpan[] = ['10m', '1h', '1d', '1w', '1M', '1y'];
export const SPAN_LENGTH: Record<HistorySpan, number> = {
  '10m': 600_000,
  '1h': 3_600_000,
  '1d': 86_400_000,
  '1w': 7 * 86_400_000,
  '1M': 31 * 86_400_000,
  '1y': 366 * 86_400_000,
};

/** Columns for the chart: times in s, rates in bytes per second; what came in is negative, so that it hangs below zero. */
export type Series = { times: number[]; up: number[]; down: number[] };
export type Summary = { up: number; down: number; peak: number; peakAt: number };

export function toSeries(history: HistoryView): Series {
  const perSecond = 1000 / history.step;
  return {
    times: history.points.map((point) => (point[0] ?? 0) / 1000),
    up: history.points.map((point) => (point[1] ?? 0) * perSecond),
    down: history.points.map((point) => -(point[2] ?? 0) * perSecond),
  };
}

/** Totals in bytes, and the busiest point as bytes per second both ways. `undefined` when nothing happened. */
export function summarise(history: HistoryView): Summary | undefined {
  const summary: Summary = { up: 0, down: 0, peak: 0, peakAt: 0 };
  for (const [at = 0, up = 0, down = 0] of history.points) {
    summary.up += up;
    summary.down += down;
    const rate = ((up + down) * 1000) / history.step;
    if (rate > summary.peak) Object.assign(summary, { peak: rate, peakAt: at });
  }
  return summary.peak > 0 ? summary : undefined;
}

/**
 * The history with one more measurement of `up` and `down` bytes per second at `at`: seconds without one are zero, what
 * is older than the span falls out. A new object, so that who shows it notices.
 */
export function appendLive(history: HistoryView, at: number, up: number, down: number): HistoryView {
  const { step } = history;
  const start = Math.floor(at / step) * step;
  const oldest = start - SPAN_LENGTH['10m'] + step;
  const points = history.points.filter((point) => (point[0] ?? 0) >= oldest && (point[0] ?? 0) < start);
  const last = points.at(-1)?.[0] ?? (history.points.length > 0 ? oldest - step : start);
  for (let missing = Math.max(oldest, last + step); missing < start; missing += step) {
    points.push([missing, 0, 0, 0, 0]);
  }
  points.push([start, (up * step) / 1000, (down * step) / 1000, 0, 0]);
  return { step, points };
}
