import type { HelloObservation } from '../model/observation.ts';
import { u16 } from './octets.ts';
import { displayText, plainName } from './text.ts';

/** What a ClientHello tells: whom the client wants, and in which language it will go on. */
export type ClientHello = Pick<HelloObservation, 'serverName' | 'alpn' | 'obsolete'>;

const CLIENT_HELLO = 1;
/** Octets before the body: type and length of a handshake message (RFC 8446 §4). */
export const HANDSHAKE_HEADER = 4;
const EXTENSION = { serverName: 0, alpn: 16 } as const;
/** By minor version number; what is newer is not obsolete (RFC 8996). */
const OBSOLETE = ['SSL 3.0', 'TLS 1.0', 'TLS 1.1'] as const;
const HOST_NAME = 0;
/** Protocols kept of one list; clients offer two or three. */
const MAX_PROTOCOLS = 16;
const LONGEST_PROTOCOL = 64;

/** Octets of the handshake message at `start`, header included; 0 where it is no ClientHello. Needs four octets. */
export function clientHelloLength(bytes: Uint8Array, start: number): number {
  if (bytes[start] !== CLIENT_HELLO) return 0;
  return HANDSHAKE_HEADER + ((bytes[start + 1]! << 16) | u16(bytes, start + 2));
}

/**
 * The ClientHello at `start` (RFC 8446 §4.1.2; the same since TLS 1.0), of TLS and QUIC. Where the octets end before the
 * message does (a capture that cuts packets), it tells what was there.
 *
 * @returns `undefined` where the octets are no ClientHello
 */
export function readClientHello(bytes: Uint8Array, start: number, end: number): ClientHello | undefined {
  const length = end - start < HANDSHAKE_HEADER ? 0 : clientHelloLength(bytes, start);
  const messageEnd = Math.min(end, start + length);
  // Version and random, then three fields behind their lengths: session, cipher suites, compression methods.
  let at = start + HANDSHAKE_HEADER + 2 + 32;
  if (length === 0 || at >= messageEnd || bytes[start + HANDSHAKE_HEADER] !== 3) return undefined;
  at += 1 + bytes[at]!;
  if (at + 2 > messageEnd) return undefined;
  at += 2 + u16(bytes, at);
  if (at >= messageEnd) return undefined;
  at += 1 + bytes[at]!;
  const obsolete = OBSOLETE[bytes[start + HANDSHAKE_HEADER + 1]!];
  if (at === messageEnd) return { alpn: [], ...(obsolete && { obsolete }) };
  if (at + 2 > messageEnd) return undefined;
  const wholeEnd = at + 2 + u16(bytes, at);
  if (wholeEnd > start + length) return undefined;
  const hello = readExtensions(bytes, at + 2, Math.min(wholeEnd, messageEnd));
  // Who can do TLS 1.3 says so in an extension and names 1.2 here (RFC 8446 §4.2.1): an old number is the truth.
  if (obsolete) hello.obsolete = obsolete;
  return hello;
}

function readExtensions(bytes: Uint8Array, start: number, end: number): ClientHello {
  const hello: ClientHello = { alpn: [] };
  for (let at = start; at + 4 <= end; ) {
    const type = u16(bytes, at);
    const next = at + 4 + u16(bytes, at + 2);
    if (next > end) break;
    if (type === EXTENSION.serverName) {
      const name = readServerName(bytes, at + 4, next);
      if (name !== undefined) hello.serverName = name;
    } else if (type === EXTENSION.alpn) readProtocols(bytes, at + 4, next, hello.alpn);
    at = next;
  }
  return hello;
}

/** RFC 6066 §3. */
function readServerName(bytes: Uint8Array, start: number, end: number): string | undefined {
  for (let at = start + 2; at + 3 <= end; ) {
    const next = at + 3 + u16(bytes, at + 1);
    if (next > end) return undefined;
    if (bytes[at] === HOST_NAME) return plainName(bytes, at + 3, next);
    at = next;
  }
  return undefined;
}

/** RFC 7301 §3.1. */
function readProtocols(bytes: Uint8Array, start: number, end: number, alpn: string[]): void {
  for (let at = start + 2; at < end && alpn.length < MAX_PROTOCOLS; ) {
    const next = at + 1 + bytes[at]!;
    if (next > end) return;
    const protocol = displayText(bytes, at + 1, next, LONGEST_PROTOCOL);
    if (protocol !== undefined) alpn.push(protocol);
    at = next;
  }
}
