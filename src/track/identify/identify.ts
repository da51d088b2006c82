import type { Belief, Evidence, Identity, Reason } from '../../model/identity.ts';
import { KINDS, type Kind } from '../../model/kinds.ts';
import type { Says, Signal } from './signal.ts';
import { SIGNALS, type SignalTables } from './signals/all.ts';
import { MODULE_MAKERS } from './signals/makers.ts';
import { asWords } from './signals/words.ts';
import type { KnownTraits } from './traits.ts';

/** Everything that a judgement of a device rests on. */
export type Evident = {
  /** Organisations of its hardware addresses. */
  makers: readonly string[];
  hostnames: readonly string[];
  vendorClass?: string | undefined;
  mudUrl?: string | undefined;
  traits: KnownTraits;
  /** Names of `BEHAVIOURS` that fit it. */
  behaviours: readonly string[];
  /** Several devices hide behind its hardware address. */
  several?: boolean;
};

/** A signal that was seen, and the text that it was seen in. */
type Hit = { signal: Signal; saw: string };

/**
 * Evidence that is needed before a kind is more likely than not, in bits: a thing of some other kind, or of none that is
 * listed, is sixteen times as common as a thing of any one kind.
 */
const PRIOR = 4;
/** A kind that is less probable is not named. */
const NAMED = 0.6;
/** However much speaks for a kind: evidence of one device repeats itself, and devices may lie. */
const MOST_BITS = 12;
/** What the owner or the registry calls a maker, in bits. */
const MAKER_BITS = 5;
const MODULE_BITS = 1;
const MODEL_BITS = 6;
const REASONS = 4;

/** Attributes that hold a model's name, as DNS-SD profiles use them, the best first. */
const MODEL_KEYS = ['md', 'model', 'ty', 'usb_mdl', 'am', 'rpmd', 'product'] as const;
const MAKER_KEYS = ['manufacturer', 'vendor', 'usb_mfg', 'mfg'] as const;
const NAME_KEYS = ['fn', 'name', 'device'] as const;

/** Judges what a device is, by tables of signals. The same evidence gives the same answer. */
export function identify(evident: Evident, tables: SignalTables = SIGNALS): Identity {
  if (evident.several) return { several: true };
  const hits = allHits(evident, tables);
  const kind = kindBy(hits);
  const model = modelBy(hits, evident.traits);
  const vendor = vendorBy(hits, evident);
  return { ...(kind && { kind }), ...(vendor && { vendor }), ...(model && { model }) };
}

/** Every signal seen in the evidence. */
export function allHits(evident: Evident, tables: SignalTables = SIGNALS): Hit[] {
  const { traits } = evident;
  const attributes = [...traits.attributes].map(([key, value]) => `${key}=${value}`);
  const models = attributesOf(traits, MODEL_KEYS);
  const called = [...traits.descriptions, ...attributesOf(traits, NAME_KEYS)];
  const services = [...traits.services];
  const modelTexts = [...models, ...evident.hostnames, ...called, ...services];
  const hits = [
    ...matches(tables.makers, evident.makers),
    ...matches(tables.makers, textsOf(evident.vendorClass)).map(({ signal, saw }) => ({
      signal: { ...signal, from: 'dhcp' as const },
      saw,
    })),
    ...matches(tables.vendorClass, textsOf(evident.vendorClass)),
    ...matches(tables.parameters, textsOf(traits.parameters.join(','))),
    ...matches(tables.hostnames, evident.hostnames),
    ...wordMatches(tables.hostnameWords, evident.hostnames),
    ...matches(tables.services, services),
    ...matches(tables.attributes, attributes),
    ...wordMatches(tables.announcedWords, called),
    ...wordMatches(tables.typeWords, [...services.filter(isType), ...textsOf(mudWords(evident.mudUrl))]),
    ...wordMatches(tables.modelWords, models),
    ...exact(tables.names, traits.names),
    ...exact(tables.contacts, traits.contacts),
    ...exact(tables.behaviours, evident.behaviours),
    ...exact(tables.serves, traits.serves),
    ...matches(tables.models, modelTexts),
  ];
  const makers = [...evident.makers, ...attributesOf(traits, MAKER_KEYS)];
  for (const { signal } of hits) if (signal.vendor && !signal.maker) makers.push(signal.vendor);
  return hits.filter(({ signal: { maker } }) => maker === undefined || makers.some((name) => maker.test(name)));
}

