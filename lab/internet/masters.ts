/** Those on the far side who make use of infected devices. */
import net from 'node:net';

/** A broker's orders are to its deliveries as requests are to pages. */
const ORDERS_SHARE = 4;
const PATIENCE = 60_000;

/** Tells a bot to wait, and hangs up. */
export function master(): net.Server {
  return net.createServer((socket) => {
    socket.on('error', () => {});
    socket.setTimeout(PATIENCE, () => socket.destroy());
    socket.on('data', () => socket.end('wait'));
  });
}

/** Takes what a proxy fetched, and orders more. */
export function broker(): net.Server {
  return net.createServer((socket) => {
    socket.on('error', () => {});
    socket.setTimeout(PATIENCE, () => socket.destroy());
    socket.on('data', (delivered) => socket.write(delivered.subarray(0, Math.ceil(delivered.length / ORDERS_SHARE))));
  });
}
