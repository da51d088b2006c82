import { ApiError, api, whenSignedOut } from './api.ts';
import { home } from './home.svelte.ts';

export type SessionState = 'asking' | 'failed' | 'setup' | 'login' | 'open';

/** Who is in front of the page, and with that what it may show. */
class Session {
  state = $state<SessionState>('asking');

  constructor() {
    whenSignedOut(() => this.enter('login'));
  }

  async ask(): Promise<void> {
    if (this.state !== 'open') this.state = 'asking';
    try {
      this.enter((await api.session()).state);
    } catch {
      if (this.state !== 'open') this.state = 'failed';
    }
  }

  /** Both throw ApiError when refused. */
  async setup(code: string, password: string): Promise<void> {
    this.enter((await api.setup(code, password)).state);
  }

  async login(password: string): Promise<void> {
    this.enter((await api.login(password)).state);
  }

  async logout(): Promise<void> {
    try {
      this.enter((await api.logout()).state);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      await this.ask();
    }
  }

  private enter(state: 'setup' | 'login' | 'open'): void {
    if (this.state === state) return;
    this.state = state;
    // A stream that is refused may only mean that the session ended; asking tells.
    if (state === 'open') home.start(() => void this.ask());
    else home.stop();
  }
}

export const session = new Session();
