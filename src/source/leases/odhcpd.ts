/**
 * odhcpd's state file (OpenWrt, `leasefile`): `# interface duid iaid hostname valid-until assigned length address…`.
 * For DHCPv4 the third column is `ipv4` and the second the hardware address without colons. A time below 0 is endless.
 */
import { type Lease, macOfDuid, makeLease, readAddress, readHostname, readMac } from './lease.ts';

export function parseOdhcpd(line: string): Lease | undefined {
  const fields = line.trimEnd().split(' ');
  if (fields.length < 9 || fields[0] !== '#') return undefined;
  const [, , id = '', iaid, name, until = ''] = fields;
  if (!/^-?\d{1,12}$/.test(until)) return undefined;
  const isV4 = iaid === 'ipv4';
  return makeLease({
    mac: isV4 && /^[0-9a-f]{12}$/i.test(id) ? readMac(id.replaceAll(/(..)(?!$)/g, '$1:')) : macOfDuid(id),
    addresses: fields.slice(8).map((address) => readAddress(address.split('/')[0])),
    hostname: readHostname(name),
    until: Number(until) < 0 ? undefined : Number(until) * 1000,
  });
}
