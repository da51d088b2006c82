/** A device that acts: sockets in its own namespace, names asked of the resolver that DHCP gave it. */
import { randomInt } from 'node:crypto';
import dgram from 'node:dgram';
import net from 'node:net';
import tls from 'node:tls';
import type { Family, UdpOptions } from '../netns.ts';
import { openTcp, openTcpServer, openUdp } from '../netns.ts';
import type { DevicePlan } from '../plan.ts';
import { LAN } from '../plan.ts';
import { decodeResponse, encodeQuery, TYPE } from './dns-message.ts';

const DNS_PORT = 53;
/** Time for one try of a question, and how many there are (resolv.conf(5) has 5 s and 2; the far side here is near). */
const DNS_TIMEOUT = 1000;
const DNS_TRIES = 4;
/** Names that a device remembers: more than the lab has. */
const MAX_NAMES = 256;
const CONNECT_TIMEOUT = 5000;

/** What a device did, to be compared with what arrived. */
export type Tally = {
  address?: string;
  acts: number;
  failed: number;
  sent: number;
  acknowledged: number;
  lastFailure?: string;
};

/** The namespace of a device and its interface there. */
export type Place = { namespace: string; interface: string };

type Known = { v4: string[]; v6: string[]; until: number };

export class Device {
  readonly plan: DevicePlan;
  readonly place: Place;
  readonly signal: AbortSignal;
  readonly tally: Tally = { acts: 0, failed: 0, sent: 0, acknowledged: 0 };
  /** IPv4 resolver, from the lease. */
  resolver: string = LAN.router4;
  readonly #authority: string;
  readonly #names = new Map<string, Known>();

  /** `authority` is the lab's own certificate (PEM), the only one that devices trust. */
  constructor(plan: DevicePlan, place: Place, authority: string, signal: AbortSignal) {
    this.plan = plan;
    this.place = place;
    this.#authority = authority;
    this.signal = signal;
  }

  /** A connected TCP socket, over the device's first family and, if that fails, over the other. */
  async connect(name: string, port: number): Promise<net.Socket> {
    const { v4, v6 } = await this.resolve(name);
    const choices = this.plan.prefers === 6 ? [...v6, ...v4] : [...v4, ...v6];
    let failure = new Error(`${name} has no address`);
    for (const address of choices) {
      try {
        return await this.connectTo(address, port);
      } catch (error) {
        failure = error as Error;
      }
    }
    throw failure;
  }

  connectTo(address: string, port: number): Promise<net.Socket> {
    const fd = openTcp(this.place.namespace, address.includes(':') ? 6 : 4);
    const socket = new net.Socket({ fd, manualStart: true } as net.SocketConstructorOpts);
    return this.#settle(socket, 'connect', () => socket.connect({ host: address, port }));
  }

  async connectTls(name: string, port: number, protocols: string[] = []): Promise<tls.TLSSocket> {
    const socket = await this.connect(name, port);
    const secure = tls.connect({
      socket,
      servername: name,
      ca: this.#authority,
      checkServerIdentity: () => undefined,
      ALPNProtocols: protocols,
    });
    return this.#settle(secure, 'secureConnect', () => {});
  }

  /** A server on every address of this device. */
  listen(port: number, onConnection: (socket: net.Socket) => void): net.Server {
    const server = net.createServer(onConnection);
    server.on('error', () => {});
    server.listen({ fd: openTcpServer(this.place.namespace, port) });
    this.signal.addEventListener('abort', () => server.close(), { once: true });
    return server;
  }

  /** A UDP socket; the caller closes it. Errors of single packets (a network that is not there yet) are dropped. */
  udp(family: Family, options: UdpOptions = {}): Promise<dgram.Socket> {
    const socket = dgram.createSocket(family === 4 ? 'udp4' : 'udp6');
    socket.on('error', () => {});
    return new Promise((resolve) => {
      socket.once('listening', () => resolve(socket));
      socket.bind({ fd: openUdp(this.place.namespace, family, options) });
    });
  }

  /** The addresses of a name, from memory while they are valid. Throws if nobody answers or the name does not exist. */
  async resolve(name: string): Promise<{ v4: string[]; v6: string[] }> {
    const known = this.#names.get(name);
    if (known && known.until > performance.now()) return known;
    const [a, aaaa] = await Promise.all([this.#ask(name, TYPE.A), this.#ask(name, TYPE.AAAA)]);
    const answers = [...a, ...aaaa];
    if (answers.length === 0) throw new Error(`${name} does not exist`);
    const ttl = Math.min(...answers.map((answer) => answer.ttl));
    const found = { v4: a.map(toAddress), v6: aaaa.map(toAddress), until: performance.now() + ttl * 1000 };
    if (this.#names.size >= MAX_NAMES) this.#names.delete(this.#names.keys().next().value ?? '');
    this.#names.set(name, found);
    return found;
  }

  async #ask(name: string, type: number) {
    const socket = await this.udp(4);
    try {
      const id = randomInt(0x10000);
      for (let i = 0; i < DNS_TRIES; i++) {
        const reply = await exchange(socket, encodeQuery(id, name, type), DNS_PORT, this.resolver, DNS_TIMEOUT);
        const response = reply && decodeResponse(reply);
        if (response?.id === id) return response.answers.filter((answer) => answer.type === type);
      }
      throw new Error(`no answer about ${name}`);
    } finally {
      socket.close();
    }
  }

  /** Resolves at `event`; rejects, with the socket closed, on an error, a time-out or the device's end. */
  #settle<T extends net.Socket>(socket: T, event: string, begin: () => void): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => socket.destroy(new Error('connection timed out')), CONNECT_TIMEOUT);
      const stop = () => socket.destroy();
      this.signal.addEventListener('abort', stop, { once: true });
      socket.on('error', reject);
      socket.once('close', () => {
        clearTimeout(timer);
        this.signal.removeEventListener('abort', stop);
        reject(new Error('connection closed'));
      });
      socket.once(event, () => {
        clearTimeout(timer);
        resolve(socket);
      });
      begin();
    });
  }
}

/** Sends one datagram and waits for the next that comes back; undefined after `timeout` ms. */
export function exchange(
  socket: dgram.Socket,
  message: Buffer,
  port: number,
  address: string,
  timeout: number,
): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const done = (reply?: Buffer) => {
      clearTimeout(timer);
      socket.off('message', done);
      resolve(reply);
    };
    const timer = setTimeout(done, timeout);
    socket.once('message', done);
    socket.send(message, port, address, (error) => {
      if (error) done();
    });
  });
}

function toAddress({ address }: { address: string }): string {
  return address;
}
