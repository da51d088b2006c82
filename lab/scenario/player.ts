/** Plays a scenario: calls `perform` for each act at its time. */
import type { Random } from '../random.ts';
import type { Line, Scenario } from './scenario.ts';
import { chance, times, timing } from './scenario.ts';

export type Timer = {
  /** Seconds, from any origin, never backwards. */
  now: () => number;
  /** Calls back after so many seconds; the result takes that back. */
  after: (seconds: number, call: () => void) => () => void;
};

export const REAL_TIME: Timer = {
  now: () => performance.now() / 1000,
  after: (seconds, call) => {
    const timer = setTimeout(call, seconds * 1000);
    return () => clearTimeout(timer);
  },
};

export type PlayOptions = { seed: number; speed: number; signal: AbortSignal; timer?: Timer };

/**
 * Starts playing. A device that falls behind (a slow machine, a time-out) does what is overdue at once, but never
 * the same line twice at a time: turns that passed meanwhile are left out.
 */
export function play(
  scenario: Scenario,
  perform: (line: Line, random: Random) => Promise<void>,
  options: PlayOptions,
): void {
  const timer = options.timer ?? REAL_TIME;
  const start = timer.now();
  scenario.lines.forEach((line, index) => {
    const due = times(line, timing(options.seed, scenario, index));
    let turn = 0;
    const next = (): void => {
      if (options.signal.aborted) return;
      let delay: number;
      do {
        const { value, done } = due.next();
        if (done) return;
        turn++;
        delay = start + value / options.speed - timer.now();
      } while (delay < 0 && line.every !== undefined && delay < -line.every / options.speed);
      const random = chance(options.seed, scenario, index, turn);
      const cancel = timer.after(Math.max(0, delay), () => {
        options.signal.removeEventListener('abort', cancel);
        perform(line, random).then(next, next);
      });
      options.signal.addEventListener('abort', cancel, { once: true });
    };
    next();
  });
}
