/** CPU that forwarding takes: each setup in turn, again and again, since a machine is never as fast as a minute ago. */
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { compile, replaceText } from '../../src/enforce/ruleset.ts';
import { type FrameOptions, frame } from '../../src/enforce/testing/frames.ts';
import { FAR, HOME, ROUTER, type Testbed } from '../../src/source/live/testbed.ts';
import { bindSocket, closeDescriptor, interfaceIndex, openSocket, sendBytes } from '../../src/source/netlink/libc.ts';
import type { Setup } from './setups.ts';

const SENDER = `${import.meta.dirname}/sender.ts`;
const AF_PACKET = 17;
const SOCK_RAW = 3;
const WAN_MAC = '02:00:00:00:02:01';
const FAR_MAC = '02:00:00:00:02:02';
const WAN = { v4: '203.0.113.1', v6: HOME.v6 } as const;

export type Family = 'v4' | 'v6';
export type Direction = 'out' | 'in';
export type Way = { family: Family; direction: Direction };
export const WAYS: readonly Way[] = [
  { family: 'v4', direction: 'out' },
  { family: 'v4', direction: 'in' },
  { family: 'v6', direction: 'out' },
  { family: 'v6', direction: 'in' },
];

/** One packet of the connection that is measured; IPv4 is translated by the router. */
export function packetOf({ family, direction }: Way): FrameOptions {
  const ports = { sourcePort: 4000, destinationPort: 9000 };
  if (direction === 'out')
    return {
      sourceMac: HOME.mac,
      destinationMac: ROUTER.mac,
      source: HOME[family],
      destination: FAR[family],
      protocol: 17,
      ...ports,
    };
  return {
    sourceMac: FAR_MAC,
    destinationMac: WAN_MAC,
    source: FAR[family],
    destination: WAN[family],
    protocol: 17,
    sourcePort: ports.destinationPort,
    destinationPort: ports.sourcePort,
  };
}

/** The ruleset of a setup for nft; where nothing is enforced, that our table is not there. */
export function textOf({ policy }: Setup): string {
  return policy ? replaceText(compile(policy)) : 'add table inet spin\ndelete table inet spin\n';
}

/** Makes the connection an answered one: a packet each way. */
export function establish(bed: Testbed, family: Family): void {
  for (const [namespace, direction] of [
    [bed.home, 'out'],
    [bed.internet, 'in'],
    [bed.home, 'out'],
  ] as const) {
    bed.inside(namespace, () => sendFrame(frame(packetOf({ family, direction }))));
  }
}

/** Within a namespace. */
export function sendFrame(bytes: Uint8Array): void {
  const fd = openSocket(AF_PACKET, SOCK_RAW, 0);
  const address = new DataView(new ArrayBuffer(20));
  address.setUint16(0, AF_PACKET, true);
  address.setInt32(4, interfaceIndex('eth0'), true);
  bindSocket(fd, new Uint8Array(address.buffer));
  sendBytes(fd, bytes);
  closeDescriptor(fd);
}

/** Sends packets of one connection; lives until it is stopped. */
export class Sender {
  readonly #child: ChildProcess;
  readonly #waiting: Array<(line: string) => void> = [];
  readonly #received: () => number;

  constructor(bed: Testbed, way: Way) {
    const [from, to] = way.direction === 'out' ? [bed.home, bed.internet] : [bed.internet, bed.home];
    this.#received = () => Number(bed.run(to, ['cat', '/sys/class/net/eth0/statistics/rx_packets']));
    this.#child = bed.start(from, [process.execPath, SENDER, 'eth0', JSON.stringify(packetOf(way))]);
    createInterface(this.#child.stdout!).on('line', (line) => this.#waiting.shift()?.(line));
  }

  /** @returns ns of CPU for each packet, from the sender to the receiver */
  async perPacket(count: number): Promise<number> {
    const before = this.#received();
    await this.#send(Math.ceil(count / 20));
    const cpu = await this.#send(count);
    if (this.#received() - before < count) throw new Error('packets were lost on the way');
    return (cpu * 1e6) / count;
  }

  #send(count: number): Promise<number> {
    this.#child.stdin!.write(`${count}\n`);
    return new Promise((resolve) => this.#waiting.push((line) => resolve(Number(line))));
  }

  stop(): void {
    this.#child.kill();
  }
}
