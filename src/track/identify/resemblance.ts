import type { Likeness } from '../../model/identity.ts';
import type { Kind } from '../../model/kinds.ts';
import type { KnownTraits } from './traits.ts';

/** One of the two that may be the same thing. */
export type Likely = {
  id?: string;
  /** Id of the device that had the address which this one asked for. */
  askedAddressOf?: string | undefined;
  hostnames: readonly string[];
  vendorClass?: string | undefined;
  kind?: Kind | undefined;
  vendor?: string | undefined;
  traits: KnownTraits;
};

/**
 * What two devices have in common, in bits: how many times rarer it is between two devices of a home that are not one.
 * An identifier made to be unique is proof; a name that somebody chose is near to it; what all things of a model share
 * (how they ask for a lease) can only support.
 */
const BITS = {
  'client-id': 10,
  hostname: 6,
  instance: 4,
  dhcp: 2,
  address: 3,
  model: 2,
  vendor: 1,
  names: 2,
  kind: 1,
} as const satisfies Record<Likeness['in'], number>;
/** Differences that one thing does not have with itself. */
const AGAINST = 12;
/** A home gets a new thing more often than a known one changes its address. */
const PRIOR = 4;
const SHARED_NAMES = 3;
/** Names that things have by default are those of many. */
const DEFAULT_NAME =
  /^(?:iphone|ipad|android|localhost|unknown|espressif|esp[_-]?[0-9a-f]*|wlan\d|lwip\d|linux|ubuntu|raspberrypi|galaxy[a-z0-9 -]*|pixel[ 0-9a-z-]*|macbook[a-z-]*|(?:desktop|laptop)|printer|camera|tv)$/i;

/** How probable it is that two devices, never there at the same time, are one; and what says so. */
export function likeness(a: Likely, b: Likely): { confidence: number; because: Likeness[] } {
  const because = inCommon(a, b);
  let bits = because.reduce((sum, one) => sum + BITS[one.in], -PRIOR);
  if (differ(a.kind, b.kind) || differ(modelOf(a), modelOf(b)) || differ(systemOf(a), systemOf(b))) bits -= AGAINST;
  const confidence = 2 ** bits / (2 ** bits + 1);
  return { confidence: Math.floor(confidence * 100) / 100, because };
}

function inCommon(a: Likely, b: Likely): Likeness[] {
  const common: Likeness[] = [];
  const add = (where: Likeness['in'], saw: string | undefined) => {
    if (saw !== undefined && saw !== '') common.push({ in: where, saw });
  };
  add('client-id', firstShared(a.traits.clientIds, b.traits.clientIds));
  add('hostname', firstShared(chosen(a.hostnames), chosen(b.hostnames)));
  add('instance', firstShared(chosen(a.traits.descriptions), chosen(b.traits.descriptions)));
  const asks = a.traits.parameters.join(',');
  if (asks !== '' && asks === b.traits.parameters.join(',') && systemOf(a) === systemOf(b)) add('dhcp', asks);
  if (a.id !== undefined && a.id === b.askedAddressOf) add('address', a.id);
  else if (b.id !== undefined && b.id === a.askedAddressOf) add('address', b.id);
  if (modelOf(a) === modelOf(b)) add('model', modelOf(a));
  if (a.vendor === b.vendor) add('vendor', a.vendor);
  const names = [...a.traits.names].filter((name) => b.traits.names.has(name));
  if (names.length >= SHARED_NAMES) add('names', names.slice(0, SHARED_NAMES).join(', '));
  if (a.kind === b.kind) add('kind', a.kind);
  return common;
}

/** Without names that systems give by themselves. */
function chosen(names: Iterable<string>): string[] {
  return [...names].filter((name) => !DEFAULT_NAME.test(name)).map((name) => name.toLowerCase());
}

function firstShared(a: Iterable<string>, b: Iterable<string>): string | undefined {
  const others = new Set(b);
  return [...a].find((one) => others.has(one));
}

function modelOf({ traits }: Likely): string | undefined {
  return traits.attributes.get('md') ?? traits.attributes.get('model') ?? traits.attributes.get('rpmd');
}

/** The vendor class without its version, which updates change. */
function systemOf({ vendorClass }: Likely): string | undefined {
  return vendorClass?.replace(/[\d.].*$/, '').trim();
}

function differ<T>(a: T | undefined, b: T | undefined): boolean {
  return a !== undefined && b !== undefined && a !== b;
}
