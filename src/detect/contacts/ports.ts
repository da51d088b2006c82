import { PROTOCOL } from '../../model/protocols.ts';

/**
 * Ports at which appliances and programs of people are served every day (IANA Service Name and Transport Protocol Port
 * Number Registry): a far end at another port is out of the ordinary, without being wrong.
 */
const EVERYDAY_TCP = new Set([
  ...[
    21, 22, 53, 80, 110, 119, 143, 443, 465, 587, 853, 993, 995, 1194, 1883, 1935, 3478, 4070, 5061, 5222, 5223, 5228,
  ],
  ...[5229, 5230, 5671, 8009, 8080, 8443, 8883, 8886, 9443, 19302],
]);
const EVERYDAY_UDP = new Set([
  53, 80, 123, 443, 500, 853, 1194, 3478, 3479, 3480, 3481, 4500, 5004, 5684, 19302, 51820,
]);

export function isEverydayPort(protocol: number, port: number): boolean {
  if (protocol === PROTOCOL.tcp) return EVERYDAY_TCP.has(port);
  return protocol === PROTOCOL.udp && EVERYDAY_UDP.has(port);
}

/** Services over TCP that begin with a TLS hello. */
const TLS = new Set([443, 853, 993, 995, 5061, 5223, 5228, 8443, 8883, 9443]);

export function isTlsPort(protocol: number, port: number): boolean {
  return protocol === PROTOCOL.tcp && TLS.has(port);
}
