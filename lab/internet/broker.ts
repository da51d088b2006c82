/** A small MQTT broker: acknowledges, and passes each publication on to those who asked for exactly that topic. */
import type net from 'node:net';
import {
  CONNACK,
  CONNECT,
  DISCONNECT,
  decodePublish,
  decodeSubscribe,
  encodeAcknowledgement,
  encodePacket,
  encodePublish,
  type Packet,
  PacketReader,
  PINGREQ,
  PINGRESP,
  PUBACK,
  PUBLISH,
  SUBACK,
  SUBSCRIBE,
} from '../mqtt.ts';

/** Clients at a time: every device of a large home, many times over. */
const MAX_CLIENTS = 512;
const MAX_TOPICS = 16;
/** A client that says nothing for so long is gone, ms. */
const SILENCE = 60_000;

export class Broker {
  readonly #topics = new Map<net.Socket, Set<string>>();

  accept(socket: net.Socket): void {
    if (this.#topics.size >= MAX_CLIENTS) {
      socket.destroy();
      return;
    }
    this.#topics.set(socket, new Set());
    const reader = new PacketReader();
    socket.setTimeout(SILENCE, () => socket.destroy());
    socket.on('error', () => {});
    socket.on('close', () => this.#topics.delete(socket));
    socket.on('data', (chunk) => {
      try {
        for (const packet of reader.read(chunk)) this.#take(socket, packet);
      } catch {
        socket.destroy();
      }
    });
  }

  #take(socket: net.Socket, packet: Packet): void {
    switch (packet.type) {
      case CONNECT:
        socket.write(encodePacket(CONNACK, 0, Buffer.from([0, 0])));
        break;
      case SUBSCRIBE:
        this.#subscribe(socket, packet);
        break;
      case PUBLISH:
        this.#publish(socket, packet);
        break;
      case PINGREQ:
        socket.write(encodePacket(PINGRESP, 0));
        break;
      case DISCONNECT:
        socket.end();
        break;
    }
  }

  #subscribe(socket: net.Socket, packet: Packet): void {
    const wanted = decodeSubscribe(packet);
    const topics = this.#topics.get(socket);
    const granted = wanted && topics && topics.size < MAX_TOPICS;
    if (granted) topics.add(wanted.topic);
    if (wanted) socket.write(encodeAcknowledgement(SUBACK, wanted.id, granted ? 0 : 0x80));
  }

  #publish(socket: net.Socket, packet: Packet): void {
    const publication = decodePublish(packet);
    if (!publication) throw new Error('not a publication');
    if (publication.qos === 1) socket.write(encodeAcknowledgement(PUBACK, publication.id));
    const copy = encodePublish({ ...publication, qos: 0, id: 0 });
    for (const [other, topics] of this.#topics) if (topics.has(publication.topic)) other.write(copy);
  }
}
