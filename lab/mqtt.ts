/** MQTT 3.1.1 (OASIS), as far as both ends of the lab need it: QoS 0 and 1, exact topics, clean sessions. */

export const CONNECT = 1;
export const CONNACK = 2;
export const PUBLISH = 3;
export const PUBACK = 4;
export const SUBSCRIBE = 8;
export const SUBACK = 9;
export const PINGREQ = 12;
export const PINGRESP = 13;
export const DISCONNECT = 14;

/** Largest packet taken, bytes: devices tell little; a broken length must not make us wait for a gigabyte. */
const MAX_PACKET = 1 << 20;

export type Packet = { type: number; flags: number; body: Buffer };
export type Publication = { topic: string; payload: Buffer; qos: number; id: number };

export function encodePacket(type: number, flags: number, ...body: Buffer[]): Buffer {
  let length = body.reduce((sum, part) => sum + part.length, 0);
  const head = [(type << 4) | flags];
  do {
    head.push((length & 127) | (length > 127 ? 128 : 0));
    length >>>= 7;
  } while (length > 0);
  return Buffer.concat([Buffer.from(head), ...body]);
}

export function encodeConnect(client: string, keepAlive: number): Buffer {
  const CLEAN_SESSION = 2;
  return encodePacket(CONNECT, 0, text('MQTT'), Buffer.from([4, CLEAN_SESSION]), word(keepAlive), text(client));
}

export function encodeSubscribe(id: number, topic: string): Buffer {
  return encodePacket(SUBSCRIBE, 2, word(id), text(topic), Buffer.from([0]));
}

export function encodePublish({ topic, payload, qos, id }: Publication, again = false): Buffer {
  return encodePacket(PUBLISH, (again ? 8 : 0) | (qos << 1), text(topic), ...(qos > 0 ? [word(id)] : []), payload);
}

/** A packet that is only an identifier: PUBACK, or with a return code SUBACK. */
export function encodeAcknowledgement(type: number, id: number, ...codes: number[]): Buffer {
  return encodePacket(type, 0, word(id), Buffer.from(codes));
}

export function decodePublish({ flags, body }: Packet): Publication | undefined {
  const topic = readText(body, 0);
  const qos = (flags >> 1) & 3;
  if (!topic || qos > 1) return undefined;
  if (qos === 0) return { topic: topic.text, payload: body.subarray(topic.end), qos, id: 0 };
  if (topic.end + 2 > body.length) return undefined;
  return { topic: topic.text, payload: body.subarray(topic.end + 2), qos, id: body.readUInt16BE(topic.end) };
}

/** The first topic asked for and the packet's identifier. */
export function decodeSubscribe({ body }: Packet): { id: number; topic: string } | undefined {
  const topic = readText(body, 2);
  return topic && { id: body.readUInt16BE(0), topic: topic.text };
}

/** Cuts a byte stream into packets. Throws where it cannot be MQTT. */
export class PacketReader {
  #rest: Buffer = Buffer.alloc(0);

  *read(chunk: Buffer): Generator<Packet> {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    for (;;) {
      const size = readLength(this.#rest);
      if (!size || this.#rest.length < size.start + size.length) return;
      const first = this.#rest[0]!;
      const body = this.#rest.subarray(size.start, size.start + size.length);
      this.#rest = this.#rest.subarray(size.start + size.length);
      yield { type: first >> 4, flags: first & 15, body };
    }
  }
}

function readLength(bytes: Buffer): { start: number; length: number } | undefined {
  let length = 0;
  for (let i = 0; i < 4; i++) {
    const byte = bytes[1 + i];
    if (byte === undefined) return undefined;
    length += (byte & 127) << (7 * i);
    if (length > MAX_PACKET) break;
    if (byte < 128) return { start: 2 + i, length };
  }
  throw new Error('MQTT packet with an impossible length');
}

function readText(bytes: Buffer, at: number): { text: string; end: number } | undefined {
  if (at + 2 > bytes.length) return undefined;
  const end = at + 2 + bytes.readUInt16BE(at);
  return end > bytes.length ? undefined : { text: bytes.toString('utf8', at + 2, end), end };
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([word(bytes.length), bytes]);
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}
