/**
 * Who may connect at all. Linux accepts packets to any of its addresses on any interface, so that a page bound to the
 * home's address alone can still be reached from the internet's side: the far end's address has to be looked at too.
 */
import { networkInterfaces } from 'node:os';
import { type AddressWords, inPrefix, type PrefixWords, parseAddress, parsePrefix, scopeOf } from '../model/address.ts';

/** Prefixes come and go, IPv6 ones often; they are read again at most this often, ms. */
const MIN_REREAD = 1_000;

export type Interfaces = () => Record<string, { address: string; cidr: string | null }[] | undefined>;

/** Admits this machine, and whoever shares a network with an address that SPIN listens on. */
export class Reach {
  readonly #listen: ReadonlySet<string>;
  readonly #interfaces: Interfaces;
  readonly #further: readonly PrefixWords[];
  #prefixes: readonly PrefixWords[] = [];
  #readAt = Number.NEGATIVE_INFINITY;

  /** @param listen addresses that the page binds to @param home further prefixes that are home, as the owner said */
  constructor(listen: readonly string[], home: readonly string[], interfaces: Interfaces = networkInterfaces) {
    this.#listen = new Set(listen);
    this.#further = home.flatMap((entry) => parsePrefix(entry) ?? []);
    this.#interfaces = interfaces;
  }

  admits(remote: string | undefined): boolean {
    const words = remote === undefined ? undefined : parseAddress(remote);
    if (!words) return false;
    return scopeOf(...words) === 'loopback' || this.#isNear(words) || (this.#reread() && this.#isNear(words));
  }

  #isNear(words: AddressWords): boolean {
    return [...this.#further, ...this.#prefixes].some((prefix) => inPrefix(words, prefix));
  }

  /** @returns whether the prefixes are new */
  #reread(): boolean {
    const now = performance.now();
    if (now - this.#readAt < MIN_REREAD) return false;
    this.#readAt = now;
    const links = Object.values(this.#interfaces()).filter((link) =>
      link?.some(({ address }) => this.#listen.has(address)),
    );
    const prefixes = links.flatMap((link) => link ?? []).flatMap(({ cidr }) => (cidr && parsePrefix(cidr)) || []);
    // Every link has these, that towards the internet too.
    this.#prefixes = prefixes.filter(({ words }) => scopeOf(...words) !== 'link-local');
    return true;
  }
}
