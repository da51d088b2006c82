import { type Address, type Mac, type Prefix, parseAddress, scopeOf } from '../../model/address.ts';
import type { Endpoint, Observation } from '../../model/observation.ts';

/** Addresses of a replaced prefix live on for so long, ms (RFC 4862 §5.5.3 e: two hours). */
export const RETIRED_FOR = 2 * 3_600_000;
/** How long a network that is not the one known before is given to show all of its prefixes, ms. */
export const SETTLES_IN = 30_000;
/** Prefixes of a home, replaced ones included. A provider that renumbers each minute gains nothing. */
export const MAX_PREFIXES = 32;
/** Resolvers that the home's routers name; they name one or two of each family. */
export const MAX_RESOLVERS = 16;

export type KnownNetwork = { prefixes: Prefix[]; resolvers: Address[] };

/** What the home's network is, as far as rules need it: only the guard itself and the home's routers are believed. */
export class Network {
  readonly #now: () => number;
  #settledAt: number;
  #prefixes: readonly Prefix[] = [];
  readonly #retired = new Map<Prefix, number>();
  #ownMacs: ReadonlySet<Mac> = new Set();
  #ownAddresses: ReadonlySet<Address> = new Set();
  /** The longest unheard first. */
  readonly #resolvers = new Set<Address>();
  routers: { macs: readonly Mac[]; addresses: readonly Address[] } = { macs: [], addresses: [] };

  /** @param known what was known before this start */
  constructor(now: () => number, { prefixes, resolvers }: KnownNetwork = { prefixes: [], resolvers: [] }) {
    this.#now = now;
    this.#settledAt = now();
    for (const address of resolvers.slice(0, MAX_RESOLVERS)) this.#resolvers.add(address);
    for (const prefix of prefixes.slice(0, MAX_PREFIXES)) this.#retired.set(prefix, now() + RETIRED_FOR);
  }

  /** Whether a source has said what is home. */
  get isKnown(): boolean {
    return this.#prefixes.length > 0;
  }

  /** Whether what is home is known so well that an address can be said not to be. */
  get isSettled(): boolean {
    return this.isKnown && this.#now() >= this.#settledAt;
  }

  /** @returns whether anything changed that a policy is made of */
  take(observation: Observation): boolean {
    if (observation.kind === 'source') return this.#source(observation);
    if (observation.kind === 'router' && this.#isRouter(observation.mac)) return this.#name(observation.resolvers);
    if (observation.kind === 'lease' && observation.network && this.#isRouter(observation.network.server?.mac))
      return this.#name(observation.network.resolvers);
    return false;
  }

  prefixes(): Prefix[] {
    const now = this.#now();
    const retired = [...this.#retired].filter(([, until]) => until > now).map(([prefix]) => prefix);
    return [...new Set([...this.#prefixes, ...retired])].slice(0, MAX_PREFIXES);
  }

  /** Those that the routers name, and the routers themselves. */
  resolvers(): Address[] {
    const all = new Set([...this.#resolvers, ...this.routers.addresses, ...this.#ownAddresses]);
    return [...all].filter((address) => !isLoopback(address)).sort();
  }

  /** For the next start. */
  known(): KnownNetwork {
    return { prefixes: [...this.#prefixes], resolvers: [...this.#resolvers] };
  }

  /** Whether an answer comes from a resolver of the home, and not from who only uses its address. */
  isResolver({ address, mac }: Endpoint): boolean {
    if (this.#ownAddresses.has(address) || this.routers.addresses.includes(address))
      return mac === undefined || this.#isRouter(mac);
    return this.#resolvers.has(address);
  }

  #isRouter(mac: Mac | undefined): boolean {
    return mac !== undefined && (this.#ownMacs.has(mac) || this.routers.macs.includes(mac));
  }

  #source({ home, own }: Extract<Observation, { kind: 'source' }>): boolean {
    const before = JSON.stringify([this.#prefixes, [...this.#ownAddresses]]);
    if (own) {
      this.#ownMacs = new Set(own.macs);
      this.#ownAddresses = new Set(own.addresses);
    }
    // An interface that is down for a moment does not make the home another one.
    if (home && home.prefixes.length > 0) this.#replace(home.prefixes);
    return before !== JSON.stringify([this.#prefixes, [...this.#ownAddresses]]);
  }

  #replace(prefixes: readonly Prefix[]): void {
    const known = this.prefixes();
    if (prefixes.some((prefix) => !known.includes(prefix))) this.#settledAt = this.#now() + SETTLES_IN;
    for (const old of this.#prefixes) {
      if (prefixes.includes(old)) continue;
      this.#retired.delete(old);
      this.#retired.set(old, this.#now() + RETIRED_FOR);
      if (this.#retired.size > MAX_PREFIXES) this.#retired.delete(this.#retired.keys().next().value!);
    }
    this.#prefixes = prefixes.slice(0, MAX_PREFIXES);
  }

  #name(resolvers: readonly Address[]): boolean {
    const before = this.#resolvers.size;
    let changed = false;
    for (const address of resolvers) {
      changed ||= !this.#resolvers.delete(address);
      this.#resolvers.add(address);
      if (this.#resolvers.size > MAX_RESOLVERS) this.#resolvers.delete(this.#resolvers.values().next().value!);
    }
    return changed || this.#resolvers.size !== before;
  }
}

function isLoopback(address: Address): boolean {
  const words = parseAddress(address);
  return words !== undefined && scopeOf(...words) === 'loopback';
}
