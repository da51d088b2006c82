import type { Signal } from './signal.ts';
import { SIGNALS, type SignalTables } from './signals/all.ts';
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
export type Hit = { signal: Signal; saw: string };

/** Characters of a text that are looked at: names that mean something are shorter, and attackers' are not. */
const LONGEST_MATCHED = 128;
/** Makers whose servers are looked up, from which on it is apps that ask. */
const MANY_MAKERS = 3;

/** Attributes that hold a model's name, a maker's or a thing's own, as DNS-SD profiles use them, the best first. */
export const MODEL_KEYS = ['md', 'model', 'ty', 'usb_mdl', 'am', 'rpmd', 'product'] as const;
export const MAKER_KEYS = ['manufacturer', 'vendor', 'usb_mfg', 'mfg'] as const;
const NAME_KEYS = ['fn', 'name', 'device'] as const;

/** Every signal seen in the evidence. */
export function allHits(evident: Evident, tables: SignalTables = SIGNALS): Hit[] {
  const { traits } = evident;
  const hits = [
    ...matches(tables.makers, evident.makers),
    ...hitsOfLease(evident, tables),
    ...matches(tables.hostnames, evident.hostnames),
    ...wordMatches(tables.hostnameWords, evident.hostnames),
    ...hitsOfAnnouncements(evident, tables),
    ...hitsOfBehaviour(evident, tables),
  ];
  const makers = [...evident.makers, ...attributesOf(traits, MAKER_KEYS)];
  for (const { signal } of hits) if (signal.vendor && !signal.maker) makers.push(signal.vendor);
  return hits.filter(({ signal: { maker } }) => maker === undefined || makers.some((name) => maker.test(name)));
}

function hitsOfLease({ vendorClass, traits }: Evident, tables: SignalTables): Hit[] {
  const classes = textsOf(vendorClass);
  // Many makers write their own name there.
  const makers = matches(tables.makers, classes).map((hit) => ({
    ...hit,
    signal: { ...hit.signal, from: 'dhcp' as const },
  }));
  const parameters = matches(tables.parameters, textsOf(traits.parameters.join(',')));
  return [...makers, ...matches(tables.vendorClass, classes), ...parameters];
}

function hitsOfAnnouncements({ hostnames, mudUrl, traits }: Evident, tables: SignalTables): Hit[] {
  const services = [...traits.services];
  const attributes = [...traits.attributes].map(([key, value]) => `${key}=${value}`);
  const models = attributesOf(traits, MODEL_KEYS);
  const called = [...traits.descriptions, ...attributesOf(traits, NAME_KEYS)];
  return [
    ...matches(tables.services, services),
    ...matches(tables.attributes, attributes),
    ...wordMatches(tables.announcedWords, called),
    ...wordMatches(tables.typeWords, [...services.filter(isType), ...textsOf(mudWords(mudUrl))]),
    ...wordMatches(tables.modelWords, models),
    ...matches(tables.models, [...models, ...hostnames, ...called, ...services]),
  ];
}

function hitsOfBehaviour({ behaviours, traits }: Evident, tables: SignalTables): Hit[] {
  const names = exact(tables.names, traits.names);
  const all = makersAsked(names) >= MANY_MAKERS ? [...behaviours, 'many-makers'] : behaviours;
  return [
    ...names,
    ...exact(tables.contacts, traits.contacts),
    ...exact(tables.serves, traits.serves),
    ...exact(tables.behaviours, all),
  ];
}

/** How many makers' servers were looked up. */
export function makersAsked(hits: readonly Hit[]): number {
  const makers = new Set(hits.filter(({ signal }) => signal.from === 'looked-up').map(({ signal }) => signal.vendor));
  makers.delete(undefined);
  return makers.size;
}

/** The first text that each signal is seen in; of a model's name the part that names it. */
function matches(signals: readonly Signal[], whole: readonly string[]): Hit[] {
  if (whole.length === 0) return [];
  const texts = whole.map((text) => text.slice(0, LONGEST_MATCHED));
  const hits: Hit[] = [];
  for (const signal of signals) {
    const pattern = signal.what as RegExp;
    const text = texts.find((one) => pattern.test(one));
    if (text !== undefined) hits.push({ signal, saw: signal.model ? pattern.exec(text)![0] : text });
  }
  return hits;
}

/** As `matches`, for patterns of words. */
function wordMatches(signals: readonly Signal[], whole: readonly string[]): Hit[] {
  // Both forms of a text stand behind each other.
  const texts = whole.map((text) => text.slice(0, LONGEST_MATCHED / 2));
  const words = texts.map((text) => asWords(text).slice(0, LONGEST_MATCHED));
  return matches(signals, words).map(({ signal, saw }) => ({ signal, saw: texts[words.indexOf(saw)]! }));
}

function exact(signals: readonly Signal[], seen: Iterable<string>): Hit[] {
  const all = new Set(seen);
  if (all.size === 0) return [];
  return signals
    .filter(({ what }) => all.has(what as string))
    .map((signal) => ({ signal, saw: signal.what as string }));
}

export function attributesOf({ attributes }: KnownTraits, keys: readonly string[]): string[] {
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
