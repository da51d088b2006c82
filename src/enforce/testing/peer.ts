/**
 * A program within a namespace that does as it is told, one JSON line each way: serves echoes, asks for them, sends
 * raw frames. `node peer.ts`.
 */
import { createSocket } from 'node:dgram';
import { createConnection, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { bindSocket, closeDescriptor, interfaceIndex, openSocket, sendBytes } from '../../source/netlink/libc.ts';
import { type FrameOptions, frame } from './frames.ts';

export type Order =
  | { do: 'serve'; addresses: string[]; ports: number[] }
  /** Whether an echo comes back within `wait` ms. */
  | { do: 'udp' | 'tcp'; address: string; port: number; wait: number; source?: string; sourcePort?: number }
  /** Opens a TCP connection that stays; `say` asks for an echo on it. */
  | { do: 'open'; address: string; port: number }
  | { do: 'say'; wait: number }
  | { do: 'close' }
  /** Sends `count` frames at `rate` a second; `vary` counts that field up. */
  | {
      do: 'flood';
      interface: string;
      frame: FrameOptions;
      count: number;
      rate: number;
      vary?: 'sourcePort' | 'destinationPort' | 'destination';
    };

const AF_PACKET = 17;
const SOCK_RAW = 3;

let kept: Socket | undefined;

async function obey(order: Order): Promise<unknown> {
  switch (order.do) {
    case 'serve':
      return Promise.all(order.addresses.flatMap((address) => order.ports.map((port) => serve(address, port))));
    case 'udp':
      return askUdp(order.address, order.port, order.wait, order.source, order.sourcePort);
    case 'tcp':
      return askTcp(order.address, order.port, order.wait);
    case 'open':
      kept = createConnection({ host: order.address, port: order.port });
      kept.on('error', () => {});
      return new Promise((resolve) => kept!.once('connect', () => resolve(true)));
    case 'say':
      return echoOf(kept!, order.wait);
    case 'close':
      return kept?.resetAndDestroy() === undefined;
    case 'flood':
      return flood(order);
  }
}

/** On one address each: an answer must come from the address that was asked. */
async function serve(address: string, port: number): Promise<void> {
  const udp = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  udp.on('message', (message, from) => udp.send(message, from.port, from.address));
  udp.on('error', () => {});
  await new Promise<void>((resolve) => udp.bind(port, address, resolve));
  const tcp = createServer((socket) => socket.on('error', () => {}).pipe(socket));
  await new Promise<void>((resolve) => tcp.listen(port, address, resolve));
}

function askUdp(address: string, port: number, wait: number, source?: string, sourcePort = 0): Promise<boolean> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  return new Promise((resolve) => {
    const end = (answer: boolean) => {
      clearTimeout(timer);
      socket.close();
      resolve(answer);
    };
    const timer = setTimeout(() => end(false), wait);
    socket.on('error', () => {});
    socket.on('message', () => end(true));
    socket.bind(sourcePort, source, () => socket.send('echo', port, address));
  });
}

function askTcp(address: string, port: number, wait: number): Promise<boolean> {
  const socket = createConnection({ host: address, port });
  socket.on('error', () => {});
  return echoOf(socket, wait).finally(() => (socket.connecting ? socket.destroy() : socket.resetAndDestroy()));
}

function echoOf(socket: Socket, wait: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), wait);
    socket.once('data', () => {
      clearTimeout(timer);
      resolve(true);
    });
    socket.write('echo');
  });
}

function flood(order: Extract<Order, { do: 'flood' }>): Promise<{ sent: number }> {
  const fd = openSocket(AF_PACKET, SOCK_RAW, 0);
  const address = new DataView(new ArrayBuffer(20));
  address.setUint16(0, AF_PACKET, true);
  address.setInt32(4, interfaceIndex(order.interface), true);
  bindSocket(fd, new Uint8Array(address.buffer));
  const began = performance.now();
  let sent = 0;
  return new Promise((resolve) => {
    const burst = () => {
      const due = Math.min(order.count, Math.ceil(((performance.now() - began) * order.rate) / 1000));
      for (; sent < due; sent++) sendBytes(fd, frame(varied(order, sent)));
      if (sent < order.count) {
        setTimeout(burst, 1);
        return;
      }
      closeDescriptor(fd);
      resolve({ sent });
    };
    burst();
  });
}

function varied({ frame, vary }: Extract<Order, { do: 'flood' }>, n: number): FrameOptions {
  if (vary === 'destination') return { ...frame, destination: `198.18.${n >>> 8}.${n & 255}` };
  return vary ? { ...frame, [vary]: 1024 + (n % 60_000) } : frame;
}

for await (const line of createInterface(process.stdin)) {
  const answer = await obey(JSON.parse(line) as Order);
  process.stdout.write(`${JSON.stringify({ answer: answer ?? null })}\n`);
}
