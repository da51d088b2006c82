import { isIP } from 'node:net';

const NAMES = ['localhost', 'spin.home.arpa'];
const LOOPBACK = ['127.0.0.1', '::1'];

/**
 * Names under which SPIN answers, against DNS rebinding: a web site can give its own name SPIN's address, but cannot
 * make the browser send one of these in the Host header.
 */
export class Hosts {
  readonly #allowed: ReadonlySet<string>;

  /** @param addresses that the server binds to @param names that the owner configured */
  constructor(addresses: readonly string[], names: readonly string[] = []) {
    this.#allowed = new Set([...NAMES, ...LOOPBACK, ...addresses, ...names].map((name) => name.toLowerCase()));
  }

  /** @param header the Host header (RFC 9110 §7.2): a name or address, and perhaps a port */
  allows(header: string | undefined): boolean {
    const host = header === undefined ? undefined : hostOf(header);
    return host !== undefined && this.#allowed.has(host);
  }

  /**
   * Whether an Origin header names the very page that SPIN served.
   * @param host the request's own Host header
   */
  isOwnOrigin(origin: string, host: string | undefined): boolean {
    const authority = /^https?:\/\/([^/]+)$/.exec(origin)?.[1];
    return authority !== undefined && authority.toLowerCase() === host?.toLowerCase() && this.allows(host);
  }
}

function hostOf(header: string): string | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9.-]+?)\.?)(?::\d{1,5})?$/i.exec(header);
  const v6 = match?.[1];
  if (v6 !== undefined && isIP(v6) !== 6) return undefined;
  return (v6 ?? match?.[2])?.toLowerCase();
}
