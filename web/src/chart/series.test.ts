import { describe, expect, it } from 'vitest';
import { appendLive, SPAN_LENGTH, SPANS, summarise, toSeries } from './series.ts';

describe('traffic over time', () => {
  it('is drawn as bytes per second, what came in below zero', () => {
    const series = toSeries({ step: 60_000, points: [[0, 60, 120, 1, 1]] });
    expect(series).toEqual({ times: [0], up: [1], down: [-2] });
  });

  it('has a summary, and none when nothing happened', () => {
    const points = [
      [0, 10, 20],
      [1000, 0, 500],
    ];
    expect(summarise({ step: 1000, points })).toEqual({ up: 10, down: 520, peak: 500, peakAt: 1000 });
    expect(summarise({ step: 1000, points: [[0, 0, 0]] })).toBeUndefined();
  });

  it('grows with the stream: gaps are silence, the oldest falls out, a second is counted once', () => {
    let history = { step: 1000, points: [[0, 5, 5, 0, 0]] };
    history = appendLive(history, 3200, 100, 200);
    expect(history.points.map((point) => point.slice(0, 3))).toEqual([
      [0, 5, 5],
      [1000, 0, 0],
      [2000, 0, 0],
      [3000, 100, 200],
    ]);
    history = appendLive(history, 3900, 50, 60);
    expect(history.points.at(-1)?.slice(0, 3)).toEqual([3000, 50, 60]);
    history = appendLive(history, 10_000_000, 1, 1);
    expect(history.points).toHaveLength(SPAN_LENGTH['10m'] / 1000);
  });

  it('offers every span of the contract', () => expect(SPANS).toEqual(Object.keys(SPAN_LENGTH)));
});
