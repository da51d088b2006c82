/** Every web server of the far side: gives as many bytes as asked for, takes whatever is sent. */
import http from 'node:http';
import https from 'node:https';
import type net from 'node:net';

/** Most that one answer holds, bytes; devices ask for a few megabytes at most. */
const MAX_ANSWER = 8 << 20;
const FILLER = Buffer.alloc(64 * 1024, 'spin lab ');

export function webServers(identity: { key: string; cert: string }): { plain: net.Server; secure: net.Server } {
  const options = { keepAliveTimeout: 60_000, requestTimeout: 0 };
  return {
    plain: http.createServer(options, answer),
    secure: https.createServer({ ...options, ...identity, ALPNProtocols: ['http/1.1'] }, answer),
  };
}

function answer(request: http.IncomingMessage, response: http.ServerResponse): void {
  request.resume();
  request.on('error', () => {});
  response.on('error', () => {});
  request.on('end', () => {
    let left = bytesAsked(request.url ?? '/');
    response.writeHead(200, { 'Content-Length': left, 'Content-Type': 'application/octet-stream', Server: 'spin-lab' });
    for (; left > 0; left -= FILLER.length) response.write(FILLER.subarray(0, left));
    response.end();
  });
}

function bytesAsked(url: string): number {
  const asked = Number(/[?&]bytes=(\d{1,9})\b/.exec(url)?.[1] ?? 0);
  return Math.min(asked, MAX_ANSWER);
}
