import type { AddressWords } from '../model/address.ts';
import type { Counters } from '../model/home.ts';
import { FairTable, grown } from './fair-table.ts';
import type { Limits } from './limits.ts';
import type { Names } from './names.ts';

/** What the first key word group of a conversation means. */
export const NODE = { address: 0, name: 1, device: 2 } as const;
export type NodeKind = (typeof NODE)[keyof typeof NODE];

/** Bits of `state`. */
const CHANGED = 1;
const IN_MINUTE = 2;
const BY_HELLO = 4;
const MORE_ENDS = 8;

/** Offsets of counters: up and down as the device sees them. */
const PACKETS_UP = 0;
const PACKETS_DOWN = 1;
const BYTES_UP = 2;
const BYTES_DOWN = 3;
export const COUNTERS = 4;

/** Who talks to whom by what: the identity of a conversation, filled in place before `open` or `rekey`. */
export class Identity {
  device = 0;
  kind: NodeKind = NODE.address;
  /** Four address words; or the number of a name, or the index of a device, and zeros. */
  node0 = 0;
  node1 = 0;
  node2 = 0;
  node3 = 0;
  protocol = 0;
  port = 0;
  /** 1 where the far end started it. */
  byNode: 0 | 1 = 0;
}

/**
 * The books of the home: every packet that has an end in the home is counted in exactly one conversation, or was in one
 * that had to make room and is now in its device's `evicted`. What has no end in the home is counted as nobody's.
 */
export class Conversations {
  readonly table: FairTable;
  readonly #names: Names;
  readonly #history: boolean;
  readonly #stride: number;
  #counters = new Float64Array(0);
  #minuteBase = new Float64Array(0);
  #first = new Float64Array(0);
  #last = new Float64Array(0);
  #generation = new Uint32Array(0);
  #flows = new Uint32Array(0);
  #state = new Uint8Array(0);
  /** Last address of the device's end and of the far end: eight words. */
  #ends = new Uint32Array(0);
  /** Further addresses of named far ends that were reached at several. */
  readonly #moreEnds = new Map<number, number[][]>();
  #changed = new Int32Array(0);
  #changedCount = 0;
  readonly #deviceChanged: Uint8Array;
  readonly #totals: Float64Array;
  readonly #evicted: Float64Array;
  readonly #minuteOthers: Float64Array;
  readonly #lastSent: Float64Array;
  readonly #forgotten = new Float64Array(COUNTERS);
  nobodysPackets = 0;
  nobodysBytes = 0;

  constructor(limits: Limits, names: Names, history: boolean, seed: number) {
    this.#names = names;
    this.#history = history;
    this.#stride = limits.conversations;
    this.#totals = new Float64Array(limits.devices * COUNTERS);
    this.#evicted = new Float64Array(limits.devices * COUNTERS);
    this.#minuteOthers = new Float64Array(limits.devices * COUNTERS);
    this.#lastSent = new Float64Array(limits.devices);
    this.#deviceChanged = new Uint8Array(limits.devices);
    this.table = new FairTable({
      capacity: limits.conversations,
      perOwner: limits.conversationsPerDevice,
      owners: limits.devices,
      seed,
      onEvict: (entry) => this.#fold(entry),
      onGrow: (capacity) => this.#growTo(capacity),
    });
  }

  /** Number of a conversation, never given twice. */
  id(entry: number): number {
    return this.#generation[entry]! * this.#stride + entry;
  }

  entry(id: number): number {
    const entry = id % this.#stride;
    const alive = entry < this.table.used && this.table.owner(entry) >= 0 && this.id(entry) === id;
    return alive ? entry : -1;
  }

  /** Rises whenever an entry stops meaning what it meant. */
  generation(entry: number): number {
    return this.#generation[entry]!;
  }

  isAlive(entry: number): boolean {
    return this.table.owner(entry) >= 0;
  }

  device(entry: number): number {
    return this.table.owner(entry);
  }

  find(identity: Identity): number {
    const { node0, node1, node2, node3, port } = identity;
    return this.table.find(node0, node1, node2, node3, metaOf(identity), (identity.device << 16) | port);
  }

