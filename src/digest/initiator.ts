import { PROTOCOL } from '../decode/network/transport.ts';
import type { Packet } from '../decode/packet.ts';

/** Service ports above 1023 that devices of a home offer or use (IANA service name registry, and vendors' own). */
const HIGH_SERVICES: ReadonlySet<number> = new Set([
  1080, 1194, 1433, 1701, 1723, 1883, 1900, 1935, 2049, 2323, 3074, 3128, 3268, 3306, 3389, 3478, 3479, 3480, 3544,
  3702, 4070, 4500, 5000, 5001, 5060, 5061, 5222, 5223, 5228, 5229, 5230, 5349, 5351, 5353, 5355, 5432, 5555, 5683,
  5684, 5900, 6379, 6667, 6881, 7547, 8000, 8008, 8009, 8080, 8081, 8123, 8443, 8554, 8800, 8883, 8888, 9000, 9100,
  9999, 10001, 19302, 25565, 32400, 37777, 51820,
]);
const FIRST_EPHEMERAL = 32_768;
const DHCP_CLIENT = 68;
const DHCP6_CLIENT = 546;

const ECHO_REPLY = 0;
const TIMESTAMP_REPLY = 14;
const ECHO_REPLY6 = 129;

/** How much a port looks like a client's: 0 for a well-known service, 3 for an ephemeral port. */
function clientRank(port: number): number {
  if (port < 1024) return port === DHCP_CLIENT || port === DHCP6_CLIENT ? 3 : 0;
  if (HIGH_SERVICES.has(port)) return 1;
  return port < FIRST_EPHEMERAL ? 2 : 3;
}

/**
 * Whether the first packet that was seen of a flow rather came from the server: it goes from a service port to a
 * client's. What is sent to many is never an answer.
 */
export function looksLikeAnswer(p: Packet): boolean {
  if (isGroup(p) || p.sourcePort === p.destinationPort) return false;
  return clientRank(p.sourcePort) < clientRank(p.destinationPort);
}

/** Destination is multicast, or broadcast on the link or by address (RFC 5771, RFC 4291 §2.7, RFC 919). */
function isGroup(p: Packet): boolean {
  if ((p.destinationMacHigh & 0x100) !== 0) return true;
  if (p.family === 4) return p.destination3 >>> 28 === 0xe || p.destination3 === -1;
  return p.destination0 >>> 24 === 0xff;
}

/** Type and code by which an ICMP packet is found: an answer to an echo or timestamp has its request's. */
export function icmpKey(p: Packet): number {
  return isIcmpAnswer(p) ? requestOf(p) : p.destinationPort;
}

export function isIcmpAnswer(p: Packet): boolean {
  const type = p.destinationPort >>> 8;
  return p.protocol === PROTOCOL.icmp6 ? type === ECHO_REPLY6 : type === ECHO_REPLY || type === TIMESTAMP_REPLY;
}

function requestOf(p: Packet): number {
  const type = p.destinationPort >>> 8;
  if (type === ECHO_REPLY6) return 128 << 8;
  return type === TIMESTAMP_REPLY ? 13 << 8 : 8 << 8;
}
