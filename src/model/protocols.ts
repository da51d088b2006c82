/** Names of IP protocols and services after the IANA registries, as far as a home meets them. */

const PROTOCOLS: Record<number, string> = {
  0: 'hopopt',
  1: 'icmp',
  2: 'igmp',
  4: 'ipip',
  6: 'tcp',
  17: 'udp',
  33: 'dccp',
  41: 'ipv6',
  47: 'gre',
  50: 'esp',
  51: 'ah',
  58: 'ipv6-icmp',
  59: 'ipv6-nonxt',
  88: 'eigrp',
  89: 'ospf',
  103: 'pim',
  112: 'vrrp',
  115: 'l2tp',
  132: 'sctp',
  136: 'udplite',
};

/** IP protocol numbers that the core treats by themselves. */
export const PROTOCOL = { icmp: 1, tcp: 6, udp: 17, icmpv6: 58, sctp: 132 } as const;

/** `tcp`, `udp` …, or the number as text where the registry's name says nothing to a home. */
export function protocolName(protocol: number): string {
  return PROTOCOLS[protocol] ?? String(protocol);
}

/** The number behind a name that `protocolName` gave. */
export function protocolNumber(name: string): number {
  const [number] = Object.entries(PROTOCOLS).find(([, known]) => known === name) ?? [name];
  return Number(number);
}

const BOTH: Record<number, string> = {
  53: 'dns',
  80: 'http',
  88: 'kerberos',
  123: 'ntp',
  137: 'netbios-ns',
  138: 'netbios-dgm',
  389: 'ldap',
  443: 'https',
  500: 'isakmp',
  514: 'syslog',
  853: 'dns-tls',
  1194: 'openvpn',
  1883: 'mqtt',
  2049: 'nfs',
  3389: 'rdp',
  3478: 'stun',
  5060: 'sip',
  5061: 'sips',
  5228: 'google-push',
  5683: 'coap',
  5684: 'coaps',
  8080: 'http-alt',
  8443: 'https-alt',
  51820: 'wireguard',
};

const TCP: Record<number, string> = {
  20: 'ftp-data',
  21: 'ftp',
  22: 'ssh',
  23: 'telnet',
  25: 'smtp',
  110: 'pop3',
  139: 'netbios-ssn',
  143: 'imap',
  179: 'bgp',
  445: 'smb',
  465: 'submissions',
  515: 'printer',
  548: 'afp',
  554: 'rtsp',
  587: 'submission',
  631: 'ipp',
  636: 'ldaps',
  873: 'rsync',
  993: 'imaps',
  995: 'pop3s',
  1433: 'ms-sql',
  1723: 'pptp',
  1935: 'rtmp',
  2323: 'telnet-alt',
  3306: 'mysql',
  5223: 'apple-push',
  5432: 'postgresql',
  5555: 'adb',
  5900: 'vnc',
  6379: 'redis',
  6667: 'irc',
  7547: 'cwmp',
  8009: 'googlecast',
  8883: 'mqtts',
  9100: 'printer-raw',
};

const UDP: Record<number, string> = {
  67: 'dhcp',
  68: 'dhcp-client',
  69: 'tftp',
  161: 'snmp',
  162: 'snmp-trap',
  443: 'quic',
  546: 'dhcpv6-client',
  547: 'dhcpv6',
  1701: 'l2tp',
  1812: 'radius',
  1900: 'ssdp',
  3702: 'ws-discovery',
  4500: 'ipsec-nat',
  5351: 'nat-pmp',
  5353: 'mdns',
  5355: 'llmnr',
  19302: 'stun',
};

/**
 * Name of the service at a port, `undefined` where none is common.
 * @param protocol a name as `protocolName` gives it
 */
export function serviceName(protocol: string, port: number): string | undefined {
  const own = protocol === 'tcp' ? TCP : protocol === 'udp' || protocol === 'udplite' ? UDP : undefined;
  return own && (own[port] ?? BOTH[port]);
}
