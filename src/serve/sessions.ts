import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { formatWords, parseAddress } from '../model/address.ts';

const MINUTE = 60_000;
/** A household's screen on the wall stays signed in; a forgotten one does not. */
export const IDLE_EXPIRY = 12 * 60 * MINUTE;
export const ABSOLUTE_EXPIRY = 7 * 24 * 60 * MINUTE;
/** More screens than a household has; the longest unused makes room. */
export const MAX_SESSIONS = 16;
/** A screen that has asked for nothing for so long is not where SPIN is used from now, ms. */
export const CONSOLE_FOR = 60 * MINUTE;
/** How old the stored time of last use may become: saves a write for each request. */
const USE_WRITTEN_EVERY = 10 * MINUTE;

/** `hash` of the token, hex; times in ms since the epoch. */
export type Session = { hash: string; csrf: string; created: number; used: number };

/** What keeps sessions over a restart. `version` changes when it holds others than were put there. */
export type SessionKeeper = {
  all(): Session[];
  put(session: Session): void;
  remove(hash: string): void;
  clear(): void;
  version(): number;
};

/** Signed-in browsers. The token exists only in the browser's cookie; here its hash. */
export class Sessions {
  readonly #keeper: SessionKeeper;
  readonly #now: () => number;
  readonly #onEnd: (hash: string) => void;
  #byHash = new Map<string, Session>();
  #written = new Map<string, number>();
  #version = Number.NaN;
  /** Where each session was last used from. */
  readonly #seen = new Map<string, { address: string; at: number }>();

  /** @param onEnd told of each session that ended, so that its streams end too */
  constructor(keeper: SessionKeeper, now: () => number, onEnd: (hash: string) => void) {
    this.#keeper = keeper;
    this.#now = now;
    this.#onEnd = onEnd;
  }

  /** Begins a session. @returns its token, 256 random bits, and the session */
  open(): { token: string; session: Session } {
    this.#refresh();
    const token = randomBytes(32).toString('base64url');
    const now = this.#now();
    const session = { hash: hashToken(token), csrf: randomBytes(32).toString('base64url'), created: now, used: now };
    while (this.#byHash.size >= MAX_SESSIONS) this.end(this.#longestUnused());
    this.#keeper.put(session);
    this.#byHash.set(session.hash, session);
    this.#written.set(session.hash, now);
    return { token, session };
  }

  /** The session of a token, if it is alive; counts as its use. */
  find(token: string): Session | undefined {
    this.#refresh();
    const session = this.#byHash.get(hashToken(token));
    if (!session) return undefined;
    const now = this.#now();
    if (!this.#alive(session, now)) {
      this.end(session.hash);
      return undefined;
    }
    session.used = now;
    if (now - (this.#written.get(session.hash) ?? 0) > USE_WRITTEN_EVERY) {
      this.#keeper.put(session);
      this.#written.set(session.hash, now);
    }
    return session;
  }

  /** Whether a session still lives; does not count as its use. */
  lives(hash: string): boolean {
    this.#refresh();
    const session = this.#byHash.get(hash);
    return session !== undefined && this.#alive(session, this.#now());
  }

  /** A session was used from an address, or is open there. */
  use(hash: string, address: string | undefined): void {
    const words = address === undefined ? undefined : parseAddress(address.replace(/%.*$/, ''));
    if (words && this.#byHash.has(hash)) this.#seen.set(hash, { address: formatWords(words), at: this.#now() });
  }

  /** Where sessions are used from now, sorted. */
  addresses(): string[] {
    const now = this.#now();
    const recent = [...this.#seen].filter(([hash, { at }]) => this.#byHash.has(hash) && now - at < CONSOLE_FOR);
    return [...new Set(recent.map(([, { address }]) => address))].sort();
  }

  end(hash: string): void {
    this.#seen.delete(hash);
    this.#byHash.delete(hash);
    this.#written.delete(hash);
    this.#keeper.remove(hash);
    this.#onEnd(hash);
  }

  endAll(): void {
    const ended = [...this.#byHash.keys()];
    this.#keeper.clear();
    this.#seen.clear();
    this.#byHash.clear();
    for (const hash of ended) this.#onEnd(hash);
  }

  #alive(session: Session, now: number): boolean {
    return now - session.used < IDLE_EXPIRY && now - session.created < ABSOLUTE_EXPIRY;
  }

  /** Everything may have been erased, or a disk that failed be there again. */
  #refresh(): void {
    const version = this.#keeper.version();
    if (version === this.#version) return;
    this.#version = version;
    const before = this.#byHash;
    this.#byHash = new Map(this.#keeper.all().map((session) => [session.hash, before.get(session.hash) ?? session]));
    for (const hash of before.keys()) {
      if (this.#byHash.has(hash)) continue;
      this.#seen.delete(hash);
      this.#onEnd(hash);
    }
  }

  #longestUnused(): string {
    return [...this.#byHash.values()].reduce((a, b) => (a.used <= b.used ? a : b)).hash;
  }
}

export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** Compares two secrets in a time that tells nothing of them. */
export function sameSecret(a: string, b: string): boolean {
  return timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest());
}
