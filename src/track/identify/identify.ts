import type { Belief, Evidence, Identity } from '../../model/identity.ts';
import { KINDS, type Kind } from '../../model/kinds.ts';
import { belief } from './belief.ts';
import { allHits, type Evident, type Hit, makersAsked } from './hits.ts';
import { makerBy, modelBy } from './maker.ts';
import type { Says } from './signal.ts';
import { SIGNALS, type SignalTables } from './signals/all.ts';

/**
 * Evidence that is needed before a kind is more likely than not, in bits: a thing of some other kind, or of none that is
 * listed, is sixteen times as common as a thing of any one kind.
 */
const PRIOR = 4;
/** A kind that is less probable is not named. */
const NAMED = 0.6;
/** However much speaks for a kind: evidence of one device repeats itself, and devices may lie. */
const MOST_BITS = 12;
/** Systems that people put apps on; what these look up is the apps' doing. */
const GENERAL: readonly Kind[] = ['phone', 'tablet', 'computer'];
/** How much more a name says that was looked up by what runs no apps, in bits. */
const NO_APPS = 2;

/** Judges what a device is, by tables of signals. The same evidence gives the same answer. */
export function identify(evident: Evident, tables: SignalTables = SIGNALS): Identity {
  if (evident.several) return { several: true };
  const hits = allHits(evident, tables);
  const kind = kindBy(hits);
  const vendor = makerBy(hits, evident);
  const model = modelBy(hits, evident);
  return { ...(kind && { kind }), ...(vendor && { vendor }), ...(model && { model }) };
}

/**
 * The probability of each kind among all of them and none, by Bayes' rule with signals of different places taken as
 * independent. What comes from one place repeats itself (one text names model and kind): of each place only the
 * weightiest counts.
 */
function kindBy(hits: readonly Hit[]): Belief<Kind> | undefined {
  const bits = sumOf(placesOf(hits));
  const likely = KINDS.filter((kind) => (bits[kind] ?? 0) > 0).sort((a, b) => bits[b]! - bits[a]!);
  const [best] = likely;
  if (best === undefined) return undefined;
  const odds = (kind: Kind) => 2 ** Math.min(bits[kind]!, MOST_BITS);
  const confidence = odds(best) / likely.reduce((sum, kind) => sum + odds(kind), 2 ** PRIOR);
  if (confidence < NAMED) return undefined;
  const weight = ({ signal }: Hit) => signal.says[best] ?? 0;
  const reasons = hits.filter((hit) => weight(hit) > 0);
  return belief(best, confidence, reasons, weight);
}

function sumOf(places: ReadonlyMap<Evidence, Says>): Says {
  const sum: Says = {};
  for (const says of places.values()) for (const [kind, bits] of bitsOf(says)) sum[kind] = (sum[kind] ?? 0) + bits;
  return sum;
}

/** For each place the strongest word for each kind, or, where there is none, the strongest against it. */
function placesOf(hits: readonly Hit[]): Map<Evidence, Says> {
  const places = new Map<Evidence, Says>();
  for (const { signal } of hits) {
    const says = places.get(signal.from) ?? {};
    places.set(signal.from, says);
    for (const [kind, bits] of bitsOf(signal.says)) says[kind] = stronger(says[kind], bits);
  }
  const lookedUp = places.get('looked-up');
  if (lookedUp) places.set('looked-up', weighed(lookedUp, makersAsked(hits), isEmbedded(places)));
  return places;
}

function stronger(known: number | undefined, bits: number): number {
  if (known === undefined) return bits;
  return known < 0 && bits < 0 ? Math.min(known, bits) : Math.max(known, bits);
}

/** Whether something other than its look-ups speaks against every kind that runs apps. */
function isEmbedded(places: ReadonlyMap<Evidence, Says>): boolean {
  const others = sumOf(new Map([...places].filter(([from]) => from !== 'looked-up')));
  return GENERAL.every((kind) => (others[kind] ?? 0) < 0);
}

/**
 * What a name that was looked up says depends on whose apps could have asked for it: who asks for the servers of several
 * makers runs their apps, so that each maker more halves what each name says; what is no general computer runs none.
 */
function weighed(says: Says, makers: number, embedded: boolean): Says {
  const shift = (embedded ? NO_APPS : 0) - Math.max(0, makers - 1);
  const weighed: Says = {};
  for (const [kind, bits] of bitsOf(says))
    weighed[kind] = GENERAL.includes(kind) || bits <= 0 ? bits : Math.max(0, bits + shift);
  return weighed;
}

function bitsOf(says: Says): [Kind, number][] {
  return Object.entries(says) as [Kind, number][];
}
