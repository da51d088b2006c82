/** A device's standing connection to its broker: says how it is, takes commands, and gets what matters acknowledged. */
import type net from 'node:net';
import {
  CONNACK,
  decodePublish,
  encodeConnect,
  encodePacket,
  encodePublish,
  encodeSubscribe,
  type Packet,
  PacketReader,
  PINGREQ,
  PUBACK,
  PUBLISH,
} from '../mqtt.ts';
import { pause } from './clock.ts';
import type { Device } from './device.ts';

/** Seconds between pings; brokers give up after one and a half times that. */
const KEEP_ALIVE = 15;
const RECONNECT_WAIT = 1000;
const TLS_PORT = 8883;
const PLAIN_PORT = 1883;

export type Broker = { name: string; tls: boolean };
export type Report = { topic: string; payload: () => Buffer; every: number; acknowledged: boolean };

/**
 * Reports every `every` ms until the device stops, over as many connections as it takes. What must be acknowledged is
 * numbered, kept, and sent again (marked as such) on the next connection until it is.
 */
export async function report(device: Device, broker: Broker, what: Report, onCommand: () => void): Promise<void> {
  const waiting = new Map<number, Buffer>();
  let id = 0;
  while (!device.signal.aborted) {
    try {
      const session = await Session.open(device, broker, onCommand, (acknowledged) => {
        if (waiting.delete(acknowledged)) device.tally.acknowledged++;
      });
      session.subscribe(`${what.topic}/set`);
      for (const [number, payload] of waiting) session.publish(what.topic, payload, number, true);
      while (!session.closed && !device.signal.aborted) {
        const payload = what.payload();
        device.tally.acts++;
        if (what.acknowledged) {
          id = (id % 0xffff) + 1;
          waiting.set(id, payload);
          device.tally.sent++;
        }
        session.publish(what.topic, payload, what.acknowledged ? id : 0);
        await pause(what.every, session.ended);
      }
      session.close();
    } catch (error) {
      device.tally.failed++;
      device.tally.lastFailure = String(error);
    }
    await pause(RECONNECT_WAIT, device.signal);
  }
}

/** Connects, publishes one message and leaves. */
export async function publishOnce(device: Device, broker: Broker, topic: string, payload: Buffer): Promise<void> {
  let session: Session | undefined;
  await new Promise<void>((resolve, reject) => {
    const begin = async () => {
      session = await Session.open(
        device,
        broker,
        () => {},
        () => resolve(),
      );
      session.ended.addEventListener('abort', () => reject(new Error('broker closed the connection')));
      session.publish(topic, payload, 1);
    };
    begin().catch(reject);
  });
  session?.close();
}

class Session {
  /** Aborted when the connection is over. */
  readonly ended: AbortSignal;
  readonly #socket: net.Socket;

  private constructor(socket: net.Socket, ended: AbortSignal) {
    this.#socket = socket;
    this.ended = ended;
  }

  static async open(
    device: Device,
    broker: Broker,
    onCommand: () => void,
    onAcknowledged: (id: number) => void,
  ): Promise<Session> {
    const socket = broker.tls
      ? await device.connectTls(broker.name, TLS_PORT, ['mqtt'])
      : await device.connect(broker.name, PLAIN_PORT);
    const ended = new AbortController();
    const pings = setInterval(() => socket.write(encodePacket(PINGREQ, 0)), KEEP_ALIVE * 1000);
    socket.on('close', () => {
      clearInterval(pings);
      ended.abort();
    });
    const connected = new Promise<void>((resolve, reject) => {
      ended.signal.addEventListener('abort', () => reject(new Error('broker closed the connection')));
      const take = (packet: Packet) => {
        if (packet.type === CONNACK) resolve();
        else if (packet.type === PUBACK) onAcknowledged(packet.body.readUInt16BE(0));
        else if (packet.type === PUBLISH && decodePublish(packet)) onCommand();
      };
      const reader = new PacketReader();
      socket.on('data', (chunk) => {
        try {
          for (const packet of reader.read(chunk)) take(packet);
        } catch (error) {
          socket.destroy(error as Error);
        }
      });
    });
    socket.write(encodeConnect(device.plan.hostname, KEEP_ALIVE));
    await connected;
    return new Session(socket, ended.signal);
  }

  get closed(): boolean {
    return this.ended.aborted;
  }

  subscribe(topic: string): void {
    this.#socket.write(encodeSubscribe(1, topic));
  }

  /** With an `id` above 0 it is to be acknowledged. */
  publish(topic: string, payload: Buffer, id: number, again = false): void {
    this.#socket.write(encodePublish({ topic, payload, qos: id > 0 ? 1 : 0, id }, again));
  }

  close(): void {
    this.#socket.end();
  }
}
