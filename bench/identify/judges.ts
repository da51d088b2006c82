/** Ways to say what a device is, each told which samples it may know. */
import type { Kind } from '../../src/model/kinds.ts';
import { allHits } from '../../src/track/identify/hits.ts';
import { identify } from '../../src/track/identify/identify.ts';
import { SIGNALS, type SignalTables } from '../../src/track/identify/signals/all.ts';
import type { Sample } from './evidence.ts';

export type Answer = Kind | 'unknown';
/** Answers for one sample, knowing the others. */
export type Judge = (sample: Sample, known: readonly Sample[]) => Answer;

/**
 * The program's tables as they are, less every signal that no known sample shows: what only the sample itself could have
 * taught is struck, so that the tables cannot have been written around it.
 */
export function strictRules(samples: readonly Sample[]): Judge {
  const hits = new Map(samples.map((sample) => [sample, signalsIn(sample)]));
  return (sample, known) => {
    const supported = new Set(known.flatMap((one) => hits.get(one)!));
    const struck = new Set(hits.get(sample)!.filter((pattern) => !supported.has(pattern)));
    return identify(sample.evident, without(struck)).kind?.value ?? 'unknown';
  };
}

/** By their patterns: a word is the same word in a host name and in a type of service. */
function signalsIn(sample: Sample): string[] {
  return allHits(sample.evident).map(({ signal }) => String(signal.what));
}

function without(struck: ReadonlySet<string>): SignalTables {
  const kept = Object.entries(SIGNALS).map(([name, table]) => [
    name,
    table.filter(({ what }) => !struck.has(String(what))),
  ]);
  return Object.fromEntries(kept) as SignalTables;
}

/** The tables as they are. */
export const rules: Judge = ({ evident }) => identify(evident).kind?.value ?? 'unknown';

/** Baseline: the kind most common among known samples of the same maker. */
export const vendorOnly: Judge = (sample, known) => {
  const same = known.filter(({ evident }) => evident.makers[0] === sample.evident.makers[0]);
  return mostCommon(same.map(({ truth }) => truth)) ?? 'unknown';
};

/** Baseline: naive Bayes over everything that the samples show, learned from the known ones (Laplace smoothing). */
export const learned: Judge = (sample, known) => {
  const seen = new Set(known.flatMap(tokensOf));
  const tokens = tokensOf(sample).filter((token) => seen.has(token));
  if (tokens.length === 0) return 'unknown';
  const kinds = [...new Set(known.map(({ truth }) => truth))];
  const score = (kind: Kind) => {
    const own = known.filter(({ truth }) => truth === kind);
    const likely = (token: string) =>
      Math.log((own.filter((one) => tokensOf(one).includes(token)).length + 1) / (own.length + 2));
    return Math.log(own.length / known.length) + tokens.reduce((sum, token) => sum + likely(token), 0);
  };
  return kinds.map((kind) => [score(kind), kind] as const).sort((a, b) => b[0] - a[0])[0]![1];
};

const TOKENS = new WeakMap<Sample, string[]>();

function tokensOf(sample: Sample): string[] {
  const known = TOKENS.get(sample);
  if (known) return known;
  const { makers, hostnames, vendorClass, traits } = sample.evident;
  const tokens = [
    ...makers.map((maker) => `maker ${maker}`),
    ...hostnames.map((name) => `name ${name.replace(/[0-9a-f]{4,}$/i, '')}`),
    `class ${vendorClass ?? ''}`,
    `parameters ${traits.parameters.join(',')}`,
    ...[...traits.services].map((service) => `service ${service}`),
    ...[...traits.names].map((name) => `asks ${name}`),
    ...[...traits.serves].map((port) => `serves ${port}`),
  ];
  TOKENS.set(sample, tokens);
  return tokens;
}

function mostCommon(kinds: readonly Kind[]): Kind | undefined {
  const counts = new Map<Kind, number>();
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
}
