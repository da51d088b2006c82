/** Attacks that send many small packets and wait for nothing. */
import { randomBytes } from 'node:crypto';
import { closeSync } from 'node:fs';
import { openSegments, sendSegment } from '../netns.ts';
import { between, pick, type Random } from '../random.ts';
import type { Attack } from '../scenario/attack.ts';
import { encodeQuery, TYPE } from './dns-message.ts';
import { anyAddress, paced, sinkAddress } from './pace.ts';
import { octets, type Syn, synSegment } from './segment.ts';
import type { Stage } from './stage.ts';

const DNS_PORT = 53;
const LETTERS = [...'abcdefghijklmnopqrstuvwxyz234567'];

export function markedScan(act: Extract<Attack, { do: 'scan' }>, stage: Stage): Promise<void> {
  const { random } = stage;
  return withSegments(stage, (source, send) =>
    paced(act, stage, () => {
      const destination = octets(anyAddress(act.where, random));
      const sequence = Buffer.from(destination).readUInt32BE();
      send({ source, sourcePort: randomPort(random), destination, port: pick(random, act.ports), sequence });
    }),
  );
}

export function synFlood(act: Extract<Attack, { with: 'syn' }>, stage: Stage): Promise<void> {
  const { random } = stage;
  const destination = octets(sinkAddress(act.sink));
  return withSegments(stage, (source, send) =>
    paced(act, stage, () => {
      const sequence = between(random, 0, 2 ** 32 - 1);
      send({ source, sourcePort: randomPort(random), destination, port: act.port, sequence });
    }),
  );
}

export async function udpFlood(act: Extract<Attack, { with: 'udp' }>, stage: Stage): Promise<void> {
  const socket = await stage.device.udp(4);
  const datagram = randomBytes(act.bytes);
  try {
    await paced(act, stage, () => socket.send(datagram, act.port, sinkAddress(act.sink), () => {}));
  } finally {
    socket.close();
  }
}

/** Asks the home's resolver; answers are not waited for. */
export async function askForNames(act: Extract<Attack, { do: 'ask' }>, stage: Stage): Promise<void> {
  const { device, random } = stage;
  const socket = await device.udp(4);
  try {
    await paced(act, stage, () => {
      const label = Array.from({ length: act.letters }, () => pick(random, LETTERS)).join('');
      const query = encodeQuery(between(random, 0, 0xffff), `${label}.${act.below}`, TYPE.A);
      socket.send(query, DNS_PORT, device.resolver, () => {});
    });
  } finally {
    socket.close();
  }
}

async function withSegments(
  { device, addressOf }: Stage,
  work: (source: Uint8Array, send: (syn: Syn) => void) => Promise<void>,
): Promise<void> {
  const own = addressOf(device.plan.name);
  if (own === undefined) throw new Error(`${device.plan.name} has no address yet`);
  const fd = openSegments(device.place.namespace);
  try {
    await work(octets(own), (syn) => sendSegment(fd, synSegment(syn), syn.destination));
  } finally {
    closeSync(fd);
  }
}

function randomPort(random: Random): number {
  return between(random, 1024, 0xffff);
}
