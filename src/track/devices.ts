import { type Address, type AddressWords, formatAddress, isV4 } from '../model/address.ts';
import { DeviceRecord } from './device-record.ts';
import { FairTable, grown } from './fair-table.ts';
import { ADDRESS_AGE, type Limits, SEVERAL_ADDRESSES, SEVERAL_WITHIN } from './limits.ts';

/** An address claimed by traffic alone is given away to another claimant after this much disuse, ms. */
const CLAIM_LIFE = 60_000;

/** The devices of the home and which address belongs to which. */
export class Devices {
  readonly #limits: Limits;
  readonly #records: (DeviceRecord | undefined)[] = [];
  readonly #free: number[] = [];
  readonly #byId = new Map<string, DeviceRecord>();
  readonly #addresses: FairTable;
  #lastEntry = 0;
  #used = new Float64Array(0);
  #confirmed = new Uint8Array(0);
  /** How often a device came to an address from another one: 0, 1, 2 (it came back). */
  #visits = new Uint8Array(0);
  /** For each device the entry of the IPv4 address that it used last. */
  readonly #current: Int32Array;
  #allowance: number;
  #allowedAt = Number.NEGATIVE_INFINITY;
  #silent = 0;
  /** Devices whose description changed since it was last told. */
  readonly changed = new Set<DeviceRecord>();

