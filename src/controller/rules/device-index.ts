import type { Device } from '../../model/home.ts';
import type { Endpoint } from '../../model/observation.ts';

/** All addresses that a full home has. What is more is forgotten, and learnt again when the device is next told of. */
export const MAX_INDEXED = 32_768;

/** Which device an end of a message is. */
export class DeviceIndex {
  readonly #byText = new Map<string, string>();

  add({ id, macs, addresses }: Device): void {
    if (this.#byText.size + macs.length + addresses.length > MAX_INDEXED) this.#byText.clear();
    for (const text of [...macs, ...addresses]) this.#byText.set(text, id);
  }

  /** By its hardware address, where the link shows one. */
  at({ mac, address }: Endpoint): string | undefined {
    return (mac === undefined ? undefined : this.#byText.get(mac)) ?? this.#byText.get(address);
  }
}
