/** Attacks that send many small packets and wait for nothing. */
import { randomBytes } from 'node:crypto';
import { closeSync } from 'node:fs';
import { openSegments, sendSegment } from '../netns.ts';
import { LAN } from '../plan.ts';
import { between, pick, type Random } from '../random.ts';
import type { Attack } from '../scenario/attack.ts';
import { encodeQuery, TYPE } from './dns-message.ts';
import { anyAddress, paced, sinkAddress } from './pace.ts';
import { CHECKSUM_AT, octets, type Syn, synSegment } from './segment.ts';
import type { Stage } from './stage.ts';

const DNS_PORT = 53;
const LETTERS = [...'abcdefghijklmnopqrstuvwxyz234567'];

export function markedScan(act: Extract<Attack, { do: 'scan' }>, stage: Stage): Promise<void> {
  const { random } = stage;
  return withSegments(stage, act.over, (send) =>
    paced(act, stage, () => {
      const destination = octets(anyAddress(act.where, random, act.over));
      // Over IPv6 the last octets: those that differ.
      const sequence = Buffer.from(destination).readUInt32BE(destination.length - 4);
      send(destination, { sourcePort: randomPort(random), port: pick(random, act.ports), sequence });
    }),
  );
}

export function synFlood(act: Extract<Attack, { with: 'syn' }>, stage: Stage): Promise<void> {
  const { random } = stage;
  const destination = octets(sinkAddress(act.sink, act.over));
  return withSegments(stage, act.over, (send) =>
    paced(act, stage, () => {
      const sequence = between(random, 0, 2 ** 32 - 1);
      send(destination, { sourcePort: randomPort(random), port: act.port, sequence });
    }),
  );
}

export async function udpFlood(act: Extract<Attack, { with: 'udp' }>, stage: Stage): Promise<void> {
  const socket = await stage.device.udp(act.over ?? 4);
  const datagram = randomBytes(act.bytes);
  try {
    await paced(act, stage, () => socket.send(datagram, act.port, sinkAddress(act.sink, act.over), () => {}));
  } finally {
    socket.close();
  }
}

/** Asks the home's resolver; answers are not waited for. */
export async function askForNames(act: Extract<Attack, { do: 'ask' }>, stage: Stage): Promise<void> {
  const { device, random } = stage;
  const socket = await device.udp(act.over ?? 4);
  const resolver = act.over === 6 ? LAN.router6 : device.resolver;
  try {
    await paced(act, stage, () => {
      const label = Array.from({ length: act.letters }, () => pick(random, LETTERS)).join('');
      const query = encodeQuery(between(random, 0, 0xffff), `${label}.${act.below}`, TYPE.A);
      socket.send(query, DNS_PORT, resolver, () => {});
    });
  } finally {
    socket.close();
  }
}

async function withSegments(
  { device, addressOf }: Stage,
  over: 6 | undefined,
  work: (send: (destination: Uint8Array, syn: Syn) => void) => Promise<void>,
): Promise<void> {
  const own = addressOf(device.plan.name);
  if (own === undefined) throw new Error(`${device.plan.name} has no address yet`);
  const source = octets(own);
  const fd = openSegments(device.place.namespace, over ?? 4, CHECKSUM_AT);
  try {
    await work((destination, syn) => {
      const ends = over === 6 ? undefined : { source, destination };
      sendSegment(fd, synSegment(syn, ends), destination);
    });
  } finally {
    closeSync(fd);
  }
}

function randomPort(random: Random): number {
  return between(random, 1024, 0xffff);
}
