import type { IncomingMessage, RequestListener, Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** An `import` reads all that node:http exports, WebSocket and its kin among them, and so loads 12 MB of HTTP client. */
const { createServer } = process.getBuiltinModule('node:http');

export const MAX_HEADER_BYTES = 16 * 1024;
/** All clients' streams and some requests of each. */
export const MAX_CONNECTIONS = 512;
/** One device of the home must not take all connections. */
export const MAX_CONNECTIONS_PER_SOURCE = 128;
/** ms within which a request's headers, and the whole request, must arrive. */
const HEADERS_TIMEOUT = 5_000;
const REQUEST_TIMEOUT = 10_000;

export type Upgrade = (request: IncomingMessage, socket: Socket, head: Buffer) => void;

export type Doors = {
  handle: RequestListener;
  upgrade: Upgrade;
  /** Whether a far end may connect at all, by its address. */
  admits: (remote: string | undefined) => boolean;
};

/**
 * Serves on several addresses with one port (0: any free one).
 * @throws when an address cannot be bound; nothing listens then
 */
export async function listen(
  addresses: readonly string[],
  port: number,
  doors: Doors,
): Promise<{ port: number; close: () => Promise<void> }> {
  const servers: Server[] = [];
  const perSource = new Map<string, number>();
  const close = async () => {
    await Promise.all(servers.map(closeServer));
  };
  try {
    for (const address of addresses) {
      const server = newServer(doors, perSource);
      servers.push(server);
      await bind(server, address, port);
      port = (server.address() as AddressInfo).port;
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { port, close };
}

function newServer({ handle, upgrade, admits }: Doors, perSource: Map<string, number>): Server {
  const server = createServer({
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: HEADERS_TIMEOUT,
    requestTimeout: REQUEST_TIMEOUT,
    connectionsCheckingInterval: HEADERS_TIMEOUT,
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.on('connection', (socket: Socket) => {
    if (admits(socket.remoteAddress)) limitSource(socket, perSource);
    else socket.destroy();
  });
  server.on('request', handle);
  server.on('upgrade', upgrade);
  return server;
}

function limitSource(socket: Socket, perSource: Map<string, number>): void {
  const source = socket.remoteAddress ?? '';
  const open = (perSource.get(source) ?? 0) + 1;
  perSource.set(source, open);
  socket.on('close', () => {
    const left = (perSource.get(source) ?? 1) - 1;
    if (left > 0) perSource.set(source, left);
    else perSource.delete(source);
  });
  if (open > MAX_CONNECTIONS_PER_SOURCE) socket.destroy();
}

function bind(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, ipv6Only: host.includes(':') }, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
