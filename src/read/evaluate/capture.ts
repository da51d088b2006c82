import { join } from 'node:path';
import { ControlDecoder } from '../../decode/control.ts';
import { Digest } from '../../digest/digest.ts';
import type { AddressWords, Mac } from '../../model/address.ts';
import type { Observation } from '../../model/observation.ts';
import { CaptureError } from '../../source/capture/error.ts';
import type { FrameSink } from '../../source/capture/format.ts';
import { readCapture } from '../../source/capture/read.ts';
import { quicCrypto } from '../../source/quic-crypto.ts';
import type { Home } from '../../track/home.ts';
import { digestFile } from '../digest-file.ts';
import { GatewayView } from './gateway-view.ts';
import { type FlowScore, Labels } from './labels.ts';
import { type Outcome, Run, SEED } from './run.ts';
import type { Truth } from './truth.ts';

/** Views of a capture; a log of flows has only its own. */
export const VIEWS = ['everything', 'gateway'] as const;
export type View = (typeof VIEWS)[number] | 'flows';

export type Evaluated = {
  truth: Truth;
  views: Partial<Record<View, Outcome>>;
  faults: string[];
  /** What the labels of a log of flows say to it. */
  flows?: FlowScore;
};

/** Stands between a capture and who looks at it, and changes what passes; `finish` gives what it still holds. */
export type Change = (into: FrameSink) => FrameSink & { finish?(): void };

/** Runs one capture through the core, as all was seen and as a router would have seen it; or a log of flows. */
export async function evaluateCapture(folder: string, truth: Truth, views: readonly View[]): Promise<Evaluated> {
  const file = join(folder, truth.path);
  const all = new Run(truth);
  const labels = new Labels();
  const { fault, messages } = await digestFile(file, all.sink, () => {}, false, labels.take);
  const faults = fault ? [fault.message] : [];
  all.end();
  if (!messages) return viewsOf(file, truth, views, all, faults);
  faults.push(...messages);
  if (!all.isOffenderKnown()) faults.push(`${truth.offender} is no device of this log`);
  const outcome = all.outcome(false);
  const flows = labels.score(all.detection.home, outcome, all.offenders());
  return { truth, views: { flows: outcome }, faults, flows };
}

/** As `evaluateCapture`, of a capture that is changed on the way. */
export async function evaluateChanged(
  file: string,
  truth: Truth,
  views: readonly View[],
  change: Change,
): Promise<Evaluated> {
  const { run, faults } = await runThrough(file, truth, change);
  return viewsOf(file, truth, views, run, faults, change);
}

/** The home as a whole capture shows it, and the ids of the devices named as offenders. */
export async function meetHome(file: string, truth: Truth): Promise<{ home: Home; offenders: string[] }> {
  const { run } = await runThrough(file, truth, (into) => into);
  return { home: run.detection.home, offenders: run.offenders() };
}

async function runThrough(file: string, truth: Truth, change: Change): Promise<{ run: Run; faults: string[] }> {
  const run = new Run(truth);
  const control = new ControlDecoder(run.sink, { crypto: quicCrypto });
  const digest = new Digest(run.sink, { control, seed: SEED, standingStep: 1000, crowds: true });
  const faults = await readThrough(file, digest, change);
  digest.finish();
  run.end();
  return { run, faults };
}

/** @param all has seen everything */
async function viewsOf(
  file: string,
  truth: Truth,
  views: readonly View[],
  all: Run,
  faults: string[],
  change: Change = (into) => into,
): Promise<Evaluated> {
  const evaluated: Evaluated = { truth, views: {}, faults };
  if (views.includes('everything')) evaluated.views.everything = all.outcome(false);
  if (!all.isOffenderKnown()) faults.push(`${truth.offender} is no device of this capture`);
  if (!views.includes('gateway')) return evaluated;
  const { home } = all.detection;
  const routers = new Set(home.gateway().macs);
  const gateway = new Run(truth);
  gateway.sink(GATEWAY_COVERAGE);
  const isHome = (words: AddressWords) => home.isHome(words);
  const view = new GatewayView(gateway.sink, isHome, (mac: Mac) => routers.has(mac), SEED);
  await readThrough(file, view, change);
  view.finish();
  gateway.end();
  evaluated.views.gateway = gateway.outcome(all.isOffenderKnown());
  return evaluated;
}

const GATEWAY_COVERAGE: Observation = {
  ...{ kind: 'source', at: 0, source: 'gateway', lost: { events: 0, packets: 0 } },
  coverage: [{ code: 'headers-not-seen' }],
};

/** @returns why the reading ended early */
async function readThrough(file: string, into: FrameSink, change: Change): Promise<string[]> {
  const through = change(into);
  try {
    await readCapture(file, through);
    return [];
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    return [error.message];
  } finally {
    through.finish?.();
  }
}
