import { describe, expect, it } from 'vitest';
import { play, type Timer } from './player.ts';
import type { Scenario } from './scenario.ts';

/** Time that passes only when told to. */
class Clock implements Timer {
  #at = 100;
  #calls: { at: number; call: () => void }[] = [];
  now = () => this.#at;
  after = (seconds: number, call: () => void) => {
    const entry = { at: this.#at + seconds, call };
    this.#calls.push(entry);
    return () => {
      this.#calls = this.#calls.filter((other) => other !== entry);
    };
  };
  get waiting() {
    return this.#calls.length;
  }
  async advance(seconds: number) {
    const end = this.#at + seconds;
    for (;;) {
      const next = this.#calls.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#calls = this.#calls.filter((other) => other !== next);
      this.#at = Math.max(this.#at, next.at);
      next.call();
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#at = end;
  }
}

const scenario: Scenario = {
  name: 'test',
  about: '',
  lines: [
    { device: 'bulb', act: { do: 'announce' }, from: 1, every: 10 },
    { device: 'tv', act: { do: 'discover' }, from: 4 },
  ],
};

function playing(speed: number, perform = () => Promise.resolve()) {
  const clock = new Clock();
  const stop = new AbortController();
  const done: [string, number][] = [];
  play(
    scenario,
    (line) => {
      done.push([line.device, clock.now() - 100]);
      return perform();
    },
    { seed: 1, speed, signal: stop.signal, timer: clock },
  );
  return { clock, stop, done };
}

describe('the player', () => {
  it('does each act at its time', async () => {
    const { clock, done } = playing(1);
    await clock.advance(22);
    expect(done).toEqual([
      ['bulb', 1],
      ['tv', 4],
      ['bulb', 11],
      ['bulb', 21],
    ]);
  });

  it('plays faster when asked to', async () => {
    const { clock, done } = playing(10);
    await clock.advance(2.2);
    expect(done.map(([device]) => device)).toEqual(['bulb', 'tv', 'bulb', 'bulb']);
  });

  it('goes on after an act that failed', async () => {
    const { clock, done } = playing(1, () => Promise.reject(new Error('no route')));
    await clock.advance(22);
    expect(done).toHaveLength(4);
  });

  it('leaves out the turns that pass while an act takes its time', async () => {
    let release = () => {};
    const { clock, done } = playing(1, () => new Promise((resolve) => (release = resolve)));
    await clock.advance(45);
    release();
    await new Promise((resolve) => setImmediate(resolve));
    expect(done.filter(([device]) => device === 'bulb')).toHaveLength(1);
  });

  it('stops at once and leaves no timer', async () => {
    const { clock, stop, done } = playing(1);
    await clock.advance(2);
    stop.abort();
    expect(clock.waiting).toBe(0);
    await clock.advance(50);
    expect(done).toEqual([['bulb', 1]]);
  });
});
