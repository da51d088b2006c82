import type { HomeView, StreamMessage } from '../contract/api.ts';
import { Ring } from './ring.ts';

/** Ten minutes of a calm home. */
export const RING_MESSAGES = 600;
/** UTF-16 units, so at most 16 MB of memory. */
export const RING_SIZE = 8 << 20;
/** What may wait for one client; one that is slower gets a fresh snapshot once it has caught up. */
export const MAX_QUEUED_BYTES = 1 << 20;
export const MAX_CLIENTS = 64;
/** How long after the last client left messages are still kept for its return, ms. */
export const LINGER = 120_000;

/** Close codes (RFC 6455 §7.4.2: 4000–4999 are ours). */
export const CLOSE = { sessionOver: 4401, tooMany: 4429, stopping: 1001 } as const;

/** One client's connection, as the stream sees it. */
export type StreamSocket = {
  /** Bytes handed over and not yet taken by the network. */
  readonly queued: number;
  send(text: string): void;
  close(code: number, reason: string): void;
};

/** Which home and when; a restart of the controller or an erased home begins a new epoch. */
export type Resume = { epoch?: string; after?: number };

type Client = { socket: StreamSocket; session: string | undefined; behind: boolean };

type Unnumbered<Message> = Message extends unknown ? Omit<Message, 'sequence'> : never;
/** A message before it has its number; snapshots and `resumed` are made by the stream itself. */
export type Announcement = Unnumbered<Exclude<StreamMessage, { kind: 'snapshot' | 'resumed' }>>;

export type StreamOptions = { epoch: string; home: (epoch: string, sequence: number) => HomeView; now: () => number };

/**
 * The one stream of events to all clients. A client that returns within the ring's reach gets exactly what it missed;
 * any other, and one too slow to follow, gets a snapshot. Nobody waits for a slow client.
 */
export class Stream {
  readonly #options: StreamOptions;
  readonly #ring = new Ring(RING_MESSAGES, RING_SIZE);
  readonly #clients = new Map<StreamSocket, Client>();
  #epoch: string;
  #lastLeft = Number.NEGATIVE_INFINITY;
  #snapshot: { sequence: number; text: string } | undefined;

  constructor(options: StreamOptions) {
    this.#options = options;
    this.#epoch = options.epoch;
  }

  get epoch(): string {
    return this.#epoch;
  }

  get sequence(): number {
    return this.#ring.last;
  }

  get clients(): number {
    return this.#clients.size;
  }

  /** Whether anyone watches, or left so recently that it may resume; else announcements need not be made. */
  get wanted(): boolean {
    return this.#clients.size > 0 || this.#options.now() - this.#lastLeft < LINGER;
  }

  /** Tells everyone. While nobody watches the message is only counted. */
  announce(message: Announcement): void {
    if (!this.wanted) {
      this.skip();
      return;
    }
    const text = this.#ring.push((sequence) => JSON.stringify({ ...message, sequence }));
    for (const client of this.#clients.values()) this.#deliver(client, text);
  }

  /** Something changed that nobody watches. */
  skip(): void {
    this.#ring.skip();
  }

  /** @param session hash of the client's session; absent for the command line */
  connect(socket: StreamSocket, resume: Resume, session?: string): void {
    if (this.#clients.size >= MAX_CLIENTS) {
      socket.close(CLOSE.tooMany, 'too many clients');
      return;
    }
    const client = { socket, session, behind: false };
    this.#clients.set(socket, client);
    const missed =
      resume.epoch === this.#epoch && resume.after !== undefined ? this.#ring.after(resume.after) : undefined;
    if (!missed) {
      this.#sendSnapshot(client);
      return;
    }
    socket.send(JSON.stringify({ kind: 'resumed', sequence: resume.after, epoch: this.#epoch }));
    for (const text of missed) this.#deliver(client, text);
  }

  /** The network took what waited; a client that had fallen behind begins afresh. */
  drained(socket: StreamSocket): void {
    const client = this.#clients.get(socket);
    if (client?.behind && socket.queued === 0) this.#sendSnapshot(client);
  }

  disconnect(socket: StreamSocket): void {
    if (this.#clients.delete(socket) && this.#clients.size === 0) this.#lastLeft = this.#options.now();
  }

  /** Ends the streams of one session, or of every session for which `ended` holds. */
  endSessions(ended: (hash: string) => boolean): void {
    for (const { socket, session } of [...this.#clients.values()]) {
      if (session !== undefined && ended(session)) socket.close(CLOSE.sessionOver, 'session is over');
    }
  }

  /** Everything is different now: all clients get a snapshot of a new epoch. */
  restart(epoch: string): void {
    this.#epoch = epoch;
    this.#ring.skip();
    for (const client of this.#clients.values()) this.#sendSnapshot(client);
  }

  close(): void {
    for (const { socket } of [...this.#clients.values()]) socket.close(CLOSE.stopping, 'SPIN stops');
  }

  #deliver(client: Client, text: string): void {
    if (client.behind) return;
    if (client.socket.queued > MAX_QUEUED_BYTES) client.behind = true;
    else client.socket.send(text);
  }

  #sendSnapshot(client: Client): void {
    const sequence = this.#ring.last;
    if (this.#snapshot?.sequence !== sequence) {
      const home = this.#options.home(this.#epoch, sequence);
      this.#snapshot = { sequence, text: JSON.stringify({ kind: 'snapshot', sequence, home }) };
    }
    client.behind = false;
    client.socket.send(this.#snapshot.text);
  }
}
