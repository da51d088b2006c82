import { ordinaryEvening } from './ordinary-evening.ts';
import { quietNight } from './quiet-night.ts';
import type { Scenario } from './scenario.ts';

/** Every scenario that can be played, the default first. */
export const scenarios: readonly Scenario[] = [ordinaryEvening, quietNight];
