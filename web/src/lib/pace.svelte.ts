import { untrack } from 'svelte';
import { home } from './home.svelte.ts';

/**
 * A version of the home that rises at most every `interval` ms: what is read by eye need not change five times a
 * second. Make it while a component starts.
 */
export function paced(interval: number): { readonly version: number } {
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
  return {
    get version() {
      return version;
    },
  };
}
