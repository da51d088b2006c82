/** The device's way to its address (RFC 2131 §4.4): discover, request, renew at half time, start over when refused. */
import { randomInt } from 'node:crypto';
import type dgram from 'node:dgram';
import { ip } from '../command.ts';
import { pause } from './clock.ts';
import type { Device } from './device.ts';
import type { DhcpReply, DhcpRequest } from './dhcp-message.ts';
import { ACK, DISCOVER, decodeReply, encodeRequest, NAK, OFFER, REQUEST } from './dhcp-message.ts';

const CLIENT_PORT = 68;
const SERVER_PORT = 67;
const ANYONE = '255.255.255.255';
/** First wait for an answer, ms; doubled up to `MAX_WAIT` (RFC 2131 §4.1 has 4 s and 64 s, for slower networks). */
const FIRST_WAIT = 500;
const MAX_WAIT = 8000;

/** Keeps a lease until the device stops. `onLease` is called at each new one. */
export async function keepLease(device: Device, onLease: (lease: DhcpReply) => void): Promise<void> {
  let lease: DhcpReply | undefined;
  let configured: DhcpReply | undefined;
  let wait = FIRST_WAIT;
  while (!device.signal.aborted) {
    const renewed = lease ? await renew(device, lease) : await acquire(device, wait);
    if (!renewed) {
      lease = undefined;
      wait = Math.min(wait * 2, MAX_WAIT);
      continue;
    }
    if (renewed.address !== configured?.address) await configure(device, renewed, configured);
    configured = renewed;
    lease = renewed;
    wait = FIRST_WAIT;
    onLease(renewed);
    await pause(renewed.lease * 500, device.signal);
  }
}

async function acquire(device: Device, wait: number): Promise<DhcpReply | undefined> {
  const socket = await device.udp(4, { port: CLIENT_PORT, device: device.place.interface });
  try {
    socket.setBroadcast(true);
    const transaction = randomInt(2 ** 32);
    const offer = await ask(socket, request(device, { type: DISCOVER, transaction }), ANYONE, [OFFER], wait);
    if (!offer) return undefined;
    const chosen = request(device, { type: REQUEST, transaction, requested: offer.address, server: offer.server });
    const answer = await ask(socket, chosen, ANYONE, [ACK, NAK], wait);
    return answer?.type === ACK ? answer : undefined;
  } finally {
    socket.close();
  }
}

async function renew(device: Device, lease: DhcpReply): Promise<DhcpReply | undefined> {
  const socket = await device.udp(4, { port: CLIENT_PORT, device: device.place.interface });
  try {
    const message = request(device, { type: REQUEST, transaction: randomInt(2 ** 32), client: lease.address });
    const answer = await ask(socket, message, lease.server, [ACK, NAK], MAX_WAIT);
    return answer?.type === ACK ? answer : undefined;
  } finally {
    socket.close();
  }
}

function request(
  device: Device,
  own: Pick<DhcpRequest, 'type' | 'transaction' | 'client' | 'requested' | 'server'>,
): DhcpRequest {
  const { mac, hostname, vendorClass, parameters, mudUrl } = device.plan;
  return { ...own, mac, hostname, vendorClass, parameters, ...(mudUrl === undefined ? {} : { mudUrl }) };
}

/** The first answer to this request of a type that is wanted; others' are passed over. */
function ask(
  socket: dgram.Socket,
  message: DhcpRequest,
  to: string,
  wanted: readonly number[],
  wait: number,
): Promise<DhcpReply | undefined> {
  return new Promise((resolve) => {
    const done = (reply?: DhcpReply) => {
      clearTimeout(timer);
      socket.off('message', listen);
      resolve(reply);
    };
    const listen = (bytes: Buffer) => {
      const reply = decodeReply(bytes);
      if (reply?.transaction === message.transaction && wanted.includes(reply.type)) done(reply);
    };
    const timer = setTimeout(done, wait);
    socket.on('message', listen);
    socket.send(encodeRequest(message), SERVER_PORT, to, (error) => {
      if (error) done();
    });
  });
}

async function configure(device: Device, lease: DhcpReply, old?: DhcpReply): Promise<void> {
  const lines = [`addr replace ${lease.address}/${lease.length} dev ${device.place.interface}`];
  if (old) lines.push(`addr del ${old.address}/${old.length} dev ${device.place.interface}`);
  if (lease.router !== undefined) lines.push(`route replace default via ${lease.router}`);
  await ip(lines, device.place.namespace);
}
