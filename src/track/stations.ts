import { type AddressWords, isV4 } from '../model/address.ts';
import { macNumber } from './lan.ts';

/** A hardware address on the link, and what is known of its place. */
export type Station = {
  /** The hardware address as one number. */
  mac: number;
  /** Index of the device that it belongs to; -1 where it is none, or none yet. */
  device: number;
  gateway: boolean;
  /** Something proved that it stands on this link itself: an address of the link, a lease, a neighbour's word. */
  onLink: boolean;
  /** It takes its address from a DHCP server of this link, as a gateway does not. */
  leased: boolean;
  /** Networks (IPv4 /24, IPv6 /64) of far addresses met behind it, at most `FAR_NETWORKS`. */
  far: number[];
  /** An address met at it when nothing else was known, for corrections. */
  seen: AddressWords[];
  /** How strongly devices use it as their next hop; at `NEXT_HOP_PROVEN` it is one. */
  nextHop: number;
};

export const FAR_NETWORKS = 3;
/** One flow with traffic both ways proves a next hop; so do as many one-way flows. */
export const NEXT_HOP_PROVEN = 8;
const SEEN = 2;
/** Places for stations asked for lately, a power of two. */
const RECENT = 256;

/** Every hardware address of interest; those that never turned out to be anything are forgotten, oldest first. */
export class Stations {
  readonly #byMac = new Map<number, Station>();
  readonly #undecided = new Set<Station>();
  readonly #limit: number;
  /** Those asked for lately, by some bits of their hardware address: each end of every new flow asks. */
  readonly #recent: (Station | undefined)[] = new Array(RECENT).fill(undefined);
  readonly #recentHigh = new Int32Array(RECENT);
  readonly #recentLow = new Int32Array(RECENT);

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The station of a hardware address, given as its two halves. */
  get(high: number, low: number): Station {
    const place = placeOf(low);
    const recent = this.#recent[place];
    const isIt = this.#recentLow[place] === (low | 0) && this.#recentHigh[place] === high;
    if (recent !== undefined && isIt) return recent;
    const station = this.#find(macNumber(high, low));
    this.#recent[place] = station;
    this.#recentHigh[place] = high;
    this.#recentLow[place] = low;
    return station;
  }

  #find(mac: number): Station {
    let station = this.#byMac.get(mac);
    if (!station) {
      station = {
        mac,
        device: -1,
        gateway: false,
        onLink: false,
        leased: false,
        far: [],
        seen: [],
        nextHop: 0,
      };
      this.#byMac.set(mac, station);
      this.#undecided.add(station);
      if (this.#undecided.size > this.#limit) this.#forgetOldest();
    }
    return station;
  }

  /** The station became a device or the gateway: it is kept. */
  decided(station: Station): void {
    this.#undecided.delete(station);
  }

  /** The station is no device (any more). */
  release(station: Station): void {
    station.device = -1;
    if (!station.gateway) this.#undecided.add(station);
  }

  all(): Iterable<Station> {
    return this.#byMac.values();
  }

  /** The station at which an address was met, by exact address or IPv6 network. */
  withAddress(words: AddressWords): Station | undefined {
    for (const station of this.#byMac.values())
      if (!station.gateway && station.seen.some((seen) => sameEnd(seen, words))) return station;
    return undefined;
  }

  #forgetOldest(): void {
    for (const station of this.#undecided) {
      this.#undecided.delete(station);
      this.#byMac.delete(station.mac);
      const place = placeOf(station.mac % 0x1_0000_0000);
      if (this.#recent[place] === station) this.#recent[place] = undefined;
      return;
    }
  }
}

/** Notes a far address met behind a station. @returns how many networks were met by now */
export function noteFar(station: Station, words: AddressWords): number {
  const network = isV4(words) ? words[3] >>> 8 : words[0] * 0x1_0000_0000 + words[1];
  if (station.far.length < FAR_NETWORKS && !station.far.includes(network)) station.far.push(network);
  if (station.seen.length < SEEN && !station.seen.some((seen) => sameEnd(seen, words))) station.seen.push([...words]);
  return station.far.length;
}

function sameEnd(a: AddressWords, b: AddressWords): boolean {
  if (a[0] !== b[0] || a[1] !== b[1]) return false;
  return isV4(a) ? a[2] === b[2] && a[3] === b[3] : true;
}

/** Devices of one maker differ in the last octets. */
function placeOf(low: number): number {
  return (low ^ (low >>> 8) ^ (low >>> 16)) & (RECENT - 1);
}
