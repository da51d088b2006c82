/** The far side's services over UDP: time (NTP) and what looks like QUIC. */
import { randomBytes } from 'node:crypto';
import dgram from 'node:dgram';
import { once } from 'node:events';
import { CONNECTION_ID_LENGTH, initialSource, shortPacket, shortWord } from '../quic.ts';

/** Seconds from the NTP era (1900) to the Unix epoch. */
const NTP_EPOCH = 2_208_988_800;
const PACKET = 1200;
/** Packets that follow one request, so that a flood of requests cannot be multiplied without end. */
const MAX_BURST = 16;

/** A wildcard socket would answer from the wrong one of our many addresses: so one for each address. */
export async function serveDatagrams(addresses: readonly string[], time: readonly string[]): Promise<void> {
  await Promise.all([
    ...addresses.map((address) => serve(address, 443, answerQuic)),
    ...time.map((address) => serve(address, 123, answerTime)),
  ]);
}

async function serve(address: string, port: number, answer: (request: Buffer) => Buffer[]): Promise<void> {
  const socket = dgram.createSocket(address.includes(':') ? 'udp6' : 'udp4');
  socket.on('error', () => {});
  socket.on('message', (request, from) => {
    for (const packet of answer(request)) socket.send(packet, from.port, from.address, () => {});
  });
  socket.bind(port, address);
  await once(socket, 'listening');
}

/** RFC 5905 §7.3: server mode, stratum 2, the client's time stamp given back. */
export function answerTime(request: Buffer): Buffer[] {
  if (request.length < 48 || (request[0]! & 7) !== 3) return [];
  const reply = Buffer.alloc(48);
  reply[0] = (request[0]! & 0x38) | 4;
  reply[1] = 2;
  reply[2] = request[2]!;
  reply[3] = 0xec;
  request.copy(reply, 24, 40, 48);
  const seconds = Date.now() / 1000 + NTP_EPOCH;
  for (const at of [16, 32, 40]) {
    reply.writeUInt32BE(Math.floor(seconds) >>> 0, at);
    reply.writeUInt32BE(Math.floor((seconds % 1) * 2 ** 32), at + 4);
  }
  return [reply];
}

export function answerQuic(request: Buffer): Buffer[] {
  const source = initialSource(request);
  if (source) return [shortPacket(source, 0, PACKET)];
  const wanted = shortWord(request);
  if (wanted === undefined || !(wanted > 0)) return [];
  const to = randomBytes(CONNECTION_ID_LENGTH);
  return Array.from({ length: Math.min(MAX_BURST, Math.ceil(wanted / PACKET)) }, () => shortPacket(to, 0, PACKET));
}
