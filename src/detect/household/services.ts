import { PROTOCOL } from '../../model/protocols.ts';

/** Services that let people or programs in, by what is wrong with them being open or unencrypted. */
export type Weakness = 'login' | 'plain';

/** Ports by the IANA registry, and the ones that makers of appliances use beside them. */
const TCP: Record<number, { name: string; weakness: Weakness }> = {
  21: { name: 'ftp', weakness: 'login' },
  23: { name: 'telnet', weakness: 'login' },
  80: { name: 'http', weakness: 'plain' },
  81: { name: 'http', weakness: 'plain' },
  512: { name: 'rexec', weakness: 'login' },
  513: { name: 'rlogin', weakness: 'login' },
  514: { name: 'rsh', weakness: 'login' },
  554: { name: 'rtsp', weakness: 'plain' },
  1883: { name: 'mqtt', weakness: 'plain' },
  2323: { name: 'telnet', weakness: 'login' },
  5555: { name: 'adb', weakness: 'login' },
  5900: { name: 'vnc', weakness: 'login' },
  8000: { name: 'http', weakness: 'plain' },
  8080: { name: 'http', weakness: 'plain' },
  9527: { name: 'console', weakness: 'login' },
};
const UDP: Record<number, { name: string; weakness: Weakness }> = {
  69: { name: 'tftp', weakness: 'login' },
  161: { name: 'snmp', weakness: 'plain' },
};

/** What is weak about a service at a port; `undefined` where nothing is known to be. */
export function weaknessOf(protocol: number, port: number): { name: string; weakness: Weakness } | undefined {
  if (protocol === PROTOCOL.tcp) return TCP[port];
  return protocol === PROTOCOL.udp ? UDP[port] : undefined;
}

/** Service types by which devices announce such services (DNS-SD). */
const ANNOUNCED: Record<string, { protocol: number; port: number }> = {
  '_telnet._tcp': { protocol: PROTOCOL.tcp, port: 23 },
  '_ftp._tcp': { protocol: PROTOCOL.tcp, port: 21 },
  '_adb._tcp': { protocol: PROTOCOL.tcp, port: 5555 },
  '_rfb._tcp': { protocol: PROTOCOL.tcp, port: 5900 },
};

export function announcedService(service: string): { protocol: number; port: number } | undefined {
  const type = service.replace(/\.local$/, '');
  return Object.hasOwn(ANNOUNCED, type) ? ANNOUNCED[type] : undefined;
}
