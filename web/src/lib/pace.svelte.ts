import { untrack } from 'svelte';
import { home } from './home.svelte.ts';

export type Pace = {
  /** Makes the effect or derived value that calls this run again at the pace. */
  follow: () => void;
  /** The same, and returns what `of` returns. */
  read: <T>(of: () => T) => T;
};

/**
 * A version of the home that rises at most every `interval` ms: what is read by eye need not change five times a
 * second. Make it while a component starts.
 */
export function paced(interval: number): Pace {
  let version = $state(0);
  let last = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const rise = () => {
    timer = undefined;
    last = performance.now();
    version++;
  };
  $effect(() => {
    home.version;
    untrack(() => {
      const wait = last + interval - performance.now();
      if (wait <= 0) rise();
      else timer ??= setTimeout(rise, wait);
    });
  });
  $effect(() => () => clearTimeout(timer));
  const follow = () => void version;
  const read = <T>(of: () => T): T => {
    follow();
    return of();
  };
  return { follow, read };
}
