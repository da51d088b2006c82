/** What the tests of detectors share: a home with some detectors, days of traffic in few lines, and chance that repeats. */
import type { HomeEvent } from '../../model/event.ts';
import type { Finding } from '../../model/home.ts';
import type { DnsAnswer, DnsObservation, Observation } from '../../model/observation.ts';
import { Home } from '../../track/home.ts';
import { type FlowSpec, flows, ROUTER } from '../../track/testing.ts';
import { Detection } from '../detection.ts';
import type { Detector } from '../detector.ts';

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export type Watch = {
  detection: Detection;
  take(...observations: Observation[]): HomeEvent[];
  /** What holds now. */
  findings(): Finding[];
};

export function watch(...detectors: Detector[]): Watch {
  const detection = new Detection((witness) => new Home({ witness }), 1, detectors);
  return {
    detection,
    take: (...observations) => observations.flatMap((observation) => detection.step(observation)),
    findings: () => detection.findings.all(),
  };
}

/** Numbers of chance, 0 ≤ x < 1, the same for the same seed (mulberry32). */
export function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
export const BASE32 = `${LETTERS}234567`;
export const HEX = '0123456789abcdef';

export function text(random: () => number, length: number, letters = LETTERS): string {
  return Array.from({ length }, () => letters[Math.floor(random() * letters.length)]!).join('');
}

type Client = { mac?: string; address: string };
type Answered = { type?: number; rcode?: number; answers?: DnsAnswer[]; size?: number; server?: Client };

/** A question and its answer. */
export function asked(at: number, client: Client, name: string, answer: Answered = {}): DnsObservation[] {
  const { type = 1, rcode = 0, answers = [], size = 120, server = ROUTER } = answer;
  const both = { kind: 'dns', client, server, name, type } as const;
  return [
    { ...both, at, response: false, rcode: 0, size: 60, answers: [] },
    { ...both, at: at + 20, response: true, rcode, size, answers },
  ];
}

/** A connection at each of these times, each from a port of its own, as the digest tells them. */
export function calls(times: readonly number[], spec: Omit<FlowSpec, 'at'>): Observation[] {
  return times.map((at, i) => flows(at, { ...spec, at, sourcePort: 40_000 + (i % 20_000), slot: i % 50_000 }));
}

/** Times from a start on, `every` ms apart, each moved by up to `jitter` of that either way. */
export function ticks(start: number, every: number, count: number, jitter = 0, random = chance(1)): number[] {
  let at = start;
  return Array.from({ length: count }, () => {
    at += every * (1 + jitter * (2 * random() - 1));
    return Math.round(at);
  });
}
