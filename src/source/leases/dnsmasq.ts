/**
 * dnsmasq's lease file (its man page, --dhcp-leasefile): `expiry mac address name client-id`, times in seconds since
 * the epoch, 0 for endless. After a line `duid …` come DHCPv6 leases: `expiry iaid address name duid`.
 */
import { type Lease, macOfDuid, makeLease, readAddress, readHostname, readMac } from './lease.ts';

export function parseDnsmasq(line: string): Lease | undefined {
  const fields = line.split(' ');
  if (fields.length !== 5) return undefined;
  const [expiry = '', hardware = '', address, name, id = ''] = fields;
  if (!/^\d{1,12}$/.test(expiry)) return undefined;
  return makeLease({
    // A hardware type other than Ethernet is written in front, as in `06-…`; such an address is none of ours.
    mac: readMac(hardware) ?? macOfDuid(id),
    addresses: [readAddress(address)],
    hostname: readHostname(name),
    until: expiry === '0' ? undefined : Number(expiry) * 1000,
  });
}
