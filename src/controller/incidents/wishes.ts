import { choose } from '../../decide/preferences.ts';
import {
  DEFAULT_PREFERENCES,
  type PreferenceChoice,
  type PreferenceScope,
  type PreferenceSet,
} from '../../model/preferences.ts';
import { type Store, StoreFailing } from '../../store/store.ts';

/** Setting under which preferences are kept. */
const PREFERENCES = 'preferences';

type Known = Parameters<typeof choose>[3];

/** The household's preferences, over restarts. */
export class Wishes {
  readonly #store: Store;
  readonly #known: Known;
  #set: PreferenceSet = { home: DEFAULT_PREFERENCES, groups: {}, devices: {} };

  constructor(store: Store, known: Known) {
    this.#store = store;
    this.#known = known;
  }

  get set(): PreferenceSet {
    return this.#set;
  }

  load(): void {
    const kept = this.#store.setting(PREFERENCES) as PreferenceSet | undefined;
    // What a later version asks was not chosen yet.
    const home = { ...DEFAULT_PREFERENCES, ...kept?.home };
    this.#set = { home, groups: kept?.groups ?? {}, devices: kept?.devices ?? {} };
  }

  /** Two devices were one: what was chosen for it, else for the one that is gone. @returns whether that is another choice */
  merge(device: string, into: string): boolean {
    const { [device]: moved, ...devices } = this.#set.devices;
    if (moved === undefined) return false;
    this.#set = { ...this.#set, devices: { [into]: moved, ...devices } };
    try {
      this.#store.set(PREFERENCES, this.#set);
    } catch (error) {
      // It is so all the same, and is written with the next choice.
      if (!(error instanceof StoreFailing)) throw error;
    }
    return true;
  }

  /** As they would be. @throws {Refusal} */
  with(scope: PreferenceScope, choice: PreferenceChoice): PreferenceSet {
    return choose(this.#set, scope, choice, this.#known);
  }

  /** Durable when it returns. @throws {Refusal} and {StoreFailing}; nothing is changed then */
  choose(scope: PreferenceScope, choice: PreferenceChoice, actor: string, at: number): void {
    const after = this.with(scope, choice);
    const said = { at, kind: 'preferences-changed', actor, detail: JSON.stringify({ scope, choice }) };
    this.#store.keepCase({ incidents: [], inputs: [] }, [said], { [PREFERENCES]: after });
    this.#set = after;
  }
}
