import type { Address, Mac } from '../model/address.ts';
import type { Identity } from '../model/identity.ts';
import type { Kind } from '../model/kinds.ts';
import type { LeaseObservation, RestoredDevice, ServiceObservation } from '../model/observation.ts';
import { KnownTraits } from './identify/traits.ts';
import { MACS_PER_DEVICE, NOT_SAME, SERVICES_PER_DEVICE, TEXT_LENGTH } from './limits.ts';

/** Where a name comes from, the best first. */
const NAME_SOURCES = ['dhcp4', 'lease-file', 'dhcp6', 'mdns', 'ssdp', 'llmnr', 'nbns', 'restored'] as const;
type NameSource = (typeof NAME_SOURCES)[number];

/** What the home remembers of one device, beside its addresses and counters. */
export class DeviceRecord {
  readonly index: number;
  readonly id: string;
  readonly macs: Mac[] = [];
  firstSeen: number;
  /** Last sign of life outside of its traffic. */
  lastHeard: number;
  givenName: string | undefined;
  givenKind: Kind | undefined;
  /** Ids of devices of which the owner said that they are others, the latest last. */
  readonly notSame: string[] = [];
  vendorClass: string | undefined;
  mudUrl: string | undefined;
  /** Known only by an address; a hardware address may yet come. */
  readonly provisional: boolean;
  /** Known only as a destination that never answered. */
  silent = false;
  gone = false;
  /** Being dissolved: it is no device. */
  leaving = false;
  /** Id of the device that had the address which this one asked for. */
  askedAddressOf: string | undefined;
  /** Known from an earlier run. */
  restored = false;
  readonly traits = new KnownTraits();
  /** What it is believed to be, kept up by `Identities`. */
  identity: Identity = {};
  readonly #names = new Map<NameSource, string>();
  #restored: string[] = [];

  constructor(index: number, id: string, at: number, provisional: boolean) {
    this.index = index;
    this.id = id;
    this.firstSeen = at;
    this.lastHeard = at;
    this.provisional = provisional;
  }

  get hostnames(): string[] {
    const names = NAME_SOURCES.map((source) => this.#names.get(source)).filter((name) => name !== undefined);
    return [...new Set([...names, ...this.#restored])];
  }

  get names(): string[] {
    return this.givenName === undefined ? this.hostnames : [...new Set([this.givenName, ...this.hostnames])];
  }

  get services(): string[] {
    return [...this.traits.services];
  }

  get kind(): Kind | undefined {
    return this.givenKind ?? this.identity.kind?.value;
  }

  addMac(mac: Mac): void {
    if (this.macs.includes(mac)) return;
    this.macs.push(mac);
    // Who changes its address for every network, or every day, is known by the latest ones.
    if (this.macs.length > MACS_PER_DEVICE) this.macs.shift();
  }

  isNot(id: string): void {
    if (this.notSame.includes(id)) return;
    this.notSame.push(id);
    if (this.notSame.length > NOT_SAME) this.notSame.shift();
  }

  /** @returns whether anything shown changed */
  lease(lease: LeaseObservation): boolean {
    const named = lease.hostname ? this.#setName(lease.source, lease.hostname) : false;
    const before = this.vendorClass + (this.mudUrl ?? '');
    if (lease.vendorClass) this.vendorClass = cut(lease.vendorClass);
    if (lease.mudUrl) this.mudUrl = cut(lease.mudUrl);
    return this.traits.lease(lease) || named || before !== this.vendorClass + (this.mudUrl ?? '');
  }

  /** @returns whether anything shown changed */
  announced(service: ServiceObservation): boolean {
    const named = service.hostname ? this.#setName(service.protocol, service.hostname) : false;
    return this.traits.announced(service) || named;
  }

  restore(known: RestoredDevice): void {
    this.#restored = known.hostnames.slice(0, SERVICES_PER_DEVICE).map(cut);
    this.givenName = known.givenName;
    this.givenKind = known.givenKind;
    for (const id of known.notSame ?? []) this.isNot(id);
    this.restored = true;
    if (known.traits) this.traits.restore(known.traits);
    if (known.kind) this.identity = { kind: { value: known.kind, confidence: 1, because: [] } };
    this.vendorClass = known.vendorClass;
    this.mudUrl = known.mudUrl;
    this.firstSeen = Math.min(this.firstSeen, known.firstSeen);
    this.lastHeard = Math.max(known.lastSeen, known.firstSeen);
    for (const mac of known.macs) this.addMac(mac);
  }

  /** Takes over what another record knew of the same device. */
  absorb(other: DeviceRecord): void {
    for (const [source, name] of other.#names) if (!this.#names.has(source)) this.#names.set(source, name);
    this.traits.absorb(other.traits);
    this.#restored = [...new Set([...this.#restored, ...other.#restored])].slice(0, SERVICES_PER_DEVICE);
    for (const mac of other.macs) this.addMac(mac);
    this.givenName ??= other.givenName;
    this.givenKind ??= other.givenKind;
    for (const id of other.notSame) if (id !== this.id) this.isNot(id);
    this.vendorClass ??= other.vendorClass;
    this.mudUrl ??= other.mudUrl;
    this.firstSeen = Math.min(this.firstSeen, other.firstSeen);
    this.lastHeard = Math.max(this.lastHeard, other.lastHeard);
  }

  #setName(source: NameSource, name: string): boolean {
    const text = cut(name);
    if (this.#names.get(source) === text) return false;
    this.#names.set(source, text);
    return true;
  }
}

function cut(text: string): string {
  return text.length > TEXT_LENGTH ? text.slice(0, TEXT_LENGTH) : text;
}

/** Id of a device by its first hardware address. */
export function idByMac(mac: Mac): string {
  return `d-${mac.replaceAll(':', '')}`;
}

/** Id of a device by its first address, where the link shows no hardware addresses. */
export function idByAddress(address: Address): string {
  return `a-${address}`;
}
