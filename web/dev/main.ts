import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { FakeServer } from './fake-server.ts';

/** `node web/dev/main.ts [--devices N] [--far-ends N] [--port N]`: a made-up home to develop the page against. */
const { values } = parseArgs({
  options: { devices: { type: 'string' }, 'far-ends': { type: 'string' }, port: { type: 'string' } },
});
const server = new FakeServer({
  page: fileURLToPath(new URL('../../build/web', import.meta.url)),
  port: Number(values.port ?? 7746),
  devices: Number(values.devices ?? 10),
  farEnds: Number(values['far-ends'] ?? 40),
});
console.log(await server.start());
