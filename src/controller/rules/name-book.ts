import type { Address } from '../../model/address.ts';
import type { Endpoint, Observation } from '../../model/observation.ts';
import { answeredAddresses } from '../../track/answers.ts';

/** How long an address belongs to a name after it was last answered, ms: devices keep using what they once looked up. */
export const NAME_HOLDS = 24 * 3_600_000;
/** Names that the home's resolvers answered: some days of a busy home, 1 MB. Those that no rule needs go first. */
export const MAX_NAMES = 8_192;
/** Names that one device heard of elsewhere, or called by itself. */
export const MAX_NAMES_PER_DEVICE = 256;
/** Addresses of one name: large networks answer with a few at a time, of some hundred. The longest unheard goes first. */
export const MAX_ADDRESSES_PER_NAME = 256;
/** … that one device heard elsewhere: it may have made them up. */
export const MAX_HEARD_PER_NAME = 32;
/** Devices that heard names elsewhere; as many as a home holds. */
export const MAX_HEARING_DEVICES = 1_024;

/** For what the home's resolvers said; any other scope is the id of the device that alone heard it. */
export const HOME = '';

export type Named = { scope: string; name: string; address: Address; until: number };

/** The longest unheard name first; each with its addresses and until when they count. */
type Page = Map<string, Map<Address, number>>;

/**
 * Which addresses names have now. What the home's resolvers answer holds for all; what a device heard from another
 * resolver, or called an address in its first words, holds for that device alone: it may have made it up.
 */
export class NameBook {
  readonly #pages = new Map<string, Page>([[HOME, new Map()]]);
  readonly #deviceAt: (endpoint: Endpoint) => string | undefined;
  readonly #isResolver: (endpoint: Endpoint) => boolean;
  /** Names that rules need: they are not displaced, and a new address of one is news. */
  watched: ReadonlySet<string> = new Set();

  constructor(deviceAt: (endpoint: Endpoint) => string | undefined, isResolver: (endpoint: Endpoint) => boolean) {
    this.#deviceAt = deviceAt;
    this.#isResolver = isResolver;
  }

  restore(known: readonly Named[]): void {
    for (const { scope, name, address, until } of known) this.#learn(scope, name, address, until);
  }

  /** @returns whether a watched name has a new address */
  take(observation: Observation): boolean {
    if (observation.kind === 'hello') {
      const { serverName, client, server, at } = observation;
      const device = serverName === undefined ? undefined : this.#deviceAt(client);
      return device !== undefined && this.#learn(device, serverName!, server.address, at + NAME_HOLDS);
    }
    if (observation.kind !== 'dns' || !observation.response || observation.rcode !== 0) return false;
    const { server, client, name, answers, at } = observation;
    const scope = this.#isResolver(server) ? HOME : this.#deviceAt(client);
    if (scope === undefined || name === '') return false;
    let isNews = false;
    answeredAddresses(name, answers, (address) => {
      isNews = this.#learn(scope, name, address, at + NAME_HOLDS) || isNews;
    });
    return isNews;
  }

  /** The longest unheard first. */
  addresses(scope: string, name: string, at: number): Address[] {
    const known = this.#pages.get(scope)?.get(name);
    return known ? [...known].filter(([, until]) => until > at).map(([address]) => address) : [];
  }

  /**
   * What each device alone knows of some names, by device and name.
   * @param most addresses in all; each device has the same share, so that none takes another's
   */
  heard(names: ReadonlySet<string>, at: number, most: number): Map<string, Map<string, Address[]>> {
    const share = Math.floor(most / Math.max(1, this.#pages.size - 1));
    const found = new Map<string, Map<string, Address[]>>();
    for (const [scope, page] of this.#pages) {
      if (scope === HOME) continue;
      const own = [...page.keys()].filter((name) => names.has(name));
      const each = Math.floor(share / Math.max(1, own.length));
      const known = own.map((name) => [name, this.addresses(scope, name, at).reverse().slice(0, each)] as const);
      if (known.length > 0) found.set(scope, new Map(known));
    }
    return found;
  }

  /** Names that have one of the addresses now, as the home's resolvers say. */
  sharing(addresses: ReadonlySet<Address>, at: number): Map<string, Address[]> {
    const found = new Map<string, Address[]>();
    for (const name of this.#pages.get(HOME)!.keys()) {
      const own = this.addresses(HOME, name, at);
      if (own.some((address) => addresses.has(address))) found.set(name, own);
    }
    return found;
  }

  /** What is known of the watched names, for the next start. */
  watchedNames(): Named[] {
    return [...this.#pages].flatMap(([scope, page]) =>
      [...page].flatMap(([name, addresses]) =>
        this.watched.has(name) ? [...addresses].map(([address, until]) => ({ scope, name, address, until })) : [],
      ),
    );
  }

  merge(device: string, into: string): void {
    const page = this.#pages.get(device);
    this.#pages.delete(device);
    for (const [name, addresses] of page ?? [])
      for (const [address, until] of addresses) this.#learn(into, name, address, until);
  }

  #learn(scope: string, name: string, address: Address, until: number): boolean {
    const page = this.#page(scope);
    const addresses = page.get(name) ?? new Map<Address, number>();
    const isNews = !addresses.delete(address);
    addresses.set(address, until);
    const mostAddresses = scope === HOME ? MAX_ADDRESSES_PER_NAME : MAX_HEARD_PER_NAME;
    if (addresses.size > mostAddresses) addresses.delete(addresses.keys().next().value!);
    page.delete(name);
    page.set(name, addresses);
    const most = scope === HOME ? MAX_NAMES : MAX_NAMES_PER_DEVICE;
    if (page.size > most) page.delete(this.#leastNeeded(page));
    return isNews && this.watched.has(name);
  }

  #leastNeeded(page: Page): string {
    for (const name of page.keys()) if (!this.watched.has(name)) return name;
    return page.keys().next().value!;
  }

  #page(scope: string): Page {
    const known = this.#pages.get(scope);
    if (known) return known;
    const page: Page = new Map();
    this.#pages.set(scope, page);
    if (this.#pages.size > MAX_HEARING_DEVICES + 1) {
      const oldest = [...this.#pages.keys()].find((other) => other !== HOME);
      this.#pages.delete(oldest!);
    }
    return page;
  }
}
