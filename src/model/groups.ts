/**
 * Well-known multicast groups, by canonical address (IANA "IPv4 Multicast Address Space Registry" and "IPv6 Multicast
 * Address Space Registry"). IPv6 groups are listed at link scope (`ff02`); the same group has one name at every scope.
 */
import { type Address, parseAddress } from './address.ts';

const GROUPS: Readonly<Record<Address, string>> = {
  '224.0.0.1': 'all nodes',
  '224.0.0.2': 'all routers',
  '224.0.0.22': 'IGMP',
  '224.0.0.251': 'mDNS',
  '224.0.0.252': 'LLMNR',
  '224.0.1.1': 'NTP',
  '224.0.1.129': 'PTP',
  '224.0.1.187': 'CoAP',
  '239.255.255.250': 'SSDP',
  'ff02::1': 'all nodes',
  'ff02::2': 'all routers',
  'ff02::c': 'SSDP',
  'ff02::16': 'MLD',
  'ff02::fb': 'mDNS',
  'ff02::fd': 'CoAP',
  'ff02::101': 'NTP',
  'ff02::181': 'PTP',
  'ff02::1:2': 'DHCPv6 servers',
  'ff02::1:3': 'LLMNR',
};
/** ff02::1:ff00:0/104, RFC 4291 §2.7.1. */
const SOLICITED_NODE = /^ff02::1:ff[0-9a-f]{2}:[0-9a-f]{1,4}$/;

/** Name of a well-known multicast group; `undefined` for all others. */
export function groupName(address: Address): string | undefined {
  if (!parseAddress(address)) return undefined;
  const atLink = address.replace(/^ff0[1-8e]:/, 'ff02:');
  if (SOLICITED_NODE.test(atLink)) return 'neighbour discovery';
  return Object.hasOwn(GROUPS, atLink) ? GROUPS[atLink] : undefined;
}
