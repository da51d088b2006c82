/** How each act of a scenario is done. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { CONNECTION_ID_LENGTH, clientInitial, shortPacket } from '../quic.ts';
import type { Random } from '../random.ts';
import { between, pick } from '../random.ts';
import type { Act, Size } from '../scenario/scenario.ts';
import { attack } from './attacks.ts';
import { pause } from './clock.ts';
import { type Device, exchange } from './device.ts';
import { publishOnce, report } from './mqtt-client.ts';
import { announce, discover } from './multicast.ts';
import type { Stage } from './stage.ts';
import { fetchMany, fetchOnce, uploadForever } from './web.ts';

const HTTPS_PORT = 443;
const NTP_PORT = 123;
const SMTP_PORT = 25;
const ANSWER_TIMEOUT = 2000;
/** Before a broken upload is taken up again, ms. */
const RECONNECT_WAIT = 1000;
const MAX_QUIC_ROUNDS = 200;

/** Does an act to its end; for those without an end, until the device stops. Throws if it does not succeed. */
export function perform(act: Act, stage: Stage): Promise<void> {
  const { device, random } = stage;
  switch (act.do) {
    case 'mqtt': {
      const what = {
        topic: act.topic,
        payload: () => randomBytes(size(random, act.bytes)),
        every: (act.every * 1000) / stage.speed,
        acknowledged: act.acknowledged ?? false,
      };
      return report(device, { name: act.broker, tls: act.tls }, what, () => {});
    }
    case 'upload':
      return upload(act, stage);
    case 'fetch': {
      const up = act.up && randomBytes(size(random, act.up));
      const path = `${act.path}?bytes=${size(random, act.down)}`;
      return fetchOnce(device, { host: act.from, path, plain: act.plain ?? false, ...(up ? { up } : {}) }).then(
        () => {},
      );
    }
    case 'browse':
      return browse(act, stage);
    case 'stream': {
      const pieces = between(random, ...act.pieces);
      const paths = Array.from({ length: pieces }, (_, i) => `/piece/${i}?bytes=${size(random, act.bytes)}`);
      return fetchMany(device, act.from, paths, () => pause((act.every * 1000) / stage.speed, device.signal));
    }
    case 'quic':
      return quic(device, act.from, size(random, act.down));
    case 'time':
      return time(device, act.server);
    case 'mail':
      return mail(device, act.server, size(random, act.bytes));
    case 'command':
      return publishOnce(
        device,
        { name: act.broker, tls: true },
        `${act.topic}/set`,
        Buffer.from(pick(random, act.choices)),
      );
    case 'announce':
      return announce(device);
    case 'discover':
      return discover(device);
    case 'cast':
      return cast(act, stage);
    default:
      return attack(act, stage);
  }
}

async function upload(act: Extract<Act, { do: 'upload' }>, { device, random, speed }: Stage): Promise<void> {
  const chunk = () => randomBytes(size(random, act.chunk));
  while (!device.signal.aborted) {
    await uploadForever(device, act.to, chunk, () => (act.every * 1000) / speed).catch((error) => fail(device, error));
    await pause(RECONNECT_WAIT, device.signal);
  }
}

async function browse(act: Extract<Act, { do: 'browse' }>, { device, random }: Stage): Promise<void> {
  const page = pick(random, act.pages);
  await fetchOnce(device, { host: page, path: `/?bytes=${between(random, 20_000, 90_000)}` });
  const parts = Array.from({ length: between(random, 2, 6) }, () => ({
    host: pick(random, act.parts),
    bytes: between(random, 800, 60_000),
    quic: random() < act.quic,
  }));
  await Promise.all(
    parts.map(({ host, bytes, quic: modern }) =>
      modern ? quic(device, host, bytes) : fetchOnce(device, { host, path: `/part?bytes=${bytes}` }),
    ),
  );
}

/** Tries the device's first family and then the other, as with TCP. */
async function quic(device: Device, host: string, bytes: number): Promise<void> {
  const { v4, v6 } = await device.resolve(host);
  const choices = device.plan.prefers === 6 ? [...v6, ...v4] : [...v4, ...v6];
  for (const address of choices) if (await download(device, host, address, bytes)) return;
  throw new Error(`${host} does not speak QUIC`);
}

/** A real Initial, then as many packets as asked for, each burst asked for by a small one. False if nobody answers the first. */
async function download(device: Device, host: string, address: string, bytes: number): Promise<boolean> {
  const socket = await device.udp(address.includes(':') ? 6 : 4);
  try {
    const source = randomBytes(CONNECTION_ID_LENGTH);
    const hello = clientInitial(host, randomBytes(CONNECTION_ID_LENGTH), source);
    if (!(await exchange(socket, hello, HTTPS_PORT, address, ANSWER_TIMEOUT))) return false;
    let received = 0;
    socket.on('message', (packet) => {
      received += packet.length;
    });
    for (let round = 0; received < bytes && round < MAX_QUIC_ROUNDS && !device.signal.aborted; round++) {
      const request = shortPacket(source, bytes - received, 40);
      if (!(await exchange(socket, request, HTTPS_PORT, address, ANSWER_TIMEOUT)))
        throw new Error(`${host} fell silent`);
      await pause(5, device.signal);
    }
    return true;
  } finally {
    socket.close();
  }
}

/** SNTP (RFC 4330 §5): one question, one answer that repeats our time stamp. */
async function time(device: Device, server: string): Promise<void> {
  const { v4 } = await device.resolve(server);
  const request = Buffer.alloc(48);
  request[0] = 0x23;
  randomBytes(8).copy(request, 40);
  const socket = await device.udp(4);
  try {
    const reply = await exchange(socket, request, NTP_PORT, v4[0] ?? server, ANSWER_TIMEOUT);
    if (!reply?.subarray(24, 32).equals(request.subarray(40))) throw new Error(`${server} does not tell the time`);
  } finally {
    socket.close();
  }
}

async function mail(device: Device, server: string, bytes: number): Promise<void> {
  const socket = await device.connect(server, SMTP_PORT);
  const body = `Subject: scan\r\n\r\n${'x'.repeat(70)}\r\n`.padEnd(bytes, `${'x'.repeat(70)}\r\n`);
  try {
    for (const line of [
      '',
      'EHLO lab',
      'MAIL FROM:<a@example.org>',
      'RCPT TO:<b@example.org>',
      'DATA',
      `${body}\r\n.`,
      'QUIT',
    ]) {
      if (line !== '') socket.write(`${line}\r\n`);
      const [answer] = (await once(socket, 'data', { signal: AbortSignal.timeout(ANSWER_TIMEOUT) })) as [Buffer];
      if (!/^[23]/.test(answer.toString('latin1')))
        throw new Error(`${server} refuses mail: ${answer.toString('latin1').trim()}`);
    }
  } finally {
    socket.destroy();
  }
}

async function cast(act: Extract<Act, { do: 'cast' }>, { device, random, addressOf }: Stage): Promise<void> {
  const address = addressOf(act.to);
  if (address === undefined) throw new Error(`${act.to} has no address yet`);
  const socket = await device.connectTo(address, act.port);
  try {
    socket.write(randomBytes(size(random, act.bytes)));
    await once(socket, 'data', { signal: AbortSignal.timeout(ANSWER_TIMEOUT) });
  } finally {
    socket.destroy();
  }
}

export function fail(device: Device, error: unknown): void {
  if (device.signal.aborted) return;
  device.tally.failed++;
  device.tally.lastFailure = String(error);
}

function size(random: Random, bytes: Size): number {
  return between(random, bytes[0], bytes[1]);
}
