import type { Belief, Evidence, Identity } from '../../model/identity.ts';
import { classOf, KINDS, type Kind } from '../../model/kinds.ts';
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
/**
 * Nor is one whose things are held to little, while it may well be a machine of people: software on a computer can make
 * it announce and serve anything, and taken for an appliance it would be cut off for what its people do.
 */
const MAYBE_GENERAL = 0.2;
/** Systems that people put apps on; what these look up is the apps' doing. */
const GENERAL: readonly Kind[] = ['phone', 'tablet', 'computer'];
/** Where a system shows itself, whatever runs on it; and how much must speak for one, in bits, to count on it. */
const SYSTEM: readonly Evidence[] = ['hardware-address', 'dhcp', 'hostname', 'model'];
const SYSTEM_BITS = 8;
/** What software on a machine of people can make it do: a computer anything, a phone only what an app asks for. */
const BY_SOFTWARE: readonly { places: readonly Evidence[]; kinds: readonly Kind[] }[] = [
  { places: ['announced', 'serves'], kinds: ['computer', 'storage'] },
  { places: ['looked-up', 'contacts'], kinds: GENERAL },
];
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
  const odds = (kinds: readonly Kind[]) => kinds.reduce((sum, kind) => sum + 2 ** bits[kind]!, 0);
  const all = odds(likely) + 2 ** PRIOR;
  const confidence = odds([best]) / all;
  if (confidence < NAMED) return undefined;
  const general = likely.filter((kind) => classOf(kind) === 'general');
  if (classOf(best) !== 'general' && odds(general) / all > MAYBE_GENERAL) return undefined;
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
  for (const { places: by, kinds } of BY_SOFTWARE) {
    const system = sumOf(new Map([...places].filter(([from]) => SYSTEM.includes(from))));
    if (!kinds.some((kind) => (system[kind] ?? 0) >= SYSTEM_BITS)) continue;
    for (const from of by) {
      const says = places.get(from);
      if (says) places.set(from, halved(says));
    }
  }
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

/** What speaks for things that people put no software on, at half its weight. */
function halved(says: Says): Says {
  const half: Says = {};
  for (const [kind, bits] of bitsOf(says)) half[kind] = classOf(kind) === 'general' || bits < 0 ? bits : bits / 2;
  return half;
}

function bitsOf(says: Says): [Kind, number][] {
  return Object.entries(says) as [Kind, number][];
}