  /** The conversation of an identity, begun now if it is new. */
  open(identity: Identity, first: number): number {
    const { device, node0, node1, node2, node3, port } = identity;
    const meta = metaOf(identity);
    const last = (device << 16) | port;
    const entry = this.table.take(device, node0, node1, node2, node3, meta, last);
    if (!this.table.isNew) return entry;
    if (identity.kind === NODE.name) this.#names.hold(node0);
    this.#zero(entry * COUNTERS);
    this.#first[entry] = first;
    this.#last[entry] = first;
    this.#flows[entry] = 0;
    this.#state[entry] = 0;
    return entry;
  }

  /** Reads the identity of a living entry. */
  identify(entry: number, into: Identity): Identity {
    const { table } = this;
    const meta = table.word(entry, 4);
    into.device = table.owner(entry);
    into.node0 = table.word(entry, 0);
    into.node1 = table.word(entry, 1);
    into.node2 = table.word(entry, 2);
    into.node3 = table.word(entry, 3);
    into.kind = ((meta >>> 9) & 3) as NodeKind;
    into.byNode = ((meta >>> 8) & 1) as 0 | 1;
    into.protocol = meta & 255;
    into.port = table.word(entry, 5) & 0xffff;
    return into;
  }

  /** Counts; up and down as the device sees them. */
  add(
    entry: number,
    packetsUp: number,
    packetsDown: number,
    bytesUp: number,
    bytesDown: number,
    first: number,
    last: number,
  ): void {
    const counters = this.#counters;
    let at = entry * COUNTERS;
    counters[at]! += packetsUp;
    counters[at + 1]! += packetsDown;
    counters[at + 2]! += bytesUp;
    counters[at + 3]! += bytesDown;
    const device = this.table.owner(entry);
    const totals = this.#totals;
    at = device * COUNTERS;
    totals[at]! += packetsUp;
    totals[at + 1]! += packetsDown;
    totals[at + 2]! += bytesUp;
    totals[at + 3]! += bytesDown;
    if (first < this.#first[entry]!) this.#first[entry] = first;
    if (last > this.#last[entry]!) this.#last[entry] = last;
    if (packetsUp > 0 && last > this.#lastSent[device]!) this.#lastSent[device] = last;
    this.#deviceChanged[device] = 1;
    this.#markChanged(entry);
  }

  /** Counts for a device what it sent or got in conversations that are not told apart. */
  others(device: number, turned: 0 | 1, packets: number, bytes: number, last: number): void {
    const at = device * COUNTERS;
    for (const columns of this.#history
      ? [this.#totals, this.#evicted, this.#minuteOthers]
      : [this.#totals, this.#evicted]) {
      columns[at + PACKETS_UP + turned]! += packets;
      columns[at + BYTES_UP + turned]! += bytes;
    }
    if (turned === 0 && last > this.#lastSent[device]!) this.#lastSent[device] = last;
    this.#deviceChanged[device] = 1;
  }

  nobody(packets: number, bytes: number): void {
    this.nobodysPackets += packets;
    this.nobodysBytes += bytes;
  }

  /** One more flow belongs to the conversation. */
  joined(entry: number): void {
    this.#flows[entry]!++;
  }

  flows(entry: number): number {
    return this.#flows[entry]!;
  }

  first(entry: number): number {
    return this.#first[entry]!;
  }

  last(entry: number): number {
    return this.#last[entry]!;
  }

  lastSent(device: number): number {
    return this.#lastSent[device]!;
  }

  isByHello(entry: number): boolean {
    return (this.#state[entry]! & BY_HELLO) !== 0;
  }

  setByHello(entry: number, hello: boolean): void {
    this.#state[entry] = hello ? this.#state[entry]! | BY_HELLO : this.#state[entry]! & ~BY_HELLO;
  }

  /** Word `i` of the device's last address (0–3) and of the far end's (4–7). */
  end(entry: number, i: number): number {
    return this.#ends[entry * 8 + i]!;
  }

  setEnds(entry: number, ours: AddressWords, theirs: AddressWords): void {
    const ends = this.#ends;
    const at = entry * 8;
    ends[at] = ours[0];
    ends[at + 1] = ours[1];
    ends[at + 2] = ours[2];
    ends[at + 3] = ours[3];
    ends[at + 4] = theirs[0];
    ends[at + 5] = theirs[1];
    ends[at + 6] = theirs[2];
    ends[at + 7] = theirs[3];
  }

  /** Whether the far end's last address is this one. */
  isAt(entry: number, theirs: readonly number[]): boolean {
    const ends = this.#ends;
    const at = entry * 8 + 4;
    return (
      ends[at + 3] === theirs[3] && ends[at + 2] === theirs[2] && ends[at + 1] === theirs[1] && ends[at] === theirs[0]
    );
  }

  /** Earlier addresses of the far end, each as four words. */
  moreEnds(entry: number): readonly number[][] {
    return this.#moreEnds.get(entry) ?? [];
  }

  /** The same, to be changed. */
  furtherEnds(entry: number): number[][] {
    let further = this.#moreEnds.get(entry);
    if (!further) {
      further = [];
      this.#moreEnds.set(entry, further);
      this.#state[entry] = this.#state[entry]! | MORE_ENDS;
    }
    return further;
  }

  readCounters(entry: number, into: Counters): void {
    const counters = this.#counters;
    const at = entry * COUNTERS;
    into.packetsUp = counters[at + PACKETS_UP]!;
    into.packetsDown = counters[at + PACKETS_DOWN]!;
    into.bytesUp = counters[at + BYTES_UP]!;
    into.bytesDown = counters[at + BYTES_DOWN]!;
  }

  counters(entry: number): { packetsUp: number; packetsDown: number; bytesUp: number; bytesDown: number } {
    return countersAt(this.#counters, entry);
  }

  totals(device: number): { packetsUp: number; packetsDown: number; bytesUp: number; bytesDown: number } {
    return countersAt(this.#totals, device);
  }

  evicted(device: number): { packetsUp: number; packetsDown: number; bytesUp: number; bytesDown: number } {
    return countersAt(this.#evicted, device);
  }

  /**
   * Gives a conversation another identity, with all it counted; joins it to the one that already has that identity.
   * @param swap the two ends change places
   * @returns the entry that now holds it
   */
  rekey(entry: number, identity: Identity, swap: boolean): number {
    const existing = this.find(identity);
    if (existing === entry) return entry;
    const from = this.table.owner(entry);
    if (swap) this.#swap(entry);
    this.#moveTotals(entry, from, identity.device, swap);
    if (existing >= 0) {
      this.#join(entry, existing);
      return existing;
    }
    if (identity.kind === NODE.name) this.#names.hold(identity.node0);
    this.#releaseName(entry);
    const { device, node0, node1, node2, node3, port } = identity;
    this.table.move(entry, device, node0, node1, node2, node3, metaOf(identity), (device << 16) | port);
    this.#retire(entry);
    this.#markChanged(entry);
    return entry;
  }

  /** Neither end is in the home after all. */
  disown(entry: number): void {
    const device = this.table.owner(entry);
    const { packetsUp, packetsDown, bytesUp, bytesDown } = this.counters(entry);
    this.nobody(packetsUp + packetsDown, bytesUp + bytesDown);
    for (let i = 0; i < COUNTERS; i++) this.#totals[device * COUNTERS + i]! -= this.#counters[entry * COUNTERS + i]!;
    this.#remove(entry);
  }

  /** All that is left of a device becomes part of another. */
  mergeTotals(from: number, into: number): void {
    for (const columns of [this.#totals, this.#evicted, this.#minuteOthers])
      for (let i = 0; i < COUNTERS; i++) {
        columns[into * COUNTERS + i]! += columns[from * COUNTERS + i]!;
        columns[from * COUNTERS + i] = 0;
      }
    this.#lastSent[into] = Math.max(this.#lastSent[into]!, this.#lastSent[from]!);
    this.#deviceChanged[into] = 1;
    this.clearDevice(from);
  }

  /** What a device's evicted conversations had is nobody's: the device was none. */
  disownEvicted(device: number): void {
    const { packetsUp, packetsDown, bytesUp, bytesDown } = this.evicted(device);
    this.nobody(packetsUp + packetsDown, bytesUp + bytesDown);
    this.clearDevice(device);
  }

  /** Folds every conversation of a device into its evicted counters. */
  foldAll(device: number): void {
    for (let entry = this.table.first(device); entry >= 0; entry = this.table.first(device)) {
      this.#fold(entry);
      this.table.remove(entry);
    }
  }

  /** The device is forgotten; what it did (all folded by now) stays counted. */
  forgetDevice(device: number): void {
    for (let i = 0; i < COUNTERS; i++) this.#forgotten[i]! += this.#evicted[device * COUNTERS + i]!;
    this.clearDevice(device);
  }

  /** What devices did that had to be forgotten. */
  forgotten(): { packetsUp: number; packetsDown: number; bytesUp: number; bytesDown: number } {
    return countersAt(this.#forgotten, 0);
  }

  clearDevice(device: number): void {
    for (const columns of [this.#totals, this.#evicted, this.#minuteOthers])
      columns.fill(0, device * COUNTERS, (device + 1) * COUNTERS);
    this.#lastSent[device] = 0;
    this.#deviceChanged[device] = 0;
  }

  get anyChanged(): boolean {
    return this.#changedCount > 0;
  }

  /** Ids of the conversations that changed since the last call. */
  takeChanged(): number[] {
    const ids: number[] = [];
    for (let i = 0; i < this.#changedCount; i++) {
      const entry = this.#changed[i]!;
      if ((this.#state[entry]! & CHANGED) === 0) continue;
      this.#state[entry] = this.#state[entry]! & ~CHANGED;
      ids.push(this.id(entry));
    }
    this.#changedCount = 0;
    return ids;
  }

  /** Indices of the devices whose counters changed since the last call. */
  takeChangedDevices(): number[] {
    const devices: number[] = [];
    for (let device = 0; device < this.#deviceChanged.length; device++)
      if (this.#deviceChanged[device] === 1) {
        this.#deviceChanged[device] = 0;
        devices.push(device);
      }
    return devices;
  }

  /** Hands out what each conversation, and each device's evicted ones (`entry` -1), added since the last call. */
  takeMinute(row: (device: number, entry: number, added: Float64Array) => void): void {
    const added = new Float64Array(COUNTERS);
    for (let entry = 0; entry < this.table.used; entry++) {
      if ((this.#state[entry]! & IN_MINUTE) === 0) continue;
      this.#state[entry] = this.#state[entry]! & ~IN_MINUTE;
      const at = entry * COUNTERS;
      for (let i = 0; i < COUNTERS; i++) {
        added[i] = this.#counters[at + i]! - this.#minuteBase[at + i]!;
        this.#minuteBase[at + i] = this.#counters[at + i]!;
      }
      row(this.table.owner(entry), entry, added);
    }
    for (let device = 0; device < this.#deviceChanged.length; device++) {
      const at = device * COUNTERS;
      const others = this.#minuteOthers.subarray(at, at + COUNTERS);
      if (others[PACKETS_UP] === 0 && others[PACKETS_DOWN] === 0) continue;
      row(device, -1, others.slice());
      others.fill(0);
    }
  }

  #growTo(capacity: number): void {
    this.#counters = grown(this.#counters, capacity * COUNTERS);
    if (this.#history) this.#minuteBase = grown(this.#minuteBase, capacity * COUNTERS);
    this.#first = grown(this.#first, capacity);
    this.#last = grown(this.#last, capacity);
    this.#generation = grown(this.#generation, capacity);
    this.#flows = grown(this.#flows, capacity);
    this.#state = grown(this.#state, capacity);
    this.#ends = grown(this.#ends, capacity * 8);
    this.#changed = grown(this.#changed, capacity * 2);
  }

  #markChanged(entry: number): void {
    const state = this.#state[entry]!;
    const wanted = this.#history ? CHANGED | IN_MINUTE : CHANGED;
    if ((state & wanted) === wanted) return;
    if ((state & CHANGED) === 0) {
      if (this.#changedCount === this.#changed.length) this.#compactChanged();
      this.#changed[this.#changedCount++] = entry;
    }
    this.#state[entry] = state | wanted;
  }

  /** Drops what was displaced since it was noted, so that a flood within one second needs no more room. */
  #compactChanged(): void {
    let count = 0;
    for (let entry = 0; entry < this.table.used; entry++)
      if ((this.#state[entry]! & CHANGED) !== 0) this.#changed[count++] = entry;
    this.#changedCount = count;
  }

  /** Without `fill`, whose call costs more than four stores. */
  #zero(at: number): void {
    for (let i = 0; i < COUNTERS; i++) {
      this.#counters[at + i] = 0;
      if (this.#history) this.#minuteBase[at + i] = 0;
    }
  }

  #fold(entry: number): void {
    const at = entry * COUNTERS;
    const to = this.table.owner(entry) * COUNTERS;
    for (let i = 0; i < COUNTERS; i++) {
      this.#evicted[to + i]! += this.#counters[at + i]!;
      if (this.#history) this.#minuteOthers[to + i]! += this.#counters[at + i]! - this.#minuteBase[at + i]!;
    }
    this.#clean(entry);
  }

  #join(entry: number, into: number): void {
    const from = entry * COUNTERS;
    const to = into * COUNTERS;
    for (let i = 0; i < COUNTERS; i++) {
      this.#counters[to + i]! += this.#counters[from + i]!;
      if (this.#history) this.#minuteBase[to + i]! += this.#minuteBase[from + i]!;
    }
    this.#flows[into]! += this.#flows[entry]!;
    this.#first[into] = Math.min(this.#first[into]!, this.#first[entry]!);
    this.#last[into] = Math.max(this.#last[into]!, this.#last[entry]!);
    this.#remove(entry);
    this.#markChanged(into);
  }

  #swap(entry: number): void {
    const at = entry * COUNTERS;
    for (const columns of this.#history ? [this.#counters, this.#minuteBase] : [this.#counters]) {
      exchange(columns, at + PACKETS_UP, at + PACKETS_DOWN);
      exchange(columns, at + BYTES_UP, at + BYTES_DOWN);
    }
    for (let i = 0; i < 4; i++) exchange(this.#ends, entry * 8 + i, entry * 8 + 4 + i);
    this.#forgetMoreEnds(entry);
  }

  #moveTotals(entry: number, from: number, into: number, swapped: boolean): void {
    for (let i = 0; i < COUNTERS; i++) {
      const counted = this.#counters[entry * COUNTERS + i]!;
      const before = this.#counters[entry * COUNTERS + (swapped ? i ^ 1 : i)]!;
      this.#totals[from * COUNTERS + i]! -= before;
      this.#totals[into * COUNTERS + i]! += counted;
    }
    this.#lastSent[into] = Math.max(this.#lastSent[into]!, this.#last[entry]!);
    this.#deviceChanged[into] = 1;
  }

  #remove(entry: number): void {
    this.#clean(entry);
    this.table.remove(entry);
  }

  #clean(entry: number): void {
    this.#releaseName(entry);
    this.#retire(entry);
    this.#state[entry] = 0;
  }

  #retire(entry: number): void {
    this.#generation[entry]!++;
    this.#forgetMoreEnds(entry);
  }

  #forgetMoreEnds(entry: number): void {
    if ((this.#state[entry]! & MORE_ENDS) === 0) return;
    this.#state[entry] = this.#state[entry]! & ~MORE_ENDS;
    this.#moreEnds.delete(entry);
  }

  #releaseName(entry: number): void {
    const kind = (this.table.word(entry, 4) >>> 9) & 3;
    if (kind === NODE.name) this.#names.release(this.table.word(entry, 0));
  }
}

function metaOf(identity: Identity): number {
  return (identity.kind << 9) | (identity.byNode << 8) | identity.protocol;
}

function countersAt(columns: Float64Array, index: number) {
  const at = index * COUNTERS;
  return {
    packetsUp: columns[at + PACKETS_UP]!,
    packetsDown: columns[at + PACKETS_DOWN]!,
    bytesUp: columns[at + BYTES_UP]!,
    bytesDown: columns[at + BYTES_DOWN]!,
  };
}

function exchange(columns: Float64Array | Uint32Array, a: number, b: number): void {
  const held = columns[a]!;
  columns[a] = columns[b]!;
  columns[b] = held;
}
