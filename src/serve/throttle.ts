/** Wrong tries that one address has in a minute. */
export const TRIES_PER_SOURCE = 5;
/** Wrong tries of all addresses together, so that an attacker with many addresses gains little. */
export const TRIES_IN_ALL = 60;
const WINDOW = 60_000;

/** Counts tries for passwords and codes. Who runs SPIN's own machine is not held up by what others did. */
export class Throttle {
  readonly #now: () => number;
  #started = 0;
  #bySource = new Map<string, number>();
  #inAll = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Takes one of the source's tries, before the costly check is made. @returns whether there was one left */
  take(source: string): boolean {
    if (this.#now() - this.#started >= WINDOW) this.#restart();
    const used = this.#bySource.get(source) ?? 0;
    if (used >= TRIES_PER_SOURCE || (this.#inAll >= TRIES_IN_ALL && !isLoopback(source))) return false;
    this.#bySource.set(source, used + 1);
    this.#inAll++;
    return true;
  }

  /** The try was right: it does not count. */
  giveBack(source: string): void {
    this.#bySource.delete(source);
    this.#inAll = Math.max(0, this.#inAll - 1);
  }

  #restart(): void {
    this.#started = this.#now();
    this.#bySource.clear();
    this.#inAll = 0;
  }
}

export function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.');
}
