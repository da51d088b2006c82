/** How each attack of a scenario is done. That most of it fails is what attackers expect: it is not told. */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { pick } from '../random.ts';
import { type Attack, BROKER_PORT, MAX_DEEDS } from '../scenario/attack.ts';
import { pause } from './clock.ts';
import type { Device } from './device.ts';
import { askForNames, markedScan, synFlood, udpFlood } from './floods.ts';
import { anyAddress, paced, sinkAddress } from './pace.ts';
import type { Stage } from './stage.ts';

type Do<Name extends Attack['do']> = Extract<Attack, { do: Name }>;

const SMTP_PORT = 25;
const HTTP_PORT = 80;
/** How long a bot waits for anybody, ms. */
const PATIENCE = 3000;

/** Does an attack to its end, or until the device stops. */
export function attack(act: Attack, stage: Stage): Promise<void> {
  switch (act.do) {
    case 'scan':
      return act.marked ? markedScan(act, stage) : scan(act, stage);
    case 'flood':
      return act.with === 'syn' ? synFlood(act, stage) : udpFlood(act, stage);
    case 'ask':
      return askForNames(act, stage);
    case 'beacon':
      return beacon(act, stage);
    case 'spam':
      return spam(act, stage);
    case 'relay':
      return relay(act, stage);
    case 'guess':
      return guess(act, stage);
  }
}

function scan(act: Do<'scan'>, stage: Stage): Promise<void> {
  const { device, random } = stage;
  return paced(act, stage, () => {
    void talk(device, anyAddress(act.where, random, act.over), pick(random, act.ports)).catch(() => {});
  });
}

async function beacon(act: Do<'beacon'>, { device, random, speed }: Stage): Promise<void> {
  for (let call = 0; call < Math.min(MAX_DEEDS, act.count) && !device.signal.aborted; call++) {
    const shift = (random() * 2 - 1) * act.jitter;
    const next = pause((act.every * (1 + shift) * 1000) / speed, device.signal);
    await talk(device, sinkAddress(act.sink, act.over), act.port, 'here').catch(() => {});
    await next;
  }
}

function spam(act: Do<'spam'>, stage: Stage): Promise<void> {
  const { device } = stage;
  const body = 'Subject: a prince writes\r\n\r\n'.padEnd(act.bytes, `${'x'.repeat(70)}\r\n`);
  const letter = `EHLO x\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n${body}\r\n.\r\nQUIT\r\n`;
  let letters = 0;
  return paced(act, stage, () => {
    void talk(device, sinkAddress(letters++ % act.servers, act.over), SMTP_PORT, letter).catch(() => {});
  });
}

function guess(act: Do<'guess'>, stage: Stage): Promise<void> {
  const { device, random, addressOf } = stage;
  return paced(act, stage, () => {
    const victim = addressOf(act.victim);
    const word = `root\r\n${Math.floor(random() * 1e9).toString(36)}\r\n`;
    if (victim !== undefined) void talk(device, victim, act.port, word).catch(() => {});
  });
}

/** What the broker orders goes out to strangers' servers, and what they answer to the broker. */
async function relay(act: Do<'relay'>, { device, speed }: Stage): Promise<void> {
  const broker = await brokerOf(act, device);
  let orders: Buffer[] = [];
  broker.on('data', (order: Buffer) => orders.push(order));
  try {
    for (let turn = 0; turn < Math.min(MAX_DEEDS, act.count) && !device.signal.aborted; turn++) {
      const next = pause((act.every * 1000) / speed, device.signal);
      const order = Buffer.concat(orders);
      orders = [];
      const head = `POST /?bytes=${act.bytes} HTTP/1.0\r\nContent-Length: ${order.length}\r\n\r\n`;
      const stranger = sinkAddress(act.broker + 1 + (turn % act.servers), act.over);
      broker.write(await talk(device, stranger, HTTP_PORT, head, order));
      await next;
    }
  } finally {
    broker.destroy();
  }
}

/** Its broker, as soon as it can be reached: a bot that finds nobody tries again. */
async function brokerOf({ broker, over }: Do<'relay'>, device: Device): Promise<Socket> {
  for (;;) {
    try {
      return await device.connectTo(sinkAddress(broker, over), BROKER_PORT);
    } catch (error) {
      if (device.signal.aborted) throw error;
      await pause(PATIENCE, device.signal);
    }
  }
}

/** Opens a connection, says its part and hears the other end out, or waits until its patience ends. */
async function talk(device: Device, address: string, port: number, ...words: (string | Buffer)[]): Promise<Buffer> {
  const socket = await device.connectTo(address, port);
  const heard: Buffer[] = [];
  try {
    if (words.length === 0) return Buffer.alloc(0);
    socket.on('data', (piece: Buffer) => heard.push(piece));
    for (const word of words) socket.write(word);
    await once(socket, 'close', { signal: AbortSignal.timeout(PATIENCE) });
    return Buffer.concat(heard);
  } finally {
    socket.destroy();
  }
}
