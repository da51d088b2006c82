import type { Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Accounts } from './accounts.ts';
import { identify, refuseForeign } from './guard.ts';
import type { Hosts } from './hosts.ts';
import type { Upgrade } from './listener.ts';
import { asRefusal, Refusal } from './refusal.ts';
import type { Resume, Stream, StreamSocket } from './stream.ts';

const PATH = '/api/stream';
/** Clients say nothing; a close frame fits. */
const MAX_INCOMING_BYTES = 1024;
/** How often the network is asked whether a client is still there, ms. */
const PING_INTERVAL = 30_000;

/** The stream over WebSocket (RFC 6455), under the same checks as every route. */
export class StreamDoor {
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: MAX_INCOMING_BYTES, perMessageDeflate: false });
  readonly #stream: Stream;
  readonly #hosts: Hosts;
  readonly #accounts: Accounts;
  readonly #timer: NodeJS.Timeout;
  readonly #silent = new WeakSet<WebSocket>();

  constructor(stream: Stream, hosts: Hosts, accounts: Accounts) {
    this.#stream = stream;
    this.#hosts = hosts;
    this.#accounts = accounts;
    this.#timer = setInterval(() => this.#ping(), PING_INTERVAL);
    this.#timer.unref();
  }

  readonly upgrade: Upgrade = (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    try {
      const url = new URL(request.url ?? '', 'http://spin');
      if (url.pathname !== PATH) throw new Refusal('not-found');
      refuseForeign(request, this.#hosts, true);
      const { actor, session } = identify(request, this.#accounts);
      if (actor === 'owner' && request.headers.origin === undefined) throw new Refusal('foreign-origin');
      this.#server.handleUpgrade(request, socket, head, (client) =>
        this.#welcome(client, resumeOf(url.searchParams), session?.hash, request.socket.remoteAddress),
      );
    } catch (error) {
      refuse(socket, asRefusal(error));
    }
  };

  close(): void {
    clearInterval(this.#timer);
    this.#stream.close();
    for (const client of this.#server.clients) client.terminate();
    this.#server.close();
  }

  #welcome(client: WebSocket, resume: Resume, session: string | undefined, address: string | undefined): void {
    const stream = this.#stream;
    const isUsed = () => {
      if (session !== undefined) this.#accounts.sessions.use(session, address);
    };
    isUsed();
    const socket: StreamSocket = {
      get queued() {
        return client.bufferedAmount;
      },
      send: (text) => client.send(text, () => stream.drained(socket)),
      close: (code, reason) => client.close(code, reason),
    };
    client.on('close', () => stream.disconnect(socket));
    client.on('error', () => client.terminate());
    client.on('pong', () => {
      this.#silent.delete(client);
      isUsed();
    });
    stream.connect(socket, resume, session);
  }

  /** Ends clients that did not answer the last question, and those whose session is over. */
  #ping(): void {
    this.#stream.endSessions((hash) => !this.#accounts.sessions.lives(hash));
    for (const client of this.#server.clients) {
      if (this.#silent.has(client)) {
        client.terminate();
        continue;
      }
      this.#silent.add(client);
      client.ping();
    }
  }
}

function resumeOf(query: URLSearchParams): Resume {
  const epoch = query.get('epoch');
  const after = query.get('after');
  if (epoch === null || after === null || !/^\d{1,15}$/.test(after)) return {};
  return { epoch, after: Number(after) };
}

function refuse(socket: Socket, refusal: Refusal): void {
  const body = JSON.stringify(refusal.view());
  socket.end(
    `HTTP/1.1 ${refusal.status} Refused\r\nconnection: close\r\ncontent-type: application/json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
