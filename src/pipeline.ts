import type { BadPlaces } from './detect/absolute/bad-places.ts';
import { DETECTORS } from './detect/all.ts';
import { Detection } from './detect/detection.ts';
import { exposureOf } from './detect/exposure.ts';
import { habitBookOf } from './detect/novelty/habit-book.ts';
import type { HomeEvent } from './model/event.ts';
import type { Exposure, ModelEntry } from './model/exposure.ts';
import type { Habits } from './model/habits.ts';
import type { Finding } from './model/home.ts';
import type { Observation } from './model/observation.ts';
import { Home, type HomeOptions } from './track/home.ts';

/** The core in one piece: observations in, events out. */
export type Pipeline = {
  /** What is known of the home after the last step. */
  readonly home: Home;
  /** What is found and still holds, oldest first. */
  findings(): Finding[];
  /** What devices are known to need, for the store; a `restore` observation gives it back. */
  habits(): Habits[];
  /** How well a device is secured, by what was seen; `undefined` for one that is not known. */
  exposure(device: string, models?: readonly ModelEntry[]): Exposure | undefined;
  /** The same observations give the same events, always. The events are new objects; the observation is not kept. */
  step(observation: Observation): HomeEvent[];
};

const SEED = 0x5e1f;

export type PipelineOptions = HomeOptions & { badPlaces?: BadPlaces };

export function createPipeline(options: PipelineOptions = {}): Pipeline {
  const { seed = SEED, badPlaces } = options;
  const detection = new Detection((witness) => new Home({ ...options, witness }), seed, DETECTORS, badPlaces);
  return {
    home: detection.home,
    findings: () => detection.findings.all(),
    habits: () => habitBookOf(detection.home).all(),
    exposure: (device, models) => exposureOf(detection.home, device, models),
    step: (observation) => detection.step(observation),
  };
}
