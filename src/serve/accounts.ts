import type { SessionView } from '../contract/api.ts';
import type { Keeper } from './door.ts';
import { asPasswordHash, hashPassword, MIN_PASSWORD, type PasswordHash, verifyPassword, weakness } from './password.ts';
import { Refusal } from './refusal.ts';
import { type Session, Sessions, sameSecret } from './sessions.ts';
import { isSetupCode } from './setup-code.ts';
import { Throttle } from './throttle.ts';

export type AccountsOptions = {
  keeper: Keeper;
  now: () => number;
  /** One-time code of the first start, as printed on the console. */
  setupCode: string;
  /** What the command line sends as bearer. */
  cliToken: string;
  onSessionEnd: (hash: string) => void;
};

export type Opened = { token: string; session: Session };

/** Who may enter: the first password, signing in and out, and the command line's token. */
export class Accounts {
  readonly sessions: Sessions;
  readonly #options: AccountsOptions;
  readonly #throttle: Throttle;
  #settingUp = false;

  constructor(options: AccountsOptions) {
    this.#options = options;
    this.sessions = new Sessions(options.keeper.sessions, options.now, options.onSessionEnd);
    this.#throttle = new Throttle(options.now);
  }

  get isSetUp(): boolean {
    return asPasswordHash(this.#options.keeper.password()) !== undefined;
  }

  view(session: Session | undefined): SessionView {
    if (session) return { state: 'open', csrf: session.csrf };
    return { state: this.isSetUp ? 'login' : 'setup' };
  }

  isCommandLine(bearer: string): boolean {
    return sameSecret(bearer, this.#options.cliToken);
  }

  /** Sets the first password, for who knows the code on the console. Of two at once only one succeeds. */
  async setUp(code: string, password: string, source: string): Promise<Opened> {
    if (this.isSetUp || this.#settingUp) throw new Refusal('setup-closed');
    this.#take(source);
    if (!isSetupCode(code, this.#options.setupCode)) throw new Refusal('wrong-code', { field: 'code' });
    this.#throttle.giveBack(source);
    refuseWeak(password);
    this.#settingUp = true;
    try {
      const hash = await hashPassword(password);
      if (this.isSetUp) throw new Refusal('setup-closed');
      this.#options.keeper.setPassword(hash);
    } finally {
      this.#settingUp = false;
    }
    this.#options.keeper.record('set-up', 'owner', source);
    return this.sessions.open();
  }

  /** Sets another password and signs everyone out, for who may write where SPIN keeps its state. @throws {CannotStore} */
  replacePassword(hash: PasswordHash): void {
    this.#options.keeper.setPassword(hash);
    this.sessions.endAll();
    this.#options.keeper.record('password-changed', 'command-line');
  }

  async logIn(password: string, source: string): Promise<Opened> {
    await this.check(password, source);
    this.#options.keeper.record('signed-in', 'owner', source);
    return this.sessions.open();
  }

  /** Refuses unless the password is right. */
  async check(password: string, source: string): Promise<void> {
    const stored = asPasswordHash(this.#options.keeper.password());
    if (!stored) throw new Refusal('setup-needed');
    this.#take(source);
    if (!(await verifyPassword(password, stored))) throw new Refusal('wrong-password', { field: 'password' });
    this.#throttle.giveBack(source);
  }

  #take(source: string): void {
    if (!this.#throttle.take(source)) throw new Refusal('too-many-tries');
  }
}

function refuseWeak(password: string): void {
  const reason = weakness(password);
  if (reason === undefined) return;
  const message =
    reason === 'short'
      ? `Use at least ${MIN_PASSWORD} characters.`
      : 'This password is among the first that are tried.';
  throw new Refusal('weak-password', { message, field: 'password' });
}
