import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Formatter } from '../lib/format.ts';
import type { Series } from './series.ts';

export type PlotTexts = { up: string; down: string };

/** A chart of both directions around zero: what went out above, what came in below. Loaded only when it is seen. */
export function createPlot(parent: HTMLElement, height: number, format: () => Formatter, texts: PlotTexts): uPlot {
  const css = getComputedStyle(document.documentElement);
  const colour = (name: string) => css.getPropertyValue(name).trim();
  const font = `12px ${colour('--font')}`;
  const axis = {
    stroke: colour('--muted'),
    font,
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
  };
  const rate = (value: number) => format().rate(Math.abs(value));
  const area = (label: string, name: string): uPlot.Series => ({
    label,
    stroke: colour(name),
    fill: fade(colour(name)),
    width: 1.5,
    points: { show: false },
    value: (_plot, value) => (value === null ? '–' : rate(value)),
  });
  return new uPlot(
    {
      width: Math.max(200, parent.clientWidth),
      height,
      legend: { live: true, isolate: false },
      cursor: { y: false, points: { size: 7 }, drag: { x: false, y: false } },
      scales: { x: { time: true }, y: { range: aroundZero } },
      axes: [
        {
          ...axis,
          values: (_plot, splits, _index, _space, increment) => splits.map((at) => timeLabel(format(), at, increment)),
        },
        { ...axis, size: 74, values: (_plot, splits) => splits.map(rate) },
      ],
      series: [
        { value: (_plot, at) => (at === null ? '–' : format().dateTime(at * 1000)) },
        area(texts.up, '--up'),
        area(texts.down, '--down'),
      ],
    },
    [[], [], []],
    parent,
  );
}

export function show(plot: uPlot, series: Series): void {
  plot.setData([series.times, series.up, series.down]);
}

/** At least a kilobyte each way, so that silence is a flat line in the middle. */
function aroundZero(_plot: uPlot, low: number | null, high: number | null): [number, number] {
  return [Math.min(-1000, (low ?? 0) * 1.08), Math.max(1000, (high ?? 0) * 1.08)];
}

function timeLabel(format: Formatter, at: number, increment: number): string {
  if (increment >= 86_400) return format.date(at * 1000);
  return increment < 60 ? format.clockSeconds(at * 1000) : format.clock(at * 1000);
}

function fade(colour: string): string {
  return /^#[0-9a-f]{6}$/i.test(colour) ? `${colour}2e` : colour;
}
