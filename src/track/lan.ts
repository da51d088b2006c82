import {
  type Address,
  type AddressWords,
  inPrefix,
  isV4,
  type Mac,
  type PrefixWords,
  parseAddress,
  parseMac,
  parsePrefix,
  scopeOf,
} from '../model/address.ts';
import { GATEWAY_ADDRESSES, PREFIXES } from './limits.ts';

/** Shortest prefixes believed when the network itself tells them; nobody may declare the internet to be home. */
const SHORTEST_V4 = 16;
const SHORTEST_V6 = 48;

export function macNumber(high: number, low: number): number {
  return high * 0x1_0000_0000 + low;
}

/** A prefix with its mask at hand, for the hot path. */
type MaskedPrefix = PrefixWords & { mask: AddressWords };

/** What is home by its address: configured prefixes, else what the link tells of itself, else private addresses. */
export class Lan {
  #configured: MaskedPrefix[] = [];
  #configuredV4 = false;
  #configuredV6 = false;
  #learnt: MaskedPrefix[] = [];
  #learntV6 = false;
  readonly homeMacs = new Set<number>();
  readonly ownMacs = new Set<number>();
  /** Addresses of the gateway itself (and of the guard, which is no device of the list). */
  readonly gatewayAddresses = new Set<Address>();

  /** Takes over a configuration. @returns whether anything changed */
  configure(prefixes: readonly string[], macs: readonly Mac[]): boolean {
    const before = JSON.stringify([this.#configured, [...this.homeMacs]]);
    this.#configured = prefixes
      .slice(0, PREFIXES)
      .map(parsePrefix)
      .filter((prefix) => prefix !== undefined)
      .map(masked);
    this.#configuredV4 = this.#configured.some((prefix) => isV4(prefix.words));
    this.#configuredV6 = this.#configured.some((prefix) => !isV4(prefix.words) && !isLinkLocal(prefix.words));
    this.homeMacs.clear();
    for (const mac of macs) addMac(this.homeMacs, mac);
    return before !== JSON.stringify([this.#configured, [...this.homeMacs]]);
  }

  /** Believes a prefix that a router or a DHCP server announced. @returns whether it is new */
  learn(text: string): boolean {
    const prefix = parsePrefix(text);
    if (!prefix || this.#learnt.length >= PREFIXES || isLinkLocal(prefix.words)) return false;
    if (prefix.length < (isV4(prefix.words) ? SHORTEST_V4 : SHORTEST_V6)) return false;
    if (this.#learnt.some((known) => known.length === prefix.length && inPrefix(prefix.words, known))) return false;
    this.#learnt.push(masked(prefix));
    this.#learntV6 ||= !isV4(prefix.words);
    return true;
  }

  own(macs: readonly Mac[], addresses: readonly Address[]): void {
    for (const mac of macs) addMac(this.ownMacs, mac);
    for (const address of addresses) this.addGatewayAddress(address);
  }

  addGatewayAddress(address: Address): boolean {
    if (this.gatewayAddresses.size >= GATEWAY_ADDRESSES || this.gatewayAddresses.has(address)) return false;
    if (!parseAddress(address)) return false;
    this.gatewayAddresses.add(address);
    return true;
  }

  /** Whether an address is of this home. */
  isHome(words: AddressWords, scope = scopeOf(words[0], words[1], words[2], words[3])): boolean {
    if (scope === 'link-local') return true;
    if (scope !== 'private' && scope !== 'global') return false;
    if (inAny(words, this.#configured)) return true;
    const v4 = isV4(words);
    if (v4 ? this.#configuredV4 : this.#configuredV6) return false;
    if (scope === 'private') return true;
    return inAny(words, this.#learnt);
  }

  /** Whether a station's hardware address was said to be home by configuration. */
  isHomeMac(mac: number): boolean {
    return this.homeMacs.size > 0 && this.homeMacs.has(mac);
  }

  /** Whether an address was said to be home by configuration, so that it counts wherever it is seen. */
  isConfigured(words: AddressWords): boolean {
    return inAny(words, this.#configured) && !isLinkLocal(words);
  }

  /** Whether a global address of that family could be of this home although no prefix says so. */
  isOpen(words: AddressWords): boolean {
    return isV4(words) ? !this.#configuredV4 : !this.#configuredV6 && !this.#learntV6;
  }
}

function masked(prefix: PrefixWords): MaskedPrefix {
  const bits = isV4(prefix.words) ? prefix.length + 96 : prefix.length;
  const word = (i: number) => {
    const kept = Math.min(32, Math.max(0, bits - 32 * i));
    return kept === 0 ? 0 : (0xffff_ffff << (32 - kept)) >>> 0;
  };
  return { ...prefix, mask: [word(0), word(1), word(2), word(3)] };
}

function inAny(words: AddressWords, prefixes: readonly MaskedPrefix[]): boolean {
  for (let i = 0; i < prefixes.length; i++) {
    const { words: prefix, mask } = prefixes[i]!;
    if (
      ((words[0] ^ prefix[0]) & mask[0]) === 0 &&
      ((words[1] ^ prefix[1]) & mask[1]) === 0 &&
      ((words[2] ^ prefix[2]) & mask[2]) === 0 &&
      ((words[3] ^ prefix[3]) & mask[3]) === 0
    )
      return true;
  }
  return false;
}

export function isLinkLocal(words: AddressWords): boolean {
  return scopeOf(words[0], words[1], words[2], words[3]) === 'link-local';
}

function addMac(set: Set<number>, mac: Mac): void {
  const words = parseMac(mac);
  if (words && set.size < GATEWAY_ADDRESSES) set.add(macNumber(words.hi, words.lo));
}
