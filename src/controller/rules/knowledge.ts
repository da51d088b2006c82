import type { Rules } from '../../decide/rules.ts';
import type { Address, Mac } from '../../model/address.ts';
import type { Group } from '../../model/audit.ts';
import type { HomeEvent } from '../../model/event.ts';
import type { Device } from '../../model/home.ts';
import type { HomeFacts } from '../../model/household.ts';
import type { Observation } from '../../model/observation.ts';
import { type Store, StoreFailing } from '../../store/store.ts';
import { DeviceIndex } from './device-index.ts';
import { essentialOf } from './essential.ts';
import { factsOf, type Guard, namesNeeded } from './facts.ts';
import { HOME, NameBook } from './name-book.ts';
import { type KnownNetwork, Network } from './network.ts';

/** How often names are kept for the next start, ms. */
const KEEP_EVERY = 10_000;
/** Setting under which the home's network is kept. */
const NETWORK = 'network';
/** Far ends of a device that are looked at for what it needs. */
const LOOKED_AT = 1_000;

export type KnowledgeOptions = {
  store: Store;
  now: () => number;
  /** The home's time: of a recording, its own. */
  at: () => number;
  devices: () => Device[];
  lan: string[];
  /** Where the household reaches the page. */
  page: () => HomeFacts['page'];
  /** Addresses that SPIN is used from. */
  consoles: () => readonly Address[];
  /** What must stay within reach of a device, by the household's preferences. */
  criticalOf: (device: string) => string[];
  guardOf: (device: string) => Guard;
};

/** What is known of the home as far as rules need it; some of it outlives a restart, so that what is blocked stays so. */
export class Knowledge {
  readonly #options: KnowledgeOptions;
  readonly #index = new DeviceIndex();
  readonly names: NameBook;
  readonly network: Network;
  #keptAt = 0;
  #keptNetwork = '';
  #hasNews = false;

  constructor(options: KnowledgeOptions) {
    this.#options = options;
    const { store, now, devices } = options;
    this.network = new Network(now, store.setting(NETWORK) as KnownNetwork | undefined);
    this.names = new NameBook(
      (endpoint) => this.#index.at(endpoint),
      (endpoint) => this.network.isResolver(endpoint),
    );
    for (const device of devices()) this.#index.add(device);
    this.names.restore(store.ask(({ decisions }) => decisions.addresses()) ?? []);
  }

  /** @returns whether a policy may be another now */
  take(observation: Observation): boolean {
    if (this.names.take(observation)) {
      this.#hasNews = true;
      return true;
    }
    const changed = this.network.take(observation);
    if (changed) this.#keepNetwork();
    return changed;
  }

  /** @returns whether a policy may be another now */
  follow(event: HomeEvent): boolean {
    if (event.kind === 'gateway') this.network.routers = event;
    else if (event.kind === 'device') this.#index.add(event.device);
    else if (event.kind === 'merged') this.names.merge(event.device, event.into);
    else return false;
    return true;
  }

  facts(rules: Rules, groups: ReadonlyMap<string, Group>): HomeFacts {
    const { store, at, devices, lan, page, consoles, criticalOf, guardOf } = this.#options;
    return factsOf({
      at: at(),
      network: this.network,
      names: this.names,
      devices: devices(),
      groups,
      rules: [...rules.values()],
      lan,
      page: page(),
      consoles: consoles(),
      criticalOf,
      guardOf,
      essentialOf: (device) => essentialOf(device, store.contacts(device.id, 'volume', LOOKED_AT), at()),
    });
  }

  /** The names that a policy is made of from now on. */
  watch(rules: Rules, facts: HomeFacts): void {
    const needed = namesNeeded([...rules.values()], facts.devices);
    const isNew = [...needed].some((name) => !this.names.watched.has(name));
    this.names.watched = needed;
    if (!isNew) return;
    // What is blocked from now on is kept within a second, so that a crash right after does not open it.
    this.#hasNews = true;
    this.#keptAt = Number.NEGATIVE_INFINITY;
  }

  deviceAt(mac: Mac): string | undefined {
    return this.#index.at({ mac, address: '' });
  }

  addressesOf(name: string): Address[] {
    return this.names.addresses(HOME, name, this.#options.at());
  }

  /** Writes what is new, but not often. */
  settle(): void {
    if (this.#hasNews && Math.abs(this.#options.now() - this.#keptAt) > KEEP_EVERY) this.keep();
  }

  keep(): void {
    if (!this.#hasNews) return;
    this.#keptAt = this.#options.now();
    this.#hasNews = false;
    this.#options.store.keepNameAddresses(this.names.watchedNames());
  }

  #keepNetwork(): void {
    const text = JSON.stringify(this.network.known());
    if (text === this.#keptNetwork) return;
    this.#keptNetwork = text;
    try {
      this.#options.store.set(NETWORK, this.network.known());
    } catch (error) {
      // It is heard of again.
      if (!(error instanceof StoreFailing)) throw error;
    }
  }
}