/** The first text that each signal is seen in; of a model's name the part that names it. */
function matches(signals: readonly Signal[], texts: readonly string[]): Hit[] {
  if (texts.length === 0) return [];
  const hits: Hit[] = [];
  for (const signal of signals) {
    const pattern = signal.what as RegExp;
    const text = texts.find((one) => pattern.test(one));
    if (text !== undefined) hits.push({ signal, saw: signal.model ? pattern.exec(text)![0] : text });
  }
  return hits;
}

/** As `matches`, for patterns of words. */
function wordMatches(signals: readonly Signal[], texts: readonly string[]): Hit[] {
  const words = texts.map(asWords);
  return matches(signals, words).map(({ signal, saw }) => ({ signal, saw: texts[words.indexOf(saw)]! }));
}

function exact(signals: readonly Signal[], seen: Iterable<string>): Hit[] {
  const all = new Set(seen);
  return all.size === 0
    ? []
    : signals.filter(({ what }) => all.has(what as string)).map((signal) => ({ signal, saw: signal.what as string }));
}

/**
 * What comes from one place repeats itself (one text names model and kind), so of each place only the weightiest counts
 * for a kind, and the places add up.
 */
function kindBy(hits: readonly Hit[]): Belief<Kind> | undefined {
  const places = placesOf(hits);
  const bits = new Map<Kind, number>();
  for (const says of places.values())
    for (const [kind, more] of Object.entries(says)) bits.set(kind as Kind, (bits.get(kind as Kind) ?? 0) + more);
  let best: Kind | undefined;
  let sum = 2 ** PRIOR;
  for (const kind of KINDS) {
    const own = bits.get(kind) ?? 0;
    if (own <= 0) continue;
    sum += 2 ** Math.min(own, MOST_BITS);
    if (best === undefined || own > bits.get(best)!) best = kind;
  }
  if (best === undefined) return undefined;
  const confidence = 2 ** Math.min(bits.get(best)!, MOST_BITS) / sum;
  if (confidence < NAMED) return undefined;
  const reasons = hits.filter(({ signal }) => (signal.says[best] ?? 0) > 0);
  return belief(best, confidence, reasons, ({ signal }) => signal.says[best]!);
}

/** For each place the strongest word for each kind, or, where there is none, the strongest against it. */
function placesOf(hits: readonly Hit[]): Map<Evidence, Says> {
  const places = new Map<Evidence, Says>();
  for (const { signal } of hits) {
    const says = places.get(signal.from) ?? {};
    places.set(signal.from, says);
    for (const [name, bits] of Object.entries(signal.says)) {
      const kind = name as Kind;
      const before = says[kind];
      const stronger = bits > 0 ? Math.max(bits, before ?? 0) : Math.min(bits, before ?? 0);
      if (before === undefined || bits > 0 || before < 0) says[kind] = stronger;
    }
  }
  const lookedUp = places.get('looked-up');
  if (lookedUp) places.set('looked-up', weighed(lookedUp, hits, isEmbedded(places)));
  return places;
}

/** Systems that people put apps on; what these look up is the apps' doing, and counts as it is. */
const GENERAL: readonly Kind[] = ['phone', 'tablet', 'computer'];
const NO_APPS = 2;

/** Whether something other than its look-ups speaks against every kind that runs apps. */
function isEmbedded(places: ReadonlyMap<Evidence, Says>): boolean {
  const total = (kind: Kind) =>
    [...places].reduce((sum, [from, says]) => sum + (from === 'looked-up' ? 0 : (says[kind] ?? 0)), 0);
  return GENERAL.every((kind) => total(kind) < 0);
}

/**
 * What a name that was looked up says depends on whose apps could have asked for it: who asks for the servers of several
 * makers runs their apps, so that each maker more halves what each name says; what is no general computer runs none.
 */
function weighed(says: Says, hits: readonly Hit[], embedded: boolean): Says {
  const makers = new Set(hits.filter(({ signal }) => signal.from === 'looked-up').map(({ signal }) => signal.vendor));
  makers.delete(undefined);
  const shift = (embedded ? NO_APPS : 0) - Math.max(0, makers.size - 1);
  const weigh = (kind: Kind, bits: number) => (GENERAL.includes(kind) || bits <= 0 ? bits : Math.max(0, bits + shift));
  return Object.fromEntries(Object.entries(says).map(([kind, bits]) => [kind, weigh(kind as Kind, bits)]));
}

