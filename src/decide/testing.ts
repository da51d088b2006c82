/** Homes and findings for the tests of deciding. */
import type { Finding } from '../model/home.ts';
import type { Incident } from '../model/incident.ts';
import { DEFAULT_PREFERENCES, type PreferenceChoice, type PreferenceSet } from '../model/preferences.ts';
import { Casebook, type CaseInput, type CaseState } from './casebook.ts';
import type { Profile } from './steps.ts';

export const SECOND = 1_000;
export const MINUTE = 60_000;
export const HOUR = 3_600_000;
/** 1 July 2026, 12:00 UTC. */
export const START = 1_782_907_200_000;

export type TestHome = Readonly<Record<string, Profile>>;

export const HOME: TestHome = {
  cam: { kind: 'camera', groups: ['kind:camera', 'all'] },
  'cam-2': { kind: 'camera', groups: ['kind:camera', 'all'] },
  laptop: { kind: 'computer', groups: ['kind:computer', 'all'] },
  alarm: { kind: 'smoke-alarm', groups: ['kind:smoke-alarm', 'all'] },
  router: { kind: 'router', groups: ['kind:router', 'all'] },
  thing: { groups: ['all'] },
};

export function preferenceSet(home: PreferenceChoice = {}, more: Partial<PreferenceSet> = {}): PreferenceSet {
  return { home: { ...DEFAULT_PREFERENCES, ...home }, groups: {}, devices: {}, ...more };
}

export function casebook(
  preferences: PreferenceSet = preferenceSet(),
  state?: CaseState,
  home: TestHome = HOME,
): Casebook {
  return new Casebook({
    profileOf: (device) => home[device] ?? { groups: [] },
    devices: () => Object.keys(home),
    preferences: () => preferences,
    ...(state && { state }),
  });
}

type Sketch = Pick<Finding, 'detector' | 'device'> & Partial<Finding>;

/** A finding that begins, goes on each minute until `last`, and is over then. Times in ms after `START`. */
export function claims(sketch: Sketch, first: number, last = first, every = MINUTE): CaseInput[] {
  const inputs: CaseInput[] = [];
  const { detector, device, subject = '' } = sketch;
  const make = (at: number): Finding => ({
    ...{ id: `${detector}/${device}/${subject}`, subject, evidence: {}, confidence: 0.9 },
    ...sketch,
    ...{ first: START + first, last: at, until: at + 2 * MINUTE },
  });
  for (let at = first; at <= last; at += every)
    inputs.push({
      kind: 'finding',
      at: START + at,
      change: at === first ? 'new' : 'changed',
      finding: make(START + at),
    });
  const end = START + last + 2 * MINUTE;
  inputs.push({ kind: 'finding', at: end, change: 'over', finding: make(START + last) });
  return inputs;
}

/** All of them in the order of time, with ticks until `end`. */
export function timeline(end: number, ...lists: readonly CaseInput[][]): CaseInput[] {
  const ticks: CaseInput[] = [];
  for (let at = 0; at <= end; at += 20 * MINUTE) ticks.push({ kind: 'tick', at: START + at });
  return [...lists.flat(), ...ticks].sort((a, b) => a.at - b.at);
}

export function play(book: Casebook, inputs: readonly CaseInput[]): Casebook {
  for (const input of inputs) book.apply(input);
  return book;
}

export function incidentOf(book: Casebook, device: string): Incident {
  const incident = book.all().findLast((one) => one.device === device);
  if (!incident) throw new Error(`no incident of ${device}`);
  return incident;
}

export const scanOf = (port: number) => ({
  subject: `tcp/${port}`,
  target: { service: { protocol: 6, port, initiator: 'device' as const } },
});
