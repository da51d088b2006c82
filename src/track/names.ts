import type { AddressWords } from '../model/address.ts';
import { FairTable, grown } from './fair-table.ts';
import { HELLO_LIFE, type Limits, NAME_CEILING, NAME_FLOOR } from './limits.ts';

/**
 * What each device calls the addresses that it talks to: by its own look-ups and the server names that it asked for, never
 * by another device's. Names are numbers inside the core; each text is held once, for as long as anyone uses it.
 */
export class Names {
  readonly #table: FairTable;
  #name = new Int32Array(0);
  #until = new Float64Array(0);
  #hello = new Uint8Array(0);
  readonly #texts: string[] = [''];
  readonly #uses: number[] = [0];
  readonly #free: number[] = [];
  readonly #numbers = new Map<string, number>();

  constructor(limits: Limits, seed: number) {
    this.#table = new FairTable({
      capacity: limits.names,
      perOwner: limits.namesPerDevice,
      owners: limits.devices,
      seed,
      onEvict: (entry) => this.release(this.#name[entry]!),
      onGrow: (capacity) => {
        this.#name = grown(this.#name, capacity);
        this.#until = grown(this.#until, capacity);
        this.#hello = grown(this.#hello, capacity);
      },
    });
  }

  get size(): number {
    return this.#table.size;
  }

  /** The device asked for `name` and was answered with `address`. @param ttl seconds */
  lookedUp(device: number, address: AddressWords, name: string, ttl: number, at: number): void {
    const life = Math.min(Math.max(ttl * 1000, NAME_FLOOR), NAME_CEILING);
    this.#learn(device, address, name, at + life, 0);
  }

  /** The device greeted the server at `address` by `name`; says nothing where it looked the address up. */
  greeted(device: number, address: AddressWords, name: string, at: number): void {
    const entry = this.#find(device, address[0], address[1], address[2], address[3]);
    if (entry >= 0 && this.#hello[entry] === 0 && this.#until[entry]! >= at) return;
    this.#learn(device, address, name, at + HELLO_LIFE, 1);
  }

  /** The entry that names an address for a device at a time, or -1. */
  find(device: number, w0: number, w1: number, w2: number, w3: number, at: number): number {
    const entry = this.#find(device, w0, w1, w2, w3);
    return entry >= 0 && this.#until[entry]! >= at ? entry : -1;
  }

  /** Number of the name of an entry. */
  nameOf(entry: number): number {
    return this.#name[entry]!;
  }

  /** Whether the name comes from a greeting and not from a look-up. */
  isHello(entry: number): boolean {
    return this.#hello[entry] === 1;
  }

  text(name: number): string {
    return this.#texts[name]!;
  }

  hold(name: number): void {
    this.#uses[name]!++;
  }

  release(name: number): void {
    if (--this.#uses[name]! > 0) return;
    this.#numbers.delete(this.#texts[name]!);
    this.#texts[name] = '';
    this.#free.push(name);
  }

  /** The number of a text, held once for the caller. */
  intern(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) {
      this.#uses[known]!++;
      return known;
    }
    const name = this.#free.pop() ?? this.#texts.length;
    this.#texts[name] = text;
    this.#uses[name] = 1;
    this.#numbers.set(text, name);
    return name;
  }

  forget(device: number): void {
    for (let entry = this.#table.first(device); entry >= 0; entry = this.#table.first(device)) {
      this.release(this.#name[entry]!);
      this.#table.remove(entry);
    }
  }

  /** Everything that one device called by name, another now does: they are one. */
  merge(from: number, into: number): void {
    const table = this.#table;
    for (let entry = table.first(from); entry >= 0; entry = table.first(from)) {
      const word = (i: number) => table.word(entry, i);
      if (this.#find(into, word(1), word(2), word(3), word(4)) < 0)
        table.move(entry, into, into, word(1), word(2), word(3), word(4), 0);
      else {
        this.release(this.#name[entry]!);
        table.remove(entry);
      }
    }
  }

  #find(device: number, w0: number, w1: number, w2: number, w3: number): number {
    return this.#table.find(device, w0, w1, w2, w3, 0);
  }

  #learn(device: number, address: AddressWords, text: string, until: number, hello: 0 | 1): void {
    const name = this.intern(text);
    const table = this.#table;
    const entry = table.take(device, device, address[0], address[1], address[2], address[3], 0);
    if (!table.isNew) {
      this.release(this.#name[entry]!);
      table.touch(entry);
    }
    this.#name[entry] = name;
    this.#until[entry] = until;
    this.#hello[entry] = hello;
  }
}
