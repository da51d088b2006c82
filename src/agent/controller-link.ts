/**
 * The agent's side of the link: a Unix socket that one controller at a time may use. A controller that comes gets the
 * latest state first and then what waited. While it does not read, nothing more is written.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import {
  encodeHello,
  encodeObservation,
  LINK_PROTOCOL,
  LinkDecoder,
  type LinkMessage,
  type PolicyMessage,
} from '../contract/link.ts';
import type { Observation } from '../model/observation.ts';
import { LatestState } from './latest-state.ts';
import { Outbox } from './outbox.ts';

/** Time for a hello after connecting. */
const HELLO_MS = 5000;
/** What waits is written when the turn of the event loop is over, or as soon as it is this much, bytes. */
const MANY_BYTES = 64 * 1024;
/** Connections that have not said hello yet. */
const MAX_STRANGERS = 4;

export type ControllerLinkOptions = {
  path: string;
  /** User whose group may connect. */
  user?: string;
  epoch: string;
  log: (line: string) => void;
  /** A controller is there and takes more. */
  onReady: () => void;
  onPolicy: (message: PolicyMessage) => void;
};

export class ControllerLink {
  readonly #options: ControllerLinkOptions;
  readonly #server: Server;
  readonly #state = new LatestState();
  readonly #outbox = new Outbox();
  readonly #strangers = new Set<Socket>();
  #controller: Socket | undefined;
  #full = false;
  #flushes = false;
  /** Controllers that have come so far. */
  controllers = 0;

  private constructor(options: ControllerLinkOptions, server: Server) {
    this.#options = options;
    this.#server = server;
    server.on('connection', (socket) => this.#meet(socket));
  }

  /** @throws Error when another agent listens there */
  static async listen(options: ControllerLinkOptions): Promise<ControllerLink> {
    mkdirSync(dirname(options.path), { recursive: true, mode: 0o755 });
    if (await answers(options.path)) throw new Error(`another agent is running: ${options.path} answers`);
    rmSync(options.path, { force: true });
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      // Nobody may connect between the socket's making and its final rights.
      const mask = process.umask(0o177);
      server.listen(options.path, () => resolve());
      process.umask(mask);
    });
    if (options.user !== undefined && process.getuid?.() === 0) chownSync(options.path, 0, groupOf(options.user));
    chmodSync(options.path, 0o660);
    return new ControllerLink(options, server);
  }

  /** A controller is there and takes more at once. */
  get isReady(): boolean {
    return this.#controller !== undefined && !this.#full;
  }

  /** Frames that nobody took in time. */
  get dropped(): number {
    return this.#outbox.dropped;
  }

  send(observation: Observation): void {
    const replayed = this.#state.take(observation);
    if (!this.#controller && (replayed || observation.kind === 'tick')) return;
    this.#outbox.put(encodeObservation(observation));
    if (this.#outbox.bytes >= MANY_BYTES) this.#flush();
    else this.#flushAfterTurn();
  }

  async close(): Promise<void> {
    this.#flush();
    for (const socket of this.#strangers) socket.destroy();
    const last = this.#controller;
    if (last) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 500);
        last.end(() => {
          clearTimeout(timer);
          resolve();
        });
      });
      last.destroy();
    }
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
    rmSync(this.#options.path, { force: true });
  }

  #meet(socket: Socket): void {
    socket.on('error', () => {});
    if (this.#strangers.size >= MAX_STRANGERS) {
      socket.destroy();
      return;
    }
    this.#strangers.add(socket);
    const decoder = new LinkDecoder('controller');
    const timer = setTimeout(() => socket.destroy(), HELLO_MS);
    socket.on('data', (chunk) => {
      try {
        for (const message of decoder.push(chunk)) this.#heard(socket, message);
        if (this.#controller === socket) clearTimeout(timer);
      } catch (error) {
        this.#options.log(`a connection was closed: ${error instanceof Error ? error.message : String(error)}`);
        socket.destroy();
      }
    });
    socket.on('drain', () => this.#resume(socket));
    socket.on('close', () => {
      clearTimeout(timer);
      this.#leave(socket);
    });
  }

  #heard(socket: Socket, message: LinkMessage): void {
    if (message.type === 'hello') this.#accept(socket);
    else if (message.type === 'policy' && this.#controller === socket) this.#options.onPolicy(message);
  }

  #accept(socket: Socket): void {
    if (this.#controller === socket) return;
    if (this.#controller) {
      this.#options.log('a second controller was turned away');
      socket.destroy();
      return;
    }
    this.#strangers.delete(socket);
    this.#controller = socket;
    this.#full = false;
    this.controllers++;
    this.#options.log('the controller is there');
    socket.write(encodeHello({ protocol: LINK_PROTOCOL, role: 'agent', epoch: this.#options.epoch }));
    for (const observation of this.#state.all()) socket.write(encodeObservation(observation));
    this.#flush();
    if (this.isReady) this.#options.onReady();
  }

  #leave(socket: Socket): void {
    this.#strangers.delete(socket);
    if (this.#controller !== socket) return;
    this.#controller = undefined;
    this.#options.log('the controller is gone; watching goes on');
  }

  #resume(socket: Socket): void {
    if (this.#controller !== socket) return;
    this.#full = false;
    this.#flush();
    if (this.isReady) this.#options.onReady();
  }

  /** Many frames of one turn, told with one write: each write wakes the controller. */
  #flushAfterTurn(): void {
    if (this.#flushes || !this.#controller) return;
    this.#flushes = true;
    process.nextTick(() => {
      this.#flushes = false;
      this.#flush();
    });
  }

  #flush(): void {
    while (this.#controller && !this.#full && !this.#outbox.isEmpty) {
      const frames = this.#outbox.take(MANY_BYTES);
      if (frames) this.#full = !this.#controller.write(frames);
    }
  }
}

/** Whether somebody listens on the socket file. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

function groupOf(user: string): number {
  return Number(execFileSync('id', ['-g', '--', user], { encoding: 'utf8' }).trim());
}
