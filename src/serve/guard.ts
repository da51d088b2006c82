import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Accounts } from './accounts.ts';
import type { Actor } from './actor.ts';
import type { Hosts } from './hosts.ts';
import { Refusal } from './refusal.ts';
import { type Session, sameSecret } from './sessions.ts';

const COOKIE = 'spin';
export const CSRF_HEADER = 'x-spin-csrf';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; absent on routes that are open to all. */
    actor?: Actor;
    session?: Session;
  }
  interface FastifyContextConfig {
    /** Anyone may ask: the page itself, signing in. */
    open?: boolean;
  }
}

/** What a request shows of itself, also where it is an upgrade to a WebSocket. */
export type Asking = { headers: Record<string, string | string[] | undefined> };

export type Identity = { actor: Actor; session?: Session };

/** Refuses what comes under a foreign name or from another web site (sections of RFC 6455 §10.2 and Fetch metadata). */
export function refuseForeign(request: Asking, hosts: Hosts, mutates: boolean): void {
  const host = single(request, 'host');
  if (!hosts.allows(host)) throw new Refusal('unknown-host');
  const origin = single(request, 'origin');
  if (origin !== undefined && !hosts.isOwnOrigin(origin, host)) throw new Refusal('foreign-origin');
  const site = single(request, 'sec-fetch-site');
  if (mutates && site !== undefined && site !== 'same-origin' && site !== 'none') throw new Refusal('foreign-origin');
}

/** The owner by cookie, or the command line by bearer. @throws {Refusal} `no-session` */
export function identify(request: Asking, accounts: Accounts): Identity {
  const bearer = /^Bearer ([\w-]{1,256})$/.exec(single(request, 'authorization') ?? '')?.[1];
  if (bearer !== undefined) {
    if (accounts.isCommandLine(bearer)) return { actor: 'command-line' };
    throw new Refusal('no-session');
  }
  const token = tokenOf(request);
  const session = token === undefined ? undefined : accounts.sessions.find(token);
  if (!session) throw new Refusal('no-session');
  return { actor: 'owner', session };
}

/** Puts the checks before every route. Unless a route says `open`, it needs an identity. */
export function guard(app: FastifyInstance, hosts: Hosts, accounts: Accounts): void {
  app.decorateRequest('actor');
  app.decorateRequest('session');
  app.addHook('onRequest', async (request) => {
    const mutates = request.method !== 'GET' && request.method !== 'HEAD';
    refuseForeign(request, hosts, mutates);
    if (request.is404 || request.routeOptions.config.open) return;
    const { actor, session } = identify(request, accounts);
    request.actor = actor;
    if (session) {
      request.session = session;
      accounts.sessions.use(session.hash, request.ip);
    }
    if (mutates && session && !sameSecret(single(request, CSRF_HEADER) ?? '', session.csrf)) {
      throw new Refusal('wrong-csrf');
    }
  });
}

/** The session of a request to an open route, if it has one. */
export function sessionOf(request: FastifyRequest, accounts: Accounts): Session | undefined {
  const token = tokenOf(request);
  return token === undefined ? undefined : accounts.sessions.find(token);
}

/** RFC 6265bis: no other site's request carries it, no script reads it. */
export function sessionCookie(token: string): string {
  return `${COOKIE}=${token}; HttpOnly; SameSite=Strict; Path=/`;
}

export const ENDED_COOKIE = `${COOKIE}=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0`;

function tokenOf(request: Asking): string | undefined {
  return /(?:^|; *)spin=([\w-]{43})(?:;|$)/.exec(single(request, 'cookie') ?? '')?.[1];
}

function single({ headers }: Asking, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}
