import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify from 'fastify';
import type { Accounts } from './accounts.ts';
import { CannotStore, type Door } from './door.ts';
import { guard } from './guard.ts';
import type { Hosts } from './hosts.ts';
import { MAX_HEADER_BYTES } from './listener.ts';
import { pageRoutes } from './page-routes.ts';
import type { Pages } from './pages.ts';
import { asRefusal, Refusal } from './refusal.ts';
import type { Api } from './routes/api.ts';
import { auditRoutes } from './routes/audit.ts';
import { homeRoutes } from './routes/home.ts';
import { identityRoutes } from './routes/identity.ts';
import { incidentRoutes } from './routes/incidents.ts';
import { MAX_RULE_ID, ruleRoutes } from './routes/rules.ts';
import { sessionRoutes } from './routes/session.ts';
import { schemaController } from './schema/compilers.ts';
import { OpenApi } from './schema/openapi.ts';
import type { Stream } from './stream.ts';

/** No request of the page is near it. */
export const MAX_BODY_BYTES = 64 * 1024;

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "worker-src 'self'",
  "manifest-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'self'",
].join('; ');

const HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
};

export type ServerOptions = {
  door: Door;
  stream: Stream;
  accounts: Accounts;
  hosts: Hosts;
  pages: Pages;
  version: string;
  /** Told of every fault of our own. */
  log: (line: string) => void;
};

/** The HTTP application, ready to be given requests; everything that it needs later is loaded when this resolves. */
export async function createApp(options: ServerOptions): Promise<Api> {
  const app = Fastify({
    bodyLimit: MAX_BODY_BYTES,
    http: { maxHeaderSize: MAX_HEADER_BYTES },
    routerOptions: { maxParamLength: MAX_RULE_ID },
    schemaController,
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.removeContentTypeParser('text/plain');
  app.setErrorHandler((error, _request, reply) => {
    const refusal = error instanceof CannotStore ? new Refusal('store-failing') : asRefusal(error);
    if (refusal.code === 'internal') options.log(`fault in the server: ${(error as Error).stack}`);
    return reply.code(refusal.status).send(refusal.view());
  });
  app.setNotFoundHandler(() => {
    throw new Refusal('not-found');
  });
  app.addHook('onSend', async (request, reply) => {
    reply.headers(HEADERS);
    if (request.url.startsWith('/api/')) reply.header('cache-control', 'no-store');
  });
  guard(app, options.hosts, options.accounts);
  await app.register(async (api: Api) => apiRoutes(api, options), { prefix: '/api' });
  pageRoutes(app, options.pages);
  await app.ready();
  return app;
}

function apiRoutes(api: Api, { accounts, door, stream, version }: ServerOptions): void {
  const openApi = new OpenApi(version);
  api.addHook('onRoute', (route) => openApi.add(route));
  sessionRoutes(api, accounts, door);
  homeRoutes(api, door, stream);
  identityRoutes(api, door.identity);
  ruleRoutes(api, door.household);
  auditRoutes(api, door.household);
  incidentRoutes(api, door.desk);
  api.get('/openapi.json', { config: { open: true }, schema: { hide: true } }, async () => openApi.document());
  api.get('/*', { config: { open: true }, schema: { hide: true } }, async () => {
    throw new Refusal('not-found');
  });
}
