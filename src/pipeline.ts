import type { HomeEvent } from './model/event.ts';
import type { Observation } from './model/observation.ts';
import { Home, type HomeOptions } from './track/home.ts';

/** The core in one piece: observations in, events out. */
export type Pipeline = {
  /** What is known of the home after the last step. */
  readonly home: Home;
  /** The same observations give the same events, always. The events are new objects; the observation is not kept. */
  step(observation: Observation): HomeEvent[];
};

export function createPipeline(options: HomeOptions = {}): Pipeline {
  const home = new Home(options);
  return { home, step: (observation) => home.apply(observation) };
}
