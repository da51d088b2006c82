import type { FastifyReply } from 'fastify';
import { EraseBody, LoginBody, SessionView, SetupBody } from '../../contract/api.ts';
import type { Accounts, Opened } from '../accounts.ts';
import type { Door } from '../door.ts';
import { ENDED_COOKIE, sessionCookie, sessionOf } from '../guard.ts';
import { type Api, answers } from './api.ts';

export function sessionRoutes(api: Api, accounts: Accounts, door: Door): void {
  const open = { config: { open: true } };

  api.get('/session', { ...open, schema: answers(SessionView, 'Whether one is signed in') }, async (request) =>
    accounts.view(sessionOf(request, accounts)),
  );

  api.post(
    '/setup',
    { ...open, schema: { ...answers(SessionView, 'Set the first password'), body: SetupBody } },
    async ({ body, ip }, reply) => signIn(reply, ip, await accounts.setUp(body.code, body.password, ip)),
  );

  api.post(
    '/login',
    { ...open, schema: { ...answers(SessionView, 'Sign in'), body: LoginBody } },
    async ({ body, ip }, reply) => signIn(reply, ip, await accounts.logIn(body.password, ip)),
  );

  api.post('/logout', { schema: answers(SessionView, 'Sign out') }, async (request, reply) => {
    if (request.session) accounts.sessions.end(request.session.hash);
    reply.header('set-cookie', ENDED_COOKIE);
    return accounts.view(undefined);
  });

  api.post(
    '/erase',
    { schema: { ...answers(SessionView, 'Forget everything about the home'), body: EraseBody } },
    async ({ body, ip, session }) => {
      await accounts.check(body.password, ip);
      door.erase();
      return accounts.view(session && accounts.sessions.lives(session.hash) ? session : undefined);
    },
  );

  const signIn = (reply: FastifyReply, ip: string, { token, session }: Opened): SessionView => {
    accounts.sessions.use(session.hash, ip);
    reply.header('set-cookie', sessionCookie(token));
    return accounts.view(session);
  };
}