  constructor(limits: Limits, seed: number) {
    this.#limits = limits;
    this.#allowance = limits.newDevices;
    this.#current = new Int32Array(limits.devices).fill(-1);
    this.#addresses = new FairTable({
      capacity: limits.addresses,
      perOwner: limits.addressesPerDevice,
      owners: limits.devices,
      seed,
      onEvict: () => undefined,
      onGrow: (capacity) => {
        this.#used = grown(this.#used, capacity);
        this.#confirmed = grown(this.#confirmed, capacity);
        this.#visits = grown(this.#visits, capacity);
      },
    });
  }

  get size(): number {
    return this.#byId.size;
  }

  get isFull(): boolean {
    return this.size >= this.#limits.devices;
  }

  addressCount(device: number): number {
    return this.#addresses.count(device);
  }

  has(index: number): boolean {
    return index >= 0 && this.#records[index] !== undefined;
  }

  at(index: number): DeviceRecord {
    return this.#records[index]!;
  }

  get(id: string): DeviceRecord | undefined {
    return this.#byId.get(id);
  }

  all(): IterableIterator<DeviceRecord> {
    return this.#byId.values();
  }

  /** A new device; `undefined` while too many came too fast, or the home is full. */
  create(id: string, at: number, provisional: boolean, silent = false): DeviceRecord | undefined {
    if (this.size >= this.#limits.devices || this.#byId.has(id) || !this.#mayCome(at)) return undefined;
    if (silent && this.#silent >= this.#limits.silentDevices) return undefined;
    return this.add(id, at, provisional, silent);
  }

  /** As `create`, whatever the rate (what the store knew). */
  add(id: string, at: number, provisional: boolean, silent = false): DeviceRecord | undefined {
    if (this.size >= this.#limits.devices || this.#byId.has(id)) return undefined;
    const index = this.#free.pop() ?? this.#records.length;
    const record = new DeviceRecord(index, id, at, provisional);
    record.silent = silent;
    if (silent) this.#silent++;
    this.#records[index] = record;
    this.#byId.set(id, record);
    return record;
  }

  /** A device that was only spoken to now spoke. */
  spoke(record: DeviceRecord): void {
    if (!record.silent) return;
    record.silent = false;
    this.#silent--;
  }

  remove(record: DeviceRecord): void {
    this.spoke(record);
    for (let entry = this.#addresses.first(record.index); entry >= 0; entry = this.#addresses.first(record.index))
      this.#addresses.remove(entry);
    this.#byId.delete(record.id);
    this.changed.delete(record);
    this.#current[record.index] = -1;
    this.#records[record.index] = undefined;
    this.#free.push(record.index);
  }

  /** The device silent for longest that nobody named; undefined where every one was heard since. */
  forgettable(before: number, lastSeen: (record: DeviceRecord) => number): DeviceRecord | undefined {
    let oldest: DeviceRecord | undefined;
    for (const record of this.all()) {
      if (record.leaving || record.givenName !== undefined || lastSeen(record) >= before) continue;
      if (!oldest || lastSeen(record) < lastSeen(oldest)) oldest = record;
    }
    return oldest;
  }

  /** Index of the device that has an address, or -1. */
  withAddress(w0: number, w1: number, w2: number, w3: number): number {
    const entry = this.#entryOf(w0, w1, w2, w3);
    return entry < 0 ? -1 : this.#addresses.owner(entry);
  }

  /** Entry of an address, or -1. The one found last is looked at first: every flow asks for its device more than once. */
  #entryOf(w0: number, w1: number, w2: number, w3: number): number {
    const table = this.#addresses;
    const last = this.#lastEntry;
    if (table.isAt(last, w0, w1, w2, w3) && table.owner(last) >= 0) return last;
    const entry = table.find(w0, w1, w2, w3, 0, 0);
    if (entry >= 0) this.#lastEntry = entry;
    return entry;
  }

  /** Whether a device is known to use an IPv4 address as its own at this very time: `claim` would change nothing. */
  isUsing(device: number, words: AddressWords, at: number): boolean {
    const entry = this.#current[device]!;
    const isIts = entry >= 0 && this.#used[entry] === at && this.#addresses.owner(entry) === device;
    return isIts && this.#addresses.isAt(entry, words[0], words[1], words[2], words[3]);
  }

  /** A device used an address as its own. Known owners keep it while they use it, or where a neighbour's word gave it to them. */
  claim(device: number, words: AddressWords, at: number): void {
    const entry = this.#entryOf(words[0], words[1], words[2], words[3]);
    if (entry >= 0) {
      if (this.#addresses.owner(entry) === device) {
        this.#used[entry] = at;
        this.#addresses.touch(entry);
        if (isV4(words)) this.#came(device, entry);
        return;
      }
      if (this.#confirmed[entry] === 1 || at - this.#used[entry]! < CLAIM_LIFE) return;
    }
    this.assign(device, words, at, false);
  }

  /** Gives an address to a device; `confirmed` where the link itself said so. */
  assign(device: number, words: AddressWords, at: number, confirmed: boolean): void {
    let entry = this.#addresses.find(words[0], words[1], words[2], words[3], 0, 0);
    const owner = entry < 0 ? -1 : this.#addresses.owner(entry);
    if (owner !== device) {
      if (entry >= 0) {
        this.changed.add(this.at(owner));
        this.#addresses.remove(entry);
      }
      entry = this.#addresses.insert(device, words[0], words[1], words[2], words[3], 0, 0);
      this.#confirmed[entry] = 0;
      this.#visits[entry] = 0;
      this.changed.add(this.at(device));
    }
    this.#used[entry] = at;
    if (confirmed) this.#confirmed[entry] = 1;
  }

  /** The link no longer vouches for an address. */
  unconfirm(words: AddressWords): void {
    const entry = this.#addresses.find(words[0], words[1], words[2], words[3], 0, 0);
    if (entry >= 0) this.#confirmed[entry] = 0;
  }

  moveAddresses(from: number, into: number): void {
    const table = this.#addresses;
    for (let entry = table.first(from); entry >= 0; entry = table.first(from))
      table.move(
        entry,
        into,
        table.word(entry, 0),
        table.word(entry, 1),
        table.word(entry, 2),
        table.word(entry, 3),
        0,
        0,
      );
  }

  /** A device's addresses, the most recently used last. */
  addresses(device: number): Address[] {
    return this.#entries(device).map((entry) => formatAddress(...this.#words(entry)));
  }

  /**
   * Takes all addresses from a device that turned out to be none.
   * @returns those that were its own: what the link vouched for, or its only one – others it forwarded
   */
  releaseAddresses(device: number): AddressWords[] {
    const entries = this.#entries(device);
    const own = entries.filter((entry) => entries.length === 1 || this.#confirmed[entry] === 1);
    const words = own.map((entry) => this.#words(entry));
    for (const entry of entries) this.#addresses.remove(entry);
    return words;
  }

  /**
   * Whether a device uses more IPv4 addresses in turn than one device has. One that moves to another network leaves its
   * former addresses behind.
   */
  isSeveral(device: number, at: number): boolean {
    const inTurn = this.#entries(device).filter(
      (entry) => this.#visits[entry] === 2 && at - this.#used[entry]! < SEVERAL_WITHIN,
    );
    return inTurn.length > SEVERAL_ADDRESSES;
  }

  #came(device: number, entry: number): void {
    if (this.#current[device] === entry) return;
    this.#current[device] = entry;
    this.#visits[entry] = Math.min(2, this.#visits[entry]! + 1);
  }

  /** Forgets addresses long out of use beside others (privacy addresses change daily); a silent device keeps its last. */
  ageAddresses(): void {
    for (const record of this.all()) {
      const entries = this.#entries(record.index);
      const latest = entries.length === 0 ? 0 : this.#used[entries.at(-1)!]!;
      for (const entry of entries)
        if (this.#confirmed[entry] === 0 && latest - this.#used[entry]! > ADDRESS_AGE) {
          this.#addresses.remove(entry);
          this.changed.add(record);
        }
    }
  }

  #entries(device: number): number[] {
    const entries: number[] = [];
    for (let entry = this.#addresses.first(device); entry >= 0; entry = this.#addresses.next(entry))
      entries.push(entry);
    return entries.sort((a, b) => this.#used[a]! - this.#used[b]!);
  }

  #words(entry: number): AddressWords {
    const word = (i: number) => this.#addresses.word(entry, i);
    return [word(0), word(1), word(2), word(3)];
  }

  #mayCome(at: number): boolean {
    const { newDevices, newDeviceEvery } = this.#limits;
    if (at > this.#allowedAt) {
      const earned = (at - this.#allowedAt) / newDeviceEvery;
      this.#allowance = Math.min(newDevices, this.#allowance + (Number.isFinite(earned) ? earned : newDevices));
      this.#allowedAt = at;
    }
    if (this.#allowance < 1) return false;
    this.#allowance--;
    return true;
  }
}
