/** What a scenario is: who does what when. Data only; `home/acts.ts` knows how each act is done. */
import type { Random } from '../random.ts';
import { randomFor } from '../random.ts';
import type { Attack } from './attack.ts';

/** Least and most bytes. */
export type Size = readonly [number, number];

export type Act =
  /** Stays connected to an MQTT broker, tells its state every `every` seconds and takes commands on `TOPIC/set`. */
  | { do: 'mqtt'; broker: string; tls: boolean; topic: string; bytes: Size; every: number; acknowledged?: boolean }
  /** Sends without end in one HTTPS request, `chunk` bytes every `every` seconds. */
  | { do: 'upload'; to: string; chunk: Size; every: number }
  /** One HTTP or HTTPS request that sends `up` and receives `down` bytes. */
  | { do: 'fetch'; from: string; path: string; up?: Size; down: Size; plain?: true }
  /** Reads a page: a site, what it is made of, and those who watch. */
  | { do: 'browse'; pages: readonly string[]; parts: readonly string[]; quic: number }
  /** A piece of a film or a song after another over one connection. */
  | { do: 'stream'; from: string; pieces: readonly [number, number]; bytes: Size; every: number }
  | { do: 'quic'; from: string; down: Size }
  | { do: 'time'; server: string }
  | { do: 'mail'; server: string; bytes: Size }
  /** Publishes one command for another device's topic. */
  | { do: 'command'; broker: string; topic: string; choices: readonly string[] }
  /** Announces its services on the link (mDNS, SSDP). */
  | { do: 'announce' }
  /** Looks for services on the link. */
  | { do: 'discover' }
  /** Talks to another device of the home directly. */
  | { do: 'cast'; to: string; port: number; bytes: Size }
  | Attack;

export type Line = {
  device: string;
  act: Act;
  /** First time, seconds after the start. */
  from: number;
  /** Seconds between two times; once if absent. */
  every?: number;
  /** Share of `every` by which each time may come earlier or later. */
  jitter?: number;
};

export type Scenario = { name: string; about: string; lines: readonly Line[] };

/** When a line happens: seconds after the start, ascending, at least 1 ms apart. */
export function* times(line: Line, random: Random): Generator<number> {
  yield line.from;
  if (line.every === undefined) return;
  let last = line.from;
  for (let turn = 1; ; turn++) {
    const shift = (random() * 2 - 1) * (line.jitter ?? 0) * line.every;
    last = Math.max(last + 0.001, line.from + turn * line.every + shift);
    yield last;
  }
}

/** The stream of chance that times a line: its own, whatever else the scenario holds. */
export function timing(seed: number, scenario: Scenario, index: number): Random {
  return randomFor(seed, `${scenario.name} times ${index}`);
}

/** The stream of chance for what a line does at its `turn`-th time. */
export function chance(seed: number, scenario: Scenario, index: number, turn: number): Random {
  return randomFor(seed, `${scenario.name} act ${index} turn ${turn}`);
}
