import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ALIASES, SITES } from '../internet/sites.ts';
import { DEVICES } from '../plan.ts';
import { randomFor } from '../random.ts';
import { scenarios } from './all.ts';
import { type Act, type Line, times, timing } from './scenario.ts';

const act: Act = { do: 'announce' };

function first(count: number, line: Line, seed = 1): number[] {
  const found: number[] = [];
  for (const at of times(line, randomFor(seed, 'test'))) {
    found.push(at);
    if (found.length === count) break;
  }
  return found;
}

describe('the times of a line', () => {
  it('are one, where it is not repeated', () => {
    expect(first(5, { device: 'tv', act, from: 3 })).toEqual([3]);
  });

  it('are regular without jitter', () => {
    expect(first(4, { device: 'tv', act, from: 3, every: 10 })).toEqual([3, 13, 23, 33]);
  });

  it('keep to their turn and ascend, whatever the jitter', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.double({ min: 0.1, max: 100, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (seed, every, jitter) => {
          const found = first(30, { device: 'tv', act, from: 2, every, jitter }, seed);
          found.forEach((at, turn) => {
            if (turn === 0) return;
            expect(at).toBeGreaterThan(found[turn - 1]!);
            expect(Math.abs(at - (2 + turn * every))).toBeLessThanOrEqual(every * jitter + 0.001 * turn);
          });
        },
      ),
    );
  });
});

describe.each(scenarios.map((scenario) => [scenario.name, scenario] as const))('%s', (_, scenario) => {
  it('has the same timetable for the same seed', () => {
    const table = (seed: number) =>
      scenario.lines.map((line, i) => [...firstOf(times(line, timing(seed, scenario, i)))]);
    expect(table(5)).toEqual(table(5));
    expect(table(5)).not.toEqual(table(6));
  });

  it('gives every device something to do within ten seconds, or a standing connection', () => {
    if (scenario.name !== 'ordinary-evening') return;
    const early = new Set(scenario.lines.filter((line) => line.from <= 10).map((line) => line.device));
    expect([...early].sort()).toEqual(DEVICES.map((device) => device.name).sort());
  });

  it('names only devices and far ends that exist', () => {
    const devices = new Set(DEVICES.map((device) => device.name));
    const names = new Set([...SITES.map((site) => site.name), ...Object.keys(ALIASES)]);
    for (const { device, act } of scenario.lines) {
      expect(devices).toContain(device);
      for (const name of farEnds(act)) expect(names).toContain(name);
      if (act.do === 'cast') expect(devices).toContain(act.to);
    }
  });
});

function* firstOf(all: Generator<number>): Generator<number> {
  for (let i = 0; i < 20; i++) {
    const { value, done } = all.next();
    if (done) return;
    yield value;
  }
}

function farEnds(act: Act): readonly string[] {
  switch (act.do) {
    case 'mqtt':
    case 'command':
      return [act.broker];
    case 'upload':
      return [act.to];
    case 'fetch':
    case 'stream':
    case 'quic':
      return [act.from];
    case 'time':
    case 'mail':
      return [act.server];
    case 'browse':
      return [...act.pages, ...act.parts];
    default:
      return [];
  }
}
