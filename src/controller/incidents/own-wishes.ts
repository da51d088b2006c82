import type { Casebook } from '../../decide/casebook.ts';
import type { Newcomers } from '../../decide/newcomers.ts';
import type { Profile } from '../../decide/steps.ts';
import { type Preferences, preferencesFor } from '../../model/preferences.ts';
import type { OwnLimit, OwnPolicy } from '../../model/verdict.ts';
import type { Home } from '../../track/home.ts';
import type { Stance } from '../rules/rulebook.ts';
import type { Wishes } from './wishes.ts';

/** How well devices are secured changes slowly: they are looked at this often, ms, and only where somebody wishes it. */
const WEIGH_EVERY = 60_000;

export type Around = {
  now: () => number;
  home: () => Home;
  kind: (device: string) => string | undefined;
  /** Ids of the groups that a device is in. */
  groupsOf: (device: string) => string[];
  /** Whether somebody could get into a device, as far as its traffic shows. */
  isWeak: (device: string) => boolean;
  /** Told when what SPIN wants by itself is another. */
  onWants: (wants: OwnPolicy) => void;
};

type Deciders = { book: Casebook; newcomers: Newcomers };

/** What SPIN wants by itself, by the household's preferences: rules beside theirs, and tighter limits. */
export class OwnWishes {
  readonly #wishes: Wishes;
  readonly #around: Around;
  readonly #deciders: () => Deciders;
  #wants: OwnPolicy = { rules: [], limits: [] };
  #told = '';
  #limits: ReadonlyMap<string, OwnLimit> = new Map();
  #weak: readonly string[] = [];
  #weighedAt = Number.NEGATIVE_INFINITY;

  constructor(wishes: Wishes, around: Around, deciders: () => Deciders) {
    this.#wishes = wishes;
    this.#around = around;
    this.#deciders = deciders;
  }

  /** How far SPIN may go, as the rulebook asks each time it makes a policy. */
  stance(): Stance {
    return {
      criticalOf: (device) => this.preferencesOf(device).critical,
      guardOf: (device) => {
        const limit = this.#limits.get(device);
        return { mayAct: this.preferencesOf(device).autonomy !== 'watch', ...(limit && { limit }) };
      },
      mayAct: () => this.#wishes.set.home.autonomy !== 'watch',
    };
  }

  preferencesOf(device: string): Preferences {
    return preferencesFor(this.#wishes.set, device, this.#around.groupsOf(device));
  }

  profileOf(device: string): Profile {
    const { kind: kindOf, groupsOf } = this.#around;
    const kind = kindOf(device);
    return { groups: groupsOf(device), ...(kind !== undefined && { kind }) };
  }

  /** Tells what is wanted where it is another. */
  settle(): void {
    this.#wants = this.#made();
    const text = JSON.stringify(this.#wants);
    if (text === this.#told) return;
    this.#told = text;
    this.#limits = new Map(this.#wants.limits.map((limit) => [limit.device, limit]));
    this.#around.onWants(this.#wants);
  }

  /** Preferences are others: what they allow is, too, even where the same is wanted. */
  tellAgain(): void {
    this.#weigh();
    this.#told = '';
    this.settle();
  }

  /** Once a second. */
  tick(): void {
    if (Math.abs(this.#around.now() - this.#weighedAt) < WEIGH_EVERY) return;
    this.#weigh();
    this.settle();
  }

  #made(): OwnPolicy {
    const { book, newcomers } = this.#deciders();
    const { rules, limits } = book.wants();
    const ofNewcomers = newcomers.wants();
    const weak = this.#weak.map((device): OwnLimit => ({ device, reason: 'weak' }));
    // The last of a device counts: what it did weighs more than what it is.
    const byDevice = new Map([...ofNewcomers.limits, ...weak, ...limits].map((limit) => [limit.device, limit]));
    return { rules: [...rules, ...ofNewcomers.rules], limits: [...byDevice.values()] };
  }

  /** Which devices are poorly secured, of those for whom that counts. */
  #weigh(): void {
    const { home: ofHome, groups, devices } = this.#wishes.set;
    const { home, isWeak, now } = this.#around;
    this.#weighedAt = now();
    const choices = [ofHome, ...Object.values(groups), ...Object.values(devices)];
    const all = choices.some(({ weak }) => weak === 'limit') ? home().devices() : [];
    const ids = all.map(({ id }) => id);
    this.#weak = ids.filter((id) => this.preferencesOf(id).weak === 'limit' && isWeak(id));
  }
}