function modelBy(hits: readonly Hit[], traits: KnownTraits): Belief<string> | undefined {
  const named = hits.filter(({ signal }) => signal.model);
  const announced = attributesOf(traits, MODEL_KEYS)[0];
  const family = named.sort((a, b) => strongest(b.signal) - strongest(a.signal))[0];
  if (announced !== undefined) {
    const reasons: Reason[] = [{ from: 'announced', saw: announced }];
    return { value: announced, confidence: certainty(MODEL_BITS), because: reasons };
  }
  return family && belief(family.saw, certainty(strongest(family.signal)), [family], () => 0);
}

function vendorBy(hits: readonly Hit[], { makers, traits }: Evident): Belief<string> | undefined {
  const names = new Map<string, { bits: number; reasons: Reason[] }>();
  const add = (name: string, bits: number, reason: Reason) => {
    const known = [...names.keys()].find((other) => sameMaker(other, name));
    const entry = names.get(known ?? name) ?? { bits: 0, reasons: [] };
    entry.bits += bits;
    entry.reasons.push(reason);
    names.set(known ?? name, entry);
  };
  for (const name of attributesOf(traits, MAKER_KEYS)) add(name, MAKER_BITS, { from: 'announced', saw: name });
  for (const { signal, saw } of hits)
    if (signal.vendor !== undefined) add(signal.vendor, vendorBits(signal), { from: signal.from, saw });
  for (const name of makers) {
    const isModule = MODULE_MAKERS.test(name);
    add(name, isModule ? MODULE_BITS : MAKER_BITS, { from: 'hardware-address', saw: name });
  }
  const [value, best] = [...names].sort((a, b) => b[1].bits - a[1].bits)[0] ?? [];
  if (value === undefined || !best) return undefined;
  const others = [...names].filter(([name]) => name !== value).reduce((sum, [, { bits }]) => sum + 2 ** bits, 0);
  const confidence = 2 ** best.bits / (2 ** best.bits + others + WEAKEST_VENDOR);
  if (confidence < NAMED) return undefined;
  return { value, confidence: rounded(confidence), because: best.reasons.slice(0, REASONS) };
}

/** Of a name looked up the maker may only be the maker of an app; of a model's name it is the maker. */
function vendorBits({ from }: Signal): number {
  return from === 'looked-up' ? 2 : MAKER_BITS;
}
const WEAKEST_VENDOR = 2;

/** `D-Link` and `D-Link International` are one. */
function sameMaker(a: string, b: string): boolean {
  const plain = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, '');
  const [shorter, longer] = [plain(a), plain(b)].sort((x, y) => x.length - y.length);
  return shorter !== '' && longer!.startsWith(shorter!);
}

function strongest({ says }: Signal): number {
  return Math.max(...Object.values(says));
}

function certainty(bits: number): number {
  return 2 ** bits / (2 ** bits + 2 ** (PRIOR - 1));
}

function belief<T>(value: T, confidence: number, hits: readonly Hit[], weight: (hit: Hit) => number): Belief<T> {
  const sorted = [...hits].sort((a, b) => weight(b) - weight(a));
  const because: Reason[] = [];
  for (const { signal, saw } of sorted) {
    if (because.length === REASONS) break;
    if (!because.some((reason) => reason.from === signal.from && reason.saw === saw))
      because.push({ from: signal.from, saw });
  }
  return { value, confidence: rounded(confidence), because };
}

function rounded(confidence: number): number {
  return Math.floor(confidence * 100) / 100;
}

function attributesOf({ attributes }: KnownTraits, keys: readonly string[]): string[] {
  return keys.map((key) => attributes.get(key)).filter((value) => value !== undefined && value !== '') as string[];
}

function textsOf(text: string | undefined): string[] {
  return text === undefined || text === '' ? [] : [text];
}

/** Types of things; service types of UPnP say what a thing can do, which several kinds can. */
function isType(service: string): boolean {
  return !/^urn:[^:]*:service:/i.test(service);
}

/** A MUD URL (RFC 8520 §10) names the device and its maker. */
function mudWords(url: string | undefined): string | undefined {
  return url?.replace(/^https:\/\//, '').replaceAll('/', ' ');
}
