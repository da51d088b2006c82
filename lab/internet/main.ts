/** The far side of a lab: `main.ts DIRECTORY`, inside its namespace. Says "ready" to its parent when all services listen. */
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import net from 'node:net';
import { join } from 'node:path';
import tls from 'node:tls';
import { BROKER_PORT, MASTER_PORT } from '../scenario/attack.ts';
import { Broker } from './broker.ts';
import { selfSigned } from './certificate.ts';
import { serveDatagrams } from './datagrams.ts';
import { mailServer } from './mail.ts';
import { master, broker as proxyBroker } from './masters.ts';
import { SITES } from './sites.ts';
import { webServers } from './web.ts';

const [directory = ''] = process.argv.slice(2);
const identity = selfSigned('lab.example', Date.now());
writeFileSync(join(directory, 'certificate.pem'), identity.cert);
process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => {});

const broker = new Broker();
const web = webServers(identity);
const servers: [net.Server, number][] = [
  [web.plain, 80],
  [web.secure, 443],
  [net.createServer((socket) => broker.accept(socket)), 1883],
  [tls.createServer({ ...identity, ALPNProtocols: ['mqtt'] }, (socket) => broker.accept(socket)), 8883],
  [mailServer({ messages: 0 }), 25],
  [master(), MASTER_PORT],
  [proxyBroker(), BROKER_PORT],
];
for (const [server, port] of servers) {
  server.on('tlsClientError', () => {});
  server.listen(port, '::');
  await once(server, 'listening');
}
const time = SITES.filter((site) => site.name === 'ntp.time.example');
await serveDatagrams(
  SITES.flatMap((site) => [site.v4, site.v6]),
  time.flatMap((site) => [site.v4, site.v6]),
);
process.send?.('ready');
flushCompileCache();
