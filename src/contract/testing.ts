import type { RunConfig } from './config.ts';

/** The configuration of a router between `lan` and `wan`, as test beds make it. */
export function gatewayConfig(
  places: Pick<RunConfig, 'stateDir' | 'runDir'>,
  change: Partial<RunConfig> = {},
): RunConfig {
  return {
    mode: 'gateway',
    lan: ['lan'],
    wan: 'wan',
    speed: 1,
    home: [],
    listen: [],
    port: 0,
    flushInterval: 60_000,
    ...places,
    ...change,
  };
}
