/** Requests to web servers, and connections that stay. */
import http from 'node:http';
import type net from 'node:net';
import { pause } from './clock.ts';
import type { Device } from './device.ts';

const HTTPS_PORT = 443;
const HTTP_PORT = 80;
const TIMEOUT = 20_000;

export type Exchange = { host: string; path: string; plain?: boolean; up?: Buffer };

/** One request on a connection of its own; resolves with the number of bytes received. */
export async function fetchOnce(device: Device, { host, path, plain = false, up }: Exchange): Promise<number> {
  const socket = plain
    ? await device.connect(host, HTTP_PORT)
    : await device.connectTls(host, HTTPS_PORT, ['http/1.1']);
  try {
    return await exchange(socket, host, path, up);
  } finally {
    socket.destroy();
  }
}

/** Several requests after one another over one connection; `between` waits in between. */
export async function fetchMany(
  device: Device,
  host: string,
  paths: readonly string[],
  between: () => Promise<void>,
): Promise<void> {
  const socket = await device.connectTls(host, HTTPS_PORT, ['http/1.1']);
  try {
    for (const [i, path] of paths.entries()) {
      if (i > 0) await between();
      if (device.signal.aborted) return;
      await exchange(socket, host, path, undefined, true);
    }
  } finally {
    socket.destroy();
  }
}

/** One request whose body goes on until the device stops or the connection ends. */
export async function uploadForever(
  device: Device,
  host: string,
  chunk: () => Buffer,
  every: () => number,
): Promise<void> {
  const socket = await device.connectTls(host, HTTPS_PORT, ['http/1.1']);
  const ended = new AbortController();
  socket.once('close', () => ended.abort());
  socket.resume();
  socket.write(`POST /video HTTP/1.1\r\nHost: ${host}\r\nTransfer-Encoding: chunked\r\n\r\n`);
  while (!ended.signal.aborted && !device.signal.aborted) {
    const data = chunk();
    socket.write(`${data.length.toString(16)}\r\n`);
    socket.write(data);
    socket.write('\r\n');
    await pause(every(), ended.signal);
  }
  socket.destroy();
}

function exchange(socket: net.Socket, host: string, path: string, up?: Buffer, keep = false): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = http.request({
      createConnection: () => socket,
      host,
      path,
      method: up ? 'POST' : 'GET',
      headers: { 'User-Agent': 'spin-lab', Connection: keep ? 'keep-alive' : 'close' },
      timeout: TIMEOUT,
    });
    request.on('timeout', () => request.destroy(new Error(`${host} does not answer`)));
    request.on('error', reject);
    request.on('response', (response) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      response.on('error', reject);
      response.on('end', () => resolve(bytes));
    });
    request.end(up);
  });
}
