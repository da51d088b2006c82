/**
 * A running connection of a device through the router, one packet a millisecond: `node stream.ts HOME FAR ADDRESS PORT`, the
 * first two names of network namespaces. Each line of its input asks for one line: `passing` is answered when a packet that
 * is sent from now on arrives, `stopped` when none did for a while, with the time at which the first of those was sent (ns
 * of the machine's steady clock, which all processes share).
 */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { enterNamespace } from '../../src/source/netlink/libc.ts';

const [home = '', far = '', address = '', port = ''] = process.argv.slice(2);
const EVERY_MS = 1;
/** So many in a row that do not arrive are no accident. */
const SILENT = 50;

const sentAt: bigint[] = [];
let arrived = -1;
let asked: (() => string | undefined) | undefined;

async function socketIn(namespace: string, port: number): Promise<Socket> {
  enterNamespace(`/run/netns/${namespace}`);
  const socket = createSocket('udp4').bind(port);
  await once(socket, 'listening');
  return socket;
}

const server = await socketIn(far, Number(port));
const device = await socketIn(home, 0);
// A connection that is answered.
server.on('message', (message, { port, address }) => {
  arrived = Math.max(arrived, message.readUInt32BE());
  server.send('answer', port, address);
});

function send(): void {
  const message = Buffer.alloc(64);
  message.writeUInt32BE(sentAt.length);
  sentAt.push(process.hrtime.bigint());
  device.send(message, Number(port), address);
  const answer = asked?.();
  if (answer === undefined) return;
  asked = undefined;
  process.stdout.write(`${answer}\n`);
}

setInterval(send, EVERY_MS);
createInterface(process.stdin)
  .on('line', (line) => {
    const from = sentAt.length;
    asked =
      line === 'passing'
        ? () => (arrived >= from ? 'passing' : undefined)
        : () => (sentAt.length - arrived > SILENT ? String(sentAt[arrived + 1]) : undefined);
  })
  .on('close', () => process.exit());
