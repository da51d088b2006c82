import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { encodingFor, NO_BUILD, type Pages } from './pages.ts';
import { Refusal } from './refusal.ts';

/** The dashboard's files. A path without an extension is a view of the page itself. */
export function pageRoutes(app: FastifyInstance, pages: Pages): void {
  const send = (request: FastifyRequest, reply: FastifyReply) => {
    const path = request.url.split('?', 1)[0]!;
    const file = pages.get(path) ?? (/\.\w+$/.test(path) ? undefined : pages.get('/index.html'));
    if (!file && pages.size === 0 && path === '/') return reply.type('text/html; charset=utf-8').send(NO_BUILD);
    if (!file) throw new Refusal('not-found');
    const { body, encoding } = encodingFor(file, String(request.headers['accept-encoding'] ?? ''));
    reply.headers({
      etag: file.etag,
      vary: 'accept-encoding',
      'cache-control': file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    });
    if (request.headers['if-none-match'] === file.etag) return reply.code(304).send();
    if (encoding) reply.header('content-encoding', encoding);
    return reply.type(file.type).send(body);
  };
  app.get('/*', { config: { open: true }, schema: { hide: true } }, async (request, reply) => send(request, reply));
}
