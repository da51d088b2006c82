import type { DeviceView, KindBody, LooksLikeView, SameBody } from '../contract/api.ts';
import type { Device } from '../model/home.ts';
import { isKind } from '../model/kinds.ts';
import type { Observation } from '../model/observation.ts';
import { CannotStore } from '../serve/door.ts';
import type { IdentityDoor } from '../serve/identity-door.ts';
import { Refusal } from '../serve/refusal.ts';
import type { Store } from '../store/store.ts';
import type { Home } from '../track/home.ts';
import { attempt } from './refusals.ts';
import type { Decisions } from './rules/decisions.ts';

export type IdentityOptions = {
  store: Store;
  decisions: Decisions;
  home: () => Home;
  view: (id: string) => DeviceView | undefined;
  observe: (observation: Observation) => void;
  onStored: () => void;
};

/** What the owner says that devices are, and which of them are one. */
export class Identity implements IdentityDoor {
  readonly #options: IdentityOptions;

  constructor(options: IdentityOptions) {
    this.#options = options;
  }

  setKind(id: string, { kind }: KindBody, actor: string): DeviceView {
    const device = this.#device(id);
    if (kind !== '' && !isKind(kind)) throw new Refusal('unknown-kind', { field: 'kind' });
    attempt(() => this.#options.decisions.setKind(device, kind, actor), this.#options.onStored);
    return this.#options.view(id)!;
  }

  same(id: string, { as, same }: SameBody, actor: string): DeviceView {
    const { store, home, observe, view, decisions } = this.#options;
    this.#device(id);
    if (id === as || !home().device(as)) throw new Refusal('unknown-device', { field: 'as' });
    if (store.failing !== undefined) throw new CannotStore(store.failing);
    const { at } = home();
    observe({ kind: 'command', at, by: actor, command: { name: 'same-device', device: id, as, same } });
    if (home().refusal) throw new Refusal('bad-target', { field: 'as' });
    attempt(() => decisions.tellSame(id, as, same, actor), this.#options.onStored);
    store.note({ at, kind: same ? 'device-known-again' : 'device-is-another', actor, device: same ? as : id });
    const stored = store.flush();
    this.#options.onStored();
    if (!stored) throw new CannotStore(store.failing ?? 'the disk');
    return view(same ? as : id)!;
  }

  /** The open question about a device, where there is one. */
  looksLike(id: string): { looksLike?: LooksLikeView } {
    const open = this.#options
      .home()
      .resemblances()
      .find(({ device }) => device === id);
    if (!open) return {};
    const { as, confidence, because, since } = open;
    return { looksLike: { device: as, confidence, because, since } };
  }

  #device(id: string): Device {
    const device = this.#options.home().device(id);
    if (!device) throw new Refusal('unknown-device');
    return device;
  }
}
